/**
 * Secrets at rest: sealed with a key from configuration. Any thread.
 */
@NullMarked
package org.datacapsule.common.secret;

import org.jspecify.annotations.NullMarked;

/**
 * Signed commands: a router signs, an agent verifies. Any thread.
 */
@NullMarked
package org.datacapsule.common.signing;

import org.jspecify.annotations.NullMarked;

/**
 * The error catalogue and the value every refusal is carried in. Any thread.
 */
@NullMarked
package org.datacapsule.common.error;

import org.jspecify.annotations.NullMarked;

/**
 * The capsule's life as data: states, modes, and the one transition table. Pure functions, any thread.
 */
@NullMarked
package org.datacapsule.common.capsule;

import org.jspecify.annotations.NullMarked;

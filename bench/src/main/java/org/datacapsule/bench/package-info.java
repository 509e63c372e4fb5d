/**
 * How long things take. Each program prints a table; both sides of a comparison run alternately on the same machine.
 */
@NullMarked
package org.datacapsule.bench;

import org.jspecify.annotations.NullMarked;

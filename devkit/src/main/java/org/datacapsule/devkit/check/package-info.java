/** What must be true of a fleet whatever was done to it: the same rules for one that is simulated and for a real one. */
@NullMarked
package org.datacapsule.devkit.check;

import org.jspecify.annotations.NullMarked;

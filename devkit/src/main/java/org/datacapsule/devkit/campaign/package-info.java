/** A testbed of real hosts and guests on which faults strike. */
@NullMarked
package org.datacapsule.devkit.campaign;

import org.jspecify.annotations.NullMarked;

/** A testbed of real hosts and guests on which faults strike. */
@NullMarked
package org.datacapsule.campaign.real;

import org.jspecify.annotations.NullMarked;

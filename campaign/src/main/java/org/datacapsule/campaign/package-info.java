/** Campaigns of faults: what is done to a fleet, simulated or real, and how it is judged. */
@NullMarked
package org.datacapsule.campaign;

import org.jspecify.annotations.NullMarked;

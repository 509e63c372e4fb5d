/**
 * The routers' and the agents' own code on a fleet that is simulated, in a time that is simulated: one thread runs at a time,
 * which one is drawn from a seed, and nobody ever sleeps. The same seed is the same run.
 */
@NullMarked
package org.datacapsule.campaign.simulated;

import org.jspecify.annotations.NullMarked;

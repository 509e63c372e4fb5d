/**
 * A capsule as its users see it: the commands of the seed's API, who may give them, and what /show and /listvms answer.
 */
@NullMarked
package org.datacapsule.router.capsule;

import org.jspecify.annotations.NullMarked;

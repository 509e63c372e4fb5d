/**
 * Which host a capsule goes to. Pure functions.
 */
@NullMarked
package org.datacapsule.router.placement;

import org.jspecify.annotations.NullMarked;

/** Capsules of hosts that are gone, on their way to another home. */
@NullMarked
package org.datacapsule.router.evacuation;

import org.jspecify.annotations.NullMarked;

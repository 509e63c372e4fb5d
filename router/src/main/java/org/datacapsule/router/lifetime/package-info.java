/** How long a capsule may live, as pure functions of its dates. Any thread. */
@NullMarked
package org.datacapsule.router.lifetime;

import org.jspecify.annotations.NullMarked;

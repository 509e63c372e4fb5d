/**
 * What routers and agents say to each other: records only, JSON through {@link org.datacapsule.common.wire.WireJson}.
 */
@NullMarked
package org.datacapsule.common.wire;

import org.jspecify.annotations.NullMarked;

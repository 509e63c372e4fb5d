/**
 * How routers and agents talk: agents over lines of their own to every router, routers to each other over the event bus, of which
 * this package is the only user. Calls block, so they belong on virtual threads.
 */
@NullMarked
package org.datacapsule.common.bus;

import org.jspecify.annotations.NullMarked;

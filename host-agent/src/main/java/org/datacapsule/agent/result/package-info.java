/**
 * Results: what a guest in secure mode asks to have released, from its release channel over the spool of this host to the
 * routers. Nothing here ever looks into an archive. One virtual thread a channel, one a result that is shipped.
 */
@NullMarked
package org.datacapsule.agent.result;

import org.jspecify.annotations.NullMarked;

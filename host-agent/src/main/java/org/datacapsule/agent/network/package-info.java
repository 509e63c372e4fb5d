/**
 * The capsule network of a host: address, lease and layer-2 filter through libvirt, and the way in by SSH through a table of nftables of our own. Calls block and belong on virtual threads.
 */
@NullMarked
package org.datacapsule.agent.network;

import org.jspecify.annotations.NullMarked;

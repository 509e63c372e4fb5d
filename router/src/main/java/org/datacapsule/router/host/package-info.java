/**
 * The registry of hosts: leases renewed by heartbeats, ports, capacity in use, and what their inventory says.
 */
@NullMarked
package org.datacapsule.router.host;

import org.jspecify.annotations.NullMarked;

/**
 * The port to the hypervisor host: a dozen verbs with values in and out, which the handlers of commands are written
 * against. {@code libvirt}, {@code network} and {@code storage} are the real thing; {@code simulated} stands in where ten
 * thousand hosts or a fault are wanted. Every call may block and belongs on a virtual thread; every call is safe to
 * repeat: done again it finds nothing left to do.
 */
@NullMarked
package org.datacapsule.agent.hypervisor;

import org.jspecify.annotations.NullMarked;

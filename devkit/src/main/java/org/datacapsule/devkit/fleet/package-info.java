/**
 * A whole deployment on this machine, for tests and benchmarks: Postgres, a router and an agent as processes of their own, the
 * built jars, libvirt and real guests. Blocking, one thread.
 */
@NullMarked
package org.datacapsule.devkit.fleet;

import org.jspecify.annotations.NullMarked;

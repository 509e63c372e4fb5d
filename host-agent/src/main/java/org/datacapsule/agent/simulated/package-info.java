/**
 * A host without libvirt, in memory: for tests, and for benchmarks of thousands of hosts. It runs no guest and protects nothing, so it is allowed in development only. Any thread.
 */
@NullMarked
package org.datacapsule.agent.simulated;

import org.jspecify.annotations.NullMarked;

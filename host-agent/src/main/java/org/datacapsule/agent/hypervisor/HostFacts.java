package org.datacapsule.agent.hypervisor;

/**
 * What libvirt says of the host.
 *
 * @param cpus logical processors
 * @param memoryMb MiB of memory
 * @param acceleration {@code kvm} or {@code tcg}
 * @param because why that one, as a sentence for the log
 */
public record HostFacts(int cpus, int memoryMb, String acceleration, String because) {}

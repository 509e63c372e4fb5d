package org.datacapsule.agent.hypervisor;

/**
 * A domain as the hypervisor has it.
 *
 * @param running false while it is shutting down, crashed, or paused by a fault
 * @param generation from the domain's metadata
 * @param filter name of the network filter that is on its interface
 */
public record GuestDomain(boolean running, long generation, String filter) {}

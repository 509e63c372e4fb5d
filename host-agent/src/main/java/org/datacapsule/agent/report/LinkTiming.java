package org.datacapsule.agent.report;

import java.time.Duration;

/**
 * The beat of a link, and its patience.
 *
 * @param heartbeat from one heartbeat to the next
 * @param rejoinAfter how long heartbeats may go unanswered before all routers are called anew
 */
public record LinkTiming(Duration heartbeat, Duration rejoinAfter) {}

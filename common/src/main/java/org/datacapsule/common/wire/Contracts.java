package org.datacapsule.common.wire;

import java.time.Duration;

/** Every question that is asked over the event bus. */
public final class Contracts {
    private static final Duration SHORT = Duration.ofSeconds(3);

    /** Router to the agent of one host (scope: the host's name). Asked again with the same operation, it answers what is. */
    public static final Contract<SignedCommand, CommandReply> COMMAND =
            new Contract<>("agent.command", 1, SignedCommand.class, CommandReply.class, SHORT);

    /** Agent to any router. */
    public static final Contract<Heartbeat, HeartbeatReply> HEARTBEAT =
            new Contract<>("router.heartbeat", 1, Heartbeat.class, HeartbeatReply.class, SHORT);

    /** Agent to any router; acknowledged once the outcome is in the database. */
    public static final Contract<OutcomeReport, Acknowledged> OUTCOME =
            new Contract<>("router.outcome", 1, OutcomeReport.class, Acknowledged.class, SHORT);

    /** Agent to any router. */
    public static final Contract<ProgressReport, Acknowledged> PROGRESS =
            new Contract<>("router.progress", 1, ProgressReport.class, Acknowledged.class, SHORT);

    /** Agent to any router; a router writes to its store before it answers, so it may take its time. */
    public static final Contract<ResultMessage, ResultReply> RESULT =
            new Contract<>("router.result", 1, ResultMessage.class, ResultReply.class, Duration.ofSeconds(30));

    private Contracts() {}
}

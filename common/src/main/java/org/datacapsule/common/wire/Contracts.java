package org.datacapsule.common.wire;

import java.time.Duration;

/** Every question that is asked over the event bus. What hosts report is signed since version 2. */
public final class Contracts {
    private static final Duration SHORT = Duration.ofSeconds(3);

    /** Router to the agent of one host (scope: the host's name). Asked again with the same operation, it answers what is. */
    public static final Contract<SignedCommand, CommandReply> COMMAND =
            new Contract<>("agent.command", 1, SignedCommand.class, CommandReply.class, SHORT);

    /** Agent to any router. */
    public static final ReportContract<Heartbeat, HeartbeatReply> HEARTBEAT =
            new ReportContract<>("router.heartbeat", 2, Heartbeat.class, HeartbeatReply.class, SHORT);

    /** Agent to any router; acknowledged once the outcome is in the database. */
    public static final ReportContract<OutcomeReport, Acknowledged> OUTCOME =
            new ReportContract<>("router.outcome", 2, OutcomeReport.class, Acknowledged.class, SHORT);

    /** Agent to any router. */
    public static final ReportContract<ProgressReport, Acknowledged> PROGRESS =
            new ReportContract<>("router.progress", 2, ProgressReport.class, Acknowledged.class, SHORT);

    /** Agent to any router; a router writes to its store before it answers, so it may take its time. */
    public static final ReportContract<ResultMessage, ResultReply> RESULT =
            new ReportContract<>("router.result", 2, ResultMessage.class, ResultReply.class, Duration.ofSeconds(30));

    /** Agent to any router. The key it was signed with is good until a report comes that is signed with the new one. */
    public static final ReportContract<Renewal, Enrolment> RENEWAL =
            new ReportContract<>("router.renewal", 1, Renewal.class, Enrolment.class, SHORT);

    /** Agent to any router, when it lacks an image; asked again whenever a source has failed. */
    public static final ReportContract<ImageQuestion, ImageAnswer> IMAGE_SOURCES =
            new ReportContract<>("router.image-sources", 1, ImageQuestion.class, ImageAnswer.class, SHORT);

    private Contracts() {}
}

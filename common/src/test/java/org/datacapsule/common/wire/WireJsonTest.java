package org.datacapsule.common.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.datacapsule.common.capsule.CapsuleEvent.Found;
import org.datacapsule.common.capsule.CapsuleType;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.error.Violation;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.common.id.ResultId;
import org.datacapsule.common.id.Sha256;
import org.junit.jupiter.api.Test;

class WireJsonTest {
    private static final HostId HOST = new HostId("h1");
    private static final Sha256 IMAGE = new Sha256("0f".repeat(32));
    private static final GuestNetwork GUESTS = GuestNetwork.parse("10.90.0.0/16");
    private static final CapsuleSpec SPEC = new CapsuleSpec(
            CapsuleId.random(), CapsuleType.RESEARCH_FULL, 2, 2048, 10, GUESTS.address(7), 20_007, 5_907);

    @Test
    void everyCommandComesThroughAsItWas() {
        for (Command command : List.of(
                new Command.Create(SPEC, IMAGE),
                new Command.Launch(
                        SPEC, new Login("ada", "secret", List.of("ssh-ed25519 AAAA")), new SecureVolume(64, "key")),
                new Command.Stop(SPEC, 30),
                new Command.Delete(SPEC),
                new Command.Inspect(SPEC),
                new Command.Relinquish(SPEC),
                new Command.Discard(SPEC, 3),
                new Command.Adopt(SPEC, IMAGE, HOST),
                new Command.SyncKeys(SPEC, "ada", List.of("ssh-ed25519 AAAA"), true),
                new Command.SwitchToSecure(SPEC, new SecureVolume(64, "c2VjcmV0")),
                new Command.SwitchToMaintenance(SPEC))) {
            CommandEnvelope envelope = new CommandEnvelope(
                    OperationId.random(), 3, HOST, 7, 9, "r", Instant.parse("2026-01-01T00:00:00.123456789Z"), command);

            assertThat(WireJson.readStrictly(WireJson.text(envelope), CommandEnvelope.class))
                    .isEqualTo(envelope);
        }
    }

    @Test
    void everythingElseComesThroughAsItWas() {
        Problem problem = new Problem(ErrorCode.HOST_DISK_FULL, "full", List.of(new Violation("f", "m")));
        for (Object value : List.of(
                new SignedCommand("k", "e", "s"),
                new CommandReply.Accepted(),
                new CommandReply.Finished(new Outcome.Failed(problem, true)),
                new CommandReply.Finished(new Outcome.Failed(problem, false, Found.RUNNING_IN_MAINTENANCE)),
                new ResultReply.SendFrom(7),
                new ResultReply.Stored(),
                new ResultReply.Refused(problem),
                new ResultMessage.Begin(ResultId.random(), SPEC.id(), HOST, 3, 9, IMAGE, Instant.EPOCH),
                ResultMessage.Chunk.of(ResultId.random(), 5, new byte[] {0, -1, 10}),
                new ResultMessage.End(ResultId.random()),
                new CommandReply.Refused(problem),
                new OutcomeReport(OperationId.random(), 2, HOST, Outcome.Succeeded.found(Found.STOPPED)),
                new OutcomeReport(
                        OperationId.random(), 2, HOST, Outcome.Succeeded.with(new SignedReceipt("k", "r", "s"))),
                new ProgressReport(OperationId.random(), 2, HOST, "launch.domain-started", 80),
                new Acknowledged(),
                HeartbeatReply.admitted(true),
                HeartbeatReply.admitted(false).with(new Revocations("m", "l", List.of(HOST))),
                HeartbeatReply.admitted(
                        false,
                        new ImageOrders(List.of(IMAGE), List.of(), List.of(IMAGE)),
                        List.of(Leftover.wayIn(22_001, "10.90.0.20"))),
                new ImageQuestion(HOST, IMAGE, List.of("h2")),
                new ImageAnswer(List.of(new ImageSource("h1", "10.0.0.21", 5702))),
                HeartbeatReply.recalled(new Recall(2, List.of(new SignedCommand("k", "e", "s")))),
                new Heartbeat(
                        HOST,
                        UUID.randomUUID(),
                        UUID.randomUUID(),
                        "key",
                        "1.0",
                        "h1.example.org",
                        "kvm (it is there)",
                        new Capacity(8, 16_000, 500),
                        new PortRange(20_000, 5_900, 100),
                        GUESTS,
                        List.of(IMAGE),
                        List.of(new CapsuleObservation(SPEC.id(), 4, true, Found.RUNNING_IN_SECURE)),
                        2,
                        Optional.of("san-1"),
                        List.of(new SetAside(SPEC.id(), 3, 512)),
                        Optional.of(new ImageStock(
                                "/var/lib/datacapsule/images",
                                Optional.of(new ImageSource("h1", "10.0.0.21", 5702)),
                                List.of(new ImageStock.Fetching(IMAGE, 1, 2)),
                                List.of(new ImageStock.FailedFetch(IMAGE, "no source")))),
                        Optional.of(List.of(new Leftover(Leftover.Kind.ADDRESS, "10.90.0.20"))),
                        Optional.of(12L)))) {
            assertThat((Object) WireJson.read(WireJson.text(value), value.getClass()))
                    .isEqualTo(value);
        }
    }

    @Test
    void anUnknownFieldIsRefusedInACommandAtAnyDepthAndIgnoredInAReply() {
        String envelope = WireJson.text(new CommandEnvelope(
                OperationId.random(), 1, HOST, 1, 1, "r", Instant.EPOCH, new Command.Stop(SPEC, 1)));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> WireJson.readStrictly(with(envelope, "{", "{\"new\":1,"), CommandEnvelope.class));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WireJson.readStrictly(
                        with(envelope, "\"graceSeconds\"", "\"new\":1,\"graceSeconds\""), CommandEnvelope.class));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WireJson.readStrictly(
                        with(envelope, "\"vcpus\"", "\"new\":1,\"vcpus\""), CommandEnvelope.class));
        assertThat(WireJson.read("{\"rejoin\":true,\"recall\":null,\"new\":1}", HeartbeatReply.class))
                .isEqualTo(HeartbeatReply.admitted(true));
    }

    @Test
    void whatIsMissingOrNullIsRefused() {
        for (String json : List.of("{}", "{\"rejoin\":null}", "null", "{\"rejoin\":true} {}", "[]", "")) {
            assertThatIllegalArgumentException().as(json).isThrownBy(() -> WireJson.read(json, HeartbeatReply.class));
        }
    }

    @Test
    void anUnknownCommandIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WireJson.readStrictly("{\"do\":\"format\"}", Command.class));
    }

    @Test
    void aLoginHidesItsPassword() {
        assertThat(new Login("ada", "secret", List.of()).toString()).doesNotContain("secret");
        assertThat(new SecureVolume(64, "secret").toString()).doesNotContain("secret");
    }

    private static String with(String json, String where, String what) {
        int at = json.indexOf(where);
        return json.substring(0, at) + what + json.substring(at + where.length());
    }
}

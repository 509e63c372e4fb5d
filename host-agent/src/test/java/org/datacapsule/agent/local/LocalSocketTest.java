package org.datacapsule.agent.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.datacapsule.common.wire.Outcome;
import org.datacapsule.common.wire.WireJson;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalSocketTest {
    private static final LocalRequest REQUEST = new LocalRequest.Stop("/capsules/x", 5);
    private static final LocalAnswer DONE = new LocalAnswer.Ended(Outcome.Succeeded.DONE);

    private final List<LocalRequest> asked = new CopyOnWriteArrayList<>();

    @TempDir
    private Path directory = Path.of("");

    @Test
    void aQuestionIsAnswered() throws Exception {
        try (LocalSocket socket = listen()) {
            assertThat(socket).isNotNull();
            assertThat(LocalClient.ask(path(), REQUEST)).contains(DONE);
        }
        assertThat(asked).containsExactly(REQUEST);
    }

    @Test
    void onlyItsOwnerCanOpenItAndNothingElseIsLeft() throws Exception {
        try (LocalSocket socket = listen();
                Stream<Path> files = Files.list(directory)) {
            assertThat(socket).isNotNull();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path())))
                    .isEqualTo("rw-------");
            assertThat(files).containsExactly(path());
        }
        assertThat(path()).doesNotExist();
    }

    @Test
    void whereNobodyListensNothingIsAsked() throws Exception {
        assertThat(LocalClient.ask(path(), REQUEST)).isEmpty();
        Files.createFile(path());
        assertThat(LocalClient.ask(path(), REQUEST))
                .as("what a dead agent left")
                .isEmpty();

        try (LocalSocket socket = listen()) {
            assertThat(socket).isNotNull();
            assertThat(LocalClient.ask(path(), REQUEST)).contains(DONE);
        }
    }

    @Test
    void whatIsNoRequestIsRefusedWithoutAnEcho() throws Exception {
        try (LocalSocket socket = listen()) {
            assertThat(socket).isNotNull();
            for (String line : List.of(
                    "",
                    "secret-word",
                    "{}",
                    "null",
                    "{\"do\":\"dance\",\"directory\":\"secret-word\"}",
                    "{\"do\":\"stop\",\"directory\":\"/x\",\"graceSeconds\":5,\"and\":\"secret-word\"}",
                    "x".repeat(Lines.LONGEST))) {
                assertThat(refusal(line + "\n").refusal()).isEqualTo(Refusal.BAD_USAGE);
                assertThat(refusal(line + "\n").because()).doesNotContain("secret-word");
            }
            assertThat(refusal("x".repeat(Lines.LONGEST + 1)).because()).isEqualTo("The request is too long.");
            assertThat(LocalClient.ask(path(), REQUEST)).as("it goes on").contains(DONE);
        }
        assertThat(asked).containsExactly(REQUEST);
    }

    @Test
    void anAgentThatGoesAwayLeavesTheOutcomeUnknown() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        LocalSocket socket = LocalSocket.listen(path(), request -> {
            begun.countDown();
            never.await();
            return DONE;
        });
        Thread ends = Thread.ofVirtual().start(() -> {
            try {
                begun.await();
                socket.close();
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        });

        Optional<LocalAnswer> answer = LocalClient.ask(path(), REQUEST);

        ends.join();
        never.countDown();
        assertThat(((LocalAnswer.Refused) answer.orElseThrow()).refusal()).isEqualTo(Refusal.UNKNOWN);
    }

    private LocalSocket listen() throws IOException {
        return LocalSocket.listen(path(), request -> {
            asked.add(request);
            return DONE;
        });
    }

    private LocalAnswer.Refused refusal(String sent) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path()))) {
            Lines.write(channel, sent.strip());
            return (LocalAnswer.Refused) WireJson.read(Lines.read(channel).orElseThrow(), LocalAnswer.class);
        }
    }

    private Path path() {
        return directory.resolve("agent.sock");
    }
}

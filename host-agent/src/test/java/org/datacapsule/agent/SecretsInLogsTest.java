package org.datacapsule.agent;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.datacapsule.common.wire.CapsuleSpec;
import org.datacapsule.common.wire.Command;
import org.datacapsule.common.wire.CommandEnvelope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Everything the agent logs of a capsule's life, at the finest level, as it goes to the host's log. */
class SecretsInLogsTest {
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final OutputStreamAppender<ILoggingEvent> appender = new OutputStreamAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger("org.datacapsule");

    @TempDir
    private Path directory = Path.of("");

    @BeforeEach
    void listen() {
        JsonEncoder encoder = new JsonEncoder();
        encoder.setContext((LoggerContext) LoggerFactory.getILoggerFactory());
        encoder.start();
        appender.setContext(encoder.getContext());
        appender.setEncoder(encoder);
        appender.setOutputStream(written);
        appender.start();
        logger.setLevel(Level.TRACE);
        logger.setAdditive(false);
        logger.addAppender(appender);
    }

    @AfterEach
    void hush() {
        logger.detachAppender(appender);
        logger.setAdditive(true);
        logger.setLevel(null);
    }

    @Test
    void noPasswordIsLoggedAndEveryLineHasTheRequest() throws Exception {
        CapsuleSpec spec = TestAgent.spec();
        try (TestAgent agent = new TestAgent(directory).start()) {
            agent.done(agent.envelope(1, TestAgent.create(spec)));
            agent.host.faults().fail("write-seed", new IllegalStateException("no room"), 1);
            CommandEnvelope launch = agent.envelope(2, TestAgent.launch(spec));
            agent.done(launch);
            agent.done(TestAgent.attempt(launch, 2));
            agent.restart();
            agent.send(launch);
            agent.done(agent.envelope(3, new Command.Delete(spec)));
        }

        String log = written.toString(StandardCharsets.UTF_8);
        List<String> lines =
                log.lines().filter(line -> line.contains(spec.id().toString())).toList();
        assertThat(lines)
                .hasSizeGreaterThan(6)
                .allSatisfy(line -> assertThat(line)
                        .contains("\"requestId\":\"request-1\"", "operationId", "hostId", "generation"));
        assertThat(log).contains("IllegalStateException").doesNotContain(TestAgent.PASSWORD);
    }
}

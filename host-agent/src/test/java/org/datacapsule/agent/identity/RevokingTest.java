package org.datacapsule.agent.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.datacapsule.agent.hypervisor.HostCalls;
import org.datacapsule.common.certificate.Authority;
import org.datacapsule.common.certificate.EllipticKeys;
import org.datacapsule.common.certificate.RevocationList;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.testing.TestAuthority;
import org.datacapsule.common.wire.Revocations;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RevokingTest {
    private static final HostId HOST = TestFleet.HOST;

    @TempDir
    Path directory;

    private final TestFleet fleet = new TestFleet();
    private final Authority members = fleet.members();
    private final Authority links = fleet.links();
    private final KeyPair gone = EllipticKeys.make();
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
    private final AtomicBoolean isRead = new AtomicBoolean(true);
    private final AtomicInteger reads = new AtomicInteger();
    private final List<HostId> ended = new CopyOnWriteArrayList<>();
    private final HostCalls calls = new HostCalls() {
        @Override
        public boolean readCertificates() {
            reads.incrementAndGet();
            return isRead.get();
        }

        @Override
        public boolean end(List<HostId> hosts) {
            ended.addAll(hosts);
            return true;
        }
    };
    private IdentityFiles files;
    private Revoking revoking;

    @BeforeEach
    void join() throws IOException {
        files = new IdentityFiles(new IdentityConfig(directory, "no-such-group"));
        KeyRequest key = KeyRequest.make(HOST);
        KeyRequest link = KeyRequest.make(HOST);
        files.install(fleet.enrolment(key, link), key, link);
        revoking = again();
    }

    /** As an agent that is started anew. */
    private Revoking again() throws IOException {
        return new Revoking(files, HOST, calls, now::get);
    }

    @Test
    void aListIsWrittenForAllWhoReadItAndTheyAreToldToReadIt() throws Exception {
        var revoked = links.issue("gone", List.of(), gone.getPublic(), now.get(), Duration.ofDays(1));
        RevocationList list =
                links.revoke(4, List.of(new RevocationList.Revoked(revoked.getSerialNumber(), now.get())), now.get());
        Path certificates = directory.resolve("links").toRealPath();

        take(new Revocations(TestFleet.nobody(members, 4), list.pem(), List.of(new HostId("gone"))));

        assertThat(revoking.number()).isEqualTo(4);
        for (String name : List.of("ca-crl.pem", "cacrl.pem")) {
            assertThat(RevocationList.parse(Files.readString(certificates.resolve(name)), links.certificate())
                            .revokes(revoked))
                    .isTrue();
        }
        assertThat(reads).hasValue(1);
        assertThat(ended).as("what it had open").containsExactly(new HostId("gone"));
        assertThat(files.revoked().orElseThrow().number()).isEqualTo(4);
    }

    @Test
    void anOlderListAndOneOfAnotherAuthorityAreNotWritten() throws Exception {
        take(fleet.lists(7));
        String written = Files.readString(directory.resolve("links/cacrl.pem"));

        take(fleet.lists(6));
        Authority other = new TestAuthority().authority();
        take(new Revocations(TestFleet.nobody(members, 8), TestFleet.nobody(other, 8), List.of()));

        assertThat(directory.resolve("links/cacrl.pem")).hasContent(written);
        assertThat(files.revoked().orElseThrow().number()).isEqualTo(7);
        assertThat(revoking.number()).isEqualTo(7);
        pass();
        take(new Revocations(TestFleet.nobody(members, 8), TestFleet.nobody(links, 9), List.of()));
        assertThat(revoking.number()).as("two that are not of one number").isEqualTo(7);
    }

    /** Otherwise an agent that died in between, or a libvirtd that did not answer, would be forgotten. */
    @Test
    void whatWasWrittenAndNotReadIsNotSaidToBeThereAndIsReadLater() throws Exception {
        isRead.set(false);
        take(fleet.lists(3));
        assertThat(revoking.number()).isZero();
        assertThat(files.revoked().orElseThrow().number()).isEqualTo(3);

        isRead.set(true);
        take(fleet.lists(3));
        assertThat(reads).as("not with every heartbeat").hasValue(1);
        pass();
        take(fleet.lists(3));
        assertThat(revoking.number()).isEqualTo(3);

        revoking = again();
        assertThat(revoking.number()).as("as nothing has changed").isEqualTo(3);
    }

    /** Joined or renewed by another process, which died before libvirtd read the new certificates. */
    @Test
    void withNewCertificatesAllReadTheListsAgain() throws Exception {
        take(fleet.lists(3));
        join();
        assertThat(revoking.number()).isZero();

        take(fleet.lists(2));

        assertThat(reads).hasValue(2);
        assertThat(revoking.number()).as("those that were there").isEqualTo(3);
    }

    private void pass() {
        now.updateAndGet(before -> before.plusSeconds(60));
    }

    private void take(Revocations said) throws InterruptedException {
        revoking.take(said);
        await().until(revoking::isIdle);
    }
}

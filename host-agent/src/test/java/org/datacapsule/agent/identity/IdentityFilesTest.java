package org.datacapsule.agent.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.datacapsule.common.certificate.Authority;
import org.datacapsule.common.certificate.Certificates;
import org.datacapsule.common.certificate.Identity;
import org.datacapsule.common.certificate.RevocationList;
import org.datacapsule.common.certificate.SigningRequest;
import org.datacapsule.common.config.ConfigException;
import org.datacapsule.common.config.Settings;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.testing.TestAuthority;
import org.datacapsule.common.wire.Enrolment;
import org.datacapsule.common.wire.Revocations;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdentityFilesTest {
    private static final HostId HOST = new HostId("h1");

    @TempDir
    Path directory;

    private final Authority members = new TestAuthority().authority();
    private final Authority links = new TestAuthority().authority();
    private IdentityConfig config;
    private IdentityFiles files;

    @BeforeEach
    void open() throws IOException {
        String group = Files.getAttribute(directory, "posix:group").toString();
        config = new IdentityConfig(directory.resolve("identity"), group);
        files = new IdentityFiles(config);
    }

    @Test
    void aMachineThatHasNotJoinedIsToldWhatToDo() {
        assertThatThrownBy(files::read)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has not joined")
                .hasMessageContaining("datacapsule-agent join");
    }

    @Test
    void whatARouterAnsweredIsThereForAllWhoNeedItAndForNobodyElse() throws Exception {
        KeyRequest key = files.pending("host", KeyRequest.make(HOST));
        KeyRequest link = files.pending("links", KeyRequest.make(HOST));
        files.install(enrolment(key, link), key, link);

        Identity identity = files.read();
        assertThat(identity.key()).isEqualTo(key.key());
        assertThat(identity.authority()).isEqualTo(members.certificate());
        assertThat(permissions("host.pem")).isEqualTo("rw-------");
        for (String name : List.of("server-key.pem", "client-key.pem", "serverkey.pem", "clientkey.pem")) {
            assertThat(permissions("links/" + name)).isEqualTo("rw-r-----");
            assertThat(read("links/" + name)).contains("PRIVATE KEY").isNotEqualTo(identity.keyPem());
        }
        assertThat(read("links/ca-cert.pem")).isEqualTo(Certificates.pem(links.certificate()));
        assertThat(names()).noneMatch(name -> name.contains("pending") || name.endsWith(".new"));
    }

    @Test
    void theNextOnesTakeThePlaceOfTheFirstWhole() throws Exception {
        for (int time = 0; time < 3; time++) {
            KeyRequest key = KeyRequest.make(HOST);
            KeyRequest link = KeyRequest.make(HOST);
            files.install(enrolment(key, link), key, link);
        }

        assertThat(names().stream().filter(name -> name.startsWith("links-"))).hasSize(1);
        Identity link = Identity.parse(
                read("links/server-key.pem") + read("links/server-cert.pem") + read("links/ca-cert.pem"));
        assertThat(link.authority()).isEqualTo(links.certificate());
    }

    @Test
    void whatAllHostsAreToldCountsWhereTheAgentsOwnConfigurationIsSilent() throws Exception {
        KeyRequest key = KeyRequest.make(HOST);
        KeyRequest link = KeyRequest.make(HOST);
        files.install(enrolment(key, link), key, link);

        Settings settings =
                Settings.of(Map.of("network.guests", "10.91.0.0/16")).above(config.settings());

        assertThat(settings.list("bus.routers", "", List.of())).containsExactly("10.0.0.1:5703", "10.0.0.2:5703");
        assertThat(settings.text("network.guests", "", "")).isEqualTo("10.91.0.0/16");
        assertThat(settings.text("migration.tls-directory", "", ""))
                .isEqualTo(config.directory().resolve("links").toString());
        Path commandKey =
                Path.of(settings.list("router.command-keys", "", List.of()).getFirst());
        assertThat(commandKey).hasContent("the routers' key");
        assertThatNoSettingIsLeft(settings);
    }

    @Test
    void aJoinThatIsDoneAgainHasTheSameKey() throws Exception {
        KeyRequest first = files.pending("host", KeyRequest.make(HOST));

        assertThat(new IdentityFiles(config).pending("host", KeyRequest.make(HOST)))
                .isEqualTo(first);
        assertThat(permissions("pending-host.pem")).isEqualTo("rw-------");
    }

    @Test
    void certificatesForOtherKeysAreRefusedAndWhatThereWasStays() throws Exception {
        KeyRequest key = KeyRequest.make(HOST);
        KeyRequest link = KeyRequest.make(HOST);
        files.install(enrolment(key, link), key, link);
        KeyRequest other = KeyRequest.make(HOST);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> files.install(enrolment(key, link), other, link))
                .withMessageContaining("another key");
        assertThat(files.read().key()).isEqualTo(key.key());
    }

    @Test
    void whomTheHostIsToRefuseIsThereFromTheBeginningAndStaysWhenItsCertificatesAreRenewed() throws Exception {
        KeyRequest key = KeyRequest.make(HOST);
        KeyRequest link = KeyRequest.make(HOST);
        files.install(enrolment(key, link, Optional.of(lists(5))), key, link);
        for (String name : List.of("links/ca-crl.pem", "links/cacrl.pem")) {
            assertThat(permissions(name)).isEqualTo("rw-r-----");
            assertThat(RevocationList.parse(read(name), links.certificate()).number())
                    .isEqualTo(5);
        }
        files.keep(lists(6));

        KeyRequest nextKey = KeyRequest.make(HOST);
        KeyRequest nextLink = KeyRequest.make(HOST);
        files.install(enrolment(nextKey, nextLink), nextKey, nextLink);

        assertThat(files.revoked().orElseThrow().number()).isEqualTo(6);
        assertThat(RevocationList.parse(read("links/cacrl.pem"), links.certificate())
                        .number())
                .isEqualTo(6);
        assertThat(read("links/servercert.pem"))
                .as("beside the keys they are for")
                .isEqualTo(Certificates.pem(Identity.parse(read("links/server-key.pem")
                                + read("links/server-cert.pem")
                                + read("links/ca-cert.pem"))
                        .certificate()));
    }

    @Test
    void aHostOfAnotherFleetDoesNotGoByTheListsOfTheFirst() throws Exception {
        KeyRequest key = KeyRequest.make(HOST);
        KeyRequest link = KeyRequest.make(HOST);
        files.install(enrolment(key, link, Optional.of(lists(5))), key, link);
        Authority others = new TestAuthority().authority();

        files.install(
                new Enrolment(
                        HOST,
                        issue(others, key),
                        Certificates.pem(others.certificate()),
                        issue(others, link),
                        Certificates.pem(others.certificate()),
                        List.of("key"),
                        List.of("10.0.0.9:5703"),
                        "10.90.0.0/16",
                        Optional.empty()),
                key,
                link);

        assertThat(files.revoked()).isEmpty();
        assertThat(config.directory().resolve("links/cacrl.pem")).doesNotExist();
    }

    private Revocations lists(long number) {
        return new Revocations(
                members.revoke(number, List.of(), Instant.now()).pem(),
                links.revoke(number, List.of(), Instant.now()).pem(),
                List.of());
    }

    private void assertThatNoSettingIsLeft(Settings settings) throws ConfigException {
        settings.verify();
    }

    private Enrolment enrolment(KeyRequest key, KeyRequest link) {
        return enrolment(key, link, Optional.empty());
    }

    private Enrolment enrolment(KeyRequest key, KeyRequest link, Optional<Revocations> revocations) {
        return new Enrolment(
                HOST,
                issue(members, key),
                Certificates.pem(members.certificate()),
                issue(links, link),
                Certificates.pem(links.certificate()),
                List.of("the routers' key"),
                List.of("10.0.0.1:5703", "10.0.0.2:5703"),
                "10.90.0.0/16",
                revocations);
    }

    private static String issue(Authority authority, KeyRequest key) {
        return Certificates.pem(authority.issue(
                "h1", List.of("10.0.0.1"), SigningRequest.key(key.request()), Instant.now(), Duration.ofDays(1)));
    }

    private String read(String name) throws IOException {
        return Files.readString(config.directory().resolve(name));
    }

    private String permissions(String name) throws IOException {
        return PosixFilePermissions.toString(
                Files.getPosixFilePermissions(config.directory().resolve(name)));
    }

    private List<String> names() throws IOException {
        try (Stream<Path> list = Files.list(config.directory())) {
            return list.map(path -> path.getFileName().toString()).toList();
        }
    }
}

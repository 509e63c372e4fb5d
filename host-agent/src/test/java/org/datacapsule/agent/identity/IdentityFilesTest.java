package org.datacapsule.agent.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.datacapsule.common.certificate.Certificates;
import org.datacapsule.common.certificate.Identity;
import org.datacapsule.common.certificate.RevocationList;
import org.datacapsule.common.config.ConfigException;
import org.datacapsule.common.config.Settings;
import org.datacapsule.common.id.HostId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdentityFilesTest {
    private static final HostId HOST = TestFleet.HOST;

    @TempDir
    Path directory;

    private final TestFleet fleet = new TestFleet();
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
        files.install(fleet.enrolment(key, link), key, link);

        Identity identity = files.read();
        assertThat(identity.key()).isEqualTo(key.key());
        assertThat(identity.authority()).isEqualTo(fleet.members().certificate());
        assertThat(permissions("host.pem")).isEqualTo("rw-------");
        for (String name : List.of("server-key.pem", "client-key.pem", "serverkey.pem", "clientkey.pem")) {
            assertThat(permissions("links/" + name)).isEqualTo("rw-r-----");
            assertThat(read("links/" + name)).contains("PRIVATE KEY").isNotEqualTo(identity.keyPem());
        }
        assertThat(read("links/ca-cert.pem"))
                .isEqualTo(Certificates.pem(fleet.links().certificate()));
        assertThat(names()).noneMatch(name -> name.contains("pending") || name.endsWith(".new"));
    }

    @Test
    void theNextOnesTakeThePlaceOfTheFirstWhole() throws Exception {
        for (int time = 0; time < 3; time++) {
            KeyRequest key = KeyRequest.make(HOST);
            KeyRequest link = KeyRequest.make(HOST);
            files.install(fleet.enrolment(key, link), key, link);
        }

        assertThat(names().stream().filter(name -> name.startsWith("links-"))).hasSize(1);
        Identity link = Identity.parse(
                read("links/server-key.pem") + read("links/server-cert.pem") + read("links/ca-cert.pem"));
        assertThat(link.authority()).isEqualTo(fleet.links().certificate());
    }

    @Test
    void whatAllHostsAreToldCountsWhereTheAgentsOwnConfigurationIsSilent() throws Exception {
        KeyRequest key = KeyRequest.make(HOST);
        KeyRequest link = KeyRequest.make(HOST);
        files.install(fleet.enrolment(key, link), key, link);

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
        files.install(fleet.enrolment(key, link), key, link);
        KeyRequest other = KeyRequest.make(HOST);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> files.install(fleet.enrolment(key, link), other, link))
                .withMessageContaining("another key");
        assertThat(files.read().key()).isEqualTo(key.key());
    }

    @Test
    void whomTheHostIsToRefuseIsThereFromTheBeginningAndStaysWhenItsCertificatesAreRenewed() throws Exception {
        KeyRequest key = KeyRequest.make(HOST);
        KeyRequest link = KeyRequest.make(HOST);
        files.install(fleet.enrolment(key, link, Optional.of(fleet.lists(5))), key, link);
        for (String name : List.of("links/ca-crl.pem", "links/cacrl.pem")) {
            assertThat(permissions(name)).isEqualTo("rw-r-----");
            assertThat(RevocationList.parse(read(name), fleet.links().certificate())
                            .number())
                    .isEqualTo(5);
        }
        files.keep(fleet.lists(6));

        KeyRequest nextKey = KeyRequest.make(HOST);
        KeyRequest nextLink = KeyRequest.make(HOST);
        files.install(fleet.enrolment(nextKey, nextLink), nextKey, nextLink);

        assertThat(files.revoked().orElseThrow().number()).isEqualTo(6);
        assertThat(RevocationList.parse(read("links/cacrl.pem"), fleet.links().certificate())
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
        files.install(fleet.enrolment(key, link, Optional.of(fleet.lists(5))), key, link);

        files.install(new TestFleet().enrolment(key, link), key, link);

        assertThat(files.revoked()).isEmpty();
        assertThat(config.directory().resolve("links/cacrl.pem")).doesNotExist();
    }

    private void assertThatNoSettingIsLeft(Settings settings) throws ConfigException {
        settings.verify();
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

package org.datacapsule.agent.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.datacapsule.agent.identity.IdentityConfig;
import org.datacapsule.agent.identity.IdentityFiles;
import org.datacapsule.agent.identity.KeyRequest;
import org.datacapsule.common.certificate.Certificates;
import org.datacapsule.common.certificate.Identity;
import org.datacapsule.common.certificate.SigningRequest;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.testing.TestAuthority;
import org.datacapsule.common.wire.Enrolment;
import org.datacapsule.common.wire.Renewal;

/** A host that has joined, and the authority that it joined by. */
public record TestHost(TestAuthority authority, HostId name, IdentityFiles files) {
    private static final String NOBODY = "no-such-group";

    public static TestHost in(TestAuthority authority, HostId name) {
        try {
            Path directory = Files.createTempDirectory("identity");
            TestHost host = new TestHost(authority, name, new IdentityFiles(new IdentityConfig(directory, NOBODY)));
            host.install(Duration.ofDays(1));
            return host;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As if it had joined now. */
    public void install(Duration life) throws IOException {
        KeyRequest key = KeyRequest.make(name);
        KeyRequest links = KeyRequest.make(name);
        files.install(enrolment(new Renewal(key.request(), links.request()), life), key, links);
    }

    public Enrolment enrolment(Renewal renewal, Duration life) {
        return new Enrolment(
                name,
                certificate(renewal.request(), life),
                Certificates.pem(authority.authority().certificate()),
                certificate(renewal.linkRequest(), life),
                Certificates.pem(authority.authority().certificate()),
                List.of("key\n"),
                List.of("127.0.0.1:5703"),
                "10.90.0.0/16",
                Optional.empty());
    }

    public Identity current() {
        try {
            return files.read();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String certificate(String request, Duration life) {
        return Certificates.pem(authority
                .authority()
                .issue(name.value(), List.of("127.0.0.1"), SigningRequest.key(request), Instant.now(), life));
    }
}

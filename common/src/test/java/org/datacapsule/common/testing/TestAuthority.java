package org.datacapsule.common.testing;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.datacapsule.common.certificate.Authority;
import org.datacapsule.common.certificate.Identity;

/** An authority for one test, and identities of it. */
public final class TestAuthority {
    private final Authority authority = Authority.make("test", Instant.now(), Duration.ofDays(1));

    public Authority authority() {
        return authority;
    }

    public Identity identity(String name) {
        return authority.identity(name, List.of("127.0.0.1"), Instant.now(), Duration.ofHours(1));
    }
}

package org.datacapsule.router.image.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.junit.jupiter.api.Test;

class AddressGuardTest {
    private static final String PUBLIC = "93.184.215.14";

    @Test
    void onlyListedOriginsAreFetchedFrom() {
        AddressGuard guard = guard("https://cloud.example.org, http://plain.example.org:8080", PUBLIC);

        guard.requireAllowed(URI.create("https://cloud.example.org/a/b?c"));
        guard.requireAllowed(URI.create("https://CLOUD.example.org:443/a"));
        guard.requireAllowed(URI.create("http://plain.example.org:8080/a"));
        for (String other : List.of(
                "http://cloud.example.org/a",
                "https://cloud.example.org:8443/a",
                "https://cloud.example.org.evil.example/a",
                "https://user:word@cloud.example.org/a",
                "https://cloud.example.org@evil.example/a",
                "https://plain.example.org:8080/a",
                "file:///etc/shadow",
                "ftp://cloud.example.org/a",
                "cloud.example.org/a",
                "https:///a")) {
            assertRefused(() -> guard.requireAllowed(URI.create(other)));
        }
    }

    @Test
    void withoutAListThereAreNoImports() {
        assertRefused(() -> guard("", PUBLIC).requireAllowed(URI.create("https://cloud.example.org/a")));
    }

    @Test
    void aNameThatLeadsToAPrivateAddressIsRefused() {
        for (String address : List.of(
                "127.0.0.1",
                "10.1.2.3",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.1.1",
                "169.254.169.254",
                "100.64.0.1",
                "0.0.0.0",
                "192.0.0.170",
                "198.18.0.1",
                "224.0.0.1",
                "255.255.255.255",
                "::1",
                "::",
                "fe80::1",
                "fc00::1",
                "fd12:3456::1",
                "ff02::1",
                "::ffff:10.0.0.1",
                "64:ff9b::a00:1",
                "2002:a00:1::",
                "2001:db8::1",
                "2001::1")) {
            assertRefused(
                    () -> guard("https://cloud.example.org", address).admit(URI.create("https://cloud.example.org/a")));
        }
    }

    @Test
    void aNameThatLeadsToAPublicAddressIsConnectedToThere() throws Exception {
        for (String address :
                List.of(PUBLIC, "172.32.0.1", "100.128.0.1", "192.1.1.1", "2606:2800:21f::1", "2a00::1")) {
            assertThat(guard("https://cloud.example.org", address)
                            .admit(URI.create("https://cloud.example.org/a"))
                            .address())
                    .isEqualTo(InetAddress.getByName(address));
        }
    }

    /** Rebinding: the second answer is private, and nobody asks for it. */
    @Test
    void aNameIsLookedUpOnceForEachConnection() throws Exception {
        Deque<String> answers = new ArrayDeque<>(List.of(PUBLIC, "127.0.0.1"));
        AddressGuard guard = new AddressGuard(
                Origin.parseAll("https://cloud.example.org"), host -> List.of(InetAddress.getByName(answers.pop())));
        URI uri = URI.create("https://cloud.example.org/a");

        assertThat(guard.admit(uri).address()).isEqualTo(InetAddress.getByName(PUBLIC));
        assertThat(answers).hasSize(1);
        assertRefused(() -> guard.admit(uri));
    }

    @Test
    void aPrivateAddressIsAllowedWhereItIsListedAsOne() throws Exception {
        AddressGuard guard =
                new AddressGuard(Origin.parseAll("http://10.0.0.5:8080, http://[fd00::5]"), host -> List.of());

        assertThat(guard.admit(URI.create("http://10.0.0.5:8080/a")).address())
                .isEqualTo(InetAddress.getByName("10.0.0.5"));
        assertThat(guard.admit(URI.create("http://[fd00::5]/a")).address()).isEqualTo(InetAddress.getByName("fd00::5"));
        assertRefused(() -> guard.admit(URI.create("http://10.0.0.6:8080/a")));
    }

    @Test
    void originsWithMoreThanAnOriginAreRefused() {
        for (String text :
                List.of("https://a.example/b", "ftp://a.example", "a.example", "https://u@a.example", "https://")) {
            assertThatThrownBy(() -> Origin.parseAll(text)).as(text).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static AddressGuard guard(String origins, String address) {
        return new AddressGuard(Origin.parseAll(origins), host -> List.of(InetAddress.getByName(address)));
    }

    @FunctionalInterface
    private interface Asking {
        void ask() throws UnknownHostException;
    }

    private static void assertRefused(Asking asking) {
        assertThatThrownBy(asking::ask)
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        refusal -> assertThat(refusal.problem().code()).isEqualTo(ErrorCode.IMAGE_IMPORT_NOT_ALLOWED));
    }
}

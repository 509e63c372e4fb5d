package org.datacapsule.common.bus;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.datacapsule.common.certificate.Identity;

/** All that is said between processes of ours is TLS 1.3 of which both sides show a certificate of the members' authority. */
final class BusTls {
    private static final Set<String> PROTOCOLS = Set.of("TLSv1.3");
    private static final Duration TO_CONNECT = Duration.ofSeconds(2);

    private BusTls() {}

    /** Between routers. Hazelcast, which says which of them are there, has no such thing. */
    static EventBusOptions eventBus(String host, Identity identity) {
        return new EventBusOptions()
                .setHost(host)
                .setSsl(true)
                .setKeyCertOptions(key(identity))
                .setTrustOptions(trust(identity))
                // Vert.x trusts everybody on its bus unless told not to.
                .setTrustAll(false)
                .setClientAuth(ClientAuth.REQUIRED)
                .setEnabledSecureTransportProtocols(PROTOCOLS);
    }

    /** A router's door. */
    static NetServerOptions door(Identity identity) {
        return new NetServerOptions()
                .setSsl(true)
                .setKeyCertOptions(key(identity))
                .setTrustOptions(trust(identity))
                .setClientAuth(ClientAuth.REQUIRED)
                .setEnabledSecureTransportProtocols(PROTOCOLS)
                .setReadIdleTimeout((int) Line.SILENCE.toSeconds())
                .setIdleTimeoutUnit(TimeUnit.SECONDS);
    }

    /** An agent that calls at a door. It checks that the certificate is for the address it called: hosts have certificates too. */
    static NetClientOptions caller(Identity identity) {
        return new NetClientOptions()
                .setSsl(true)
                .setKeyCertOptions(key(identity))
                .setTrustOptions(trust(identity))
                .setHostnameVerificationAlgorithm("HTTPS")
                .setEnabledSecureTransportProtocols(PROTOCOLS)
                .setConnectTimeout((int) TO_CONNECT.toMillis())
                .setReadIdleTimeout((int) Line.SILENCE.toSeconds())
                .setIdleTimeoutUnit(TimeUnit.SECONDS);
    }

    private static PemKeyCertOptions key(Identity identity) {
        return new PemKeyCertOptions()
                .addKeyValue(Buffer.buffer(identity.keyPem()))
                .addCertValue(Buffer.buffer(identity.certificatePem()));
    }

    private static PemTrustOptions trust(Identity identity) {
        return new PemTrustOptions().addCertValue(Buffer.buffer(identity.authorityPem()));
    }
}

package org.datacapsule.router;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.datacapsule.common.bus.BusConfig;
import org.datacapsule.common.config.ConfigException;
import org.datacapsule.common.config.Settings;
import org.datacapsule.common.wire.GuestNetwork;
import org.datacapsule.router.capsule.CapsuleConfig;
import org.datacapsule.router.capsule.SecureModeConfig;
import org.datacapsule.router.database.DatabaseConfig;
import org.datacapsule.router.fence.CollectDrift;
import org.datacapsule.router.fence.FenceConfig;
import org.datacapsule.router.host.HostConfig;
import org.datacapsule.router.http.AuthConfig;
import org.datacapsule.router.http.HttpConfig;
import org.datacapsule.router.identity.AuthorityConfig;
import org.datacapsule.router.image.ImageConfig;
import org.datacapsule.router.image.distribution.DistributionConfig;
import org.datacapsule.router.image.intake.IntakeConfig;
import org.datacapsule.router.imageapi.ImageApiConfig;
import org.datacapsule.router.lifetime.LifetimeConfig;
import org.datacapsule.router.mail.MailConfig;
import org.datacapsule.router.operation.OperationConfig;
import org.datacapsule.router.placement.PlacementPolicy;
import org.datacapsule.router.result.ResultConfig;
import org.datacapsule.router.sharing.SharingConfig;
import org.datacapsule.router.user.Quota;

/**
 * Everything a router can be told.
 *
 * @param stopGrace how long a guest has to power off by itself
 * @param haltFile names the steps at which the process halts, to test what a crash there leaves; empty but in such tests
 */
public record RouterConfig(
        HttpConfig http,
        AuthConfig auth,
        DatabaseConfig database,
        BusConfig bus,
        Path signingKey,
        Path signingPublicKey,
        Path secretsKey,
        AuthorityConfig authority,
        GuestNetwork guests,
        Quota quota,
        CapsuleConfig capsules,
        ImageConfig images,
        IntakeConfig intake,
        DistributionConfig distribution,
        ImageApiConfig imageApis,
        SecureModeConfig secureMode,
        PlacementPolicy placement,
        OperationConfig operations,
        HostConfig hosts,
        FenceConfig fence,
        CollectDrift.Config drift,
        LifetimeConfig lifetime,
        MailConfig mail,
        Duration keepEvents,
        Duration unknownCallersEvery,
        SharingConfig sharing,
        ResultConfig results,
        Duration stopGrace,
        Optional<Path> haltFile) {

    private static final int DOOR_PORT = 5703;
    private static final GuestNetwork GUESTS = GuestNetwork.parse("10.90.0.0/16");

    /** @throws ConfigException with every error there is */
    public static RouterConfig from(Settings settings) throws ConfigException {
        HttpConfig http = HttpConfig.from(settings);
        AuthConfig auth = AuthConfig.from(settings);
        BusConfig bus = bus(settings);
        RouterConfig config = new RouterConfig(
                http,
                auth,
                DatabaseConfig.from(settings),
                bus,
                file(
                        settings,
                        "commands.signing-key-file",
                        "PEM file with the Ed25519 key that commands to agents are signed with"),
                file(
                        settings,
                        "commands.signing-public-key-file",
                        "PEM file with its public half, which the agents have too"),
                file(
                        settings,
                        "secrets.key-file",
                        "File with 32 bytes in base64: the key that passwords in the database are sealed with"),
                AuthorityConfig.from(settings, auth.development()),
                settings.parsed(
                        "guests.network",
                        "Private network of all guests, the same at every agent",
                        GUESTS.cidr(),
                        GuestNetwork::parse),
                Quota.from(settings),
                CapsuleConfig.from(settings),
                ImageConfig.from(settings),
                IntakeConfig.from(settings),
                DistributionConfig.from(settings, bus.host()),
                ImageApiConfig.from(settings, auth.development()),
                SecureModeConfig.from(settings),
                PlacementPolicy.from(settings),
                OperationConfig.from(settings),
                HostConfig.from(settings),
                FenceConfig.from(settings),
                CollectDrift.Config.from(settings),
                LifetimeConfig.from(settings),
                MailConfig.from(settings),
                settings.duration("events.keep", "How long events can be read", Duration.ofDays(30)),
                settings.duration(
                        "audit.unknown-callers-every",
                        "How often refused requests of unknown callers are written into the audit log, a row for an"
                                + " address and a reason",
                        Duration.ofMinutes(1)),
                SharingConfig.from(settings),
                ResultConfig.from(settings),
                settings.duration(
                        "capsules.stop-grace",
                        "How long a guest has to power off by itself before it is cut off",
                        Duration.ofSeconds(30)),
                settings.optional(
                                "fault-injection.halt-file",
                                "Test only: file with the names of steps at which the process halts")
                        .map(Path::of));
        if (config.haltFile().isPresent() && !config.auth().development()) {
            settings.reject("fault-injection.halt-file: only where development is true");
        }
        settings.verify();
        return config;
    }

    private static BusConfig bus(Settings settings) {
        String host = settings.text("bus.host", "Address of this router on the management network", "127.0.0.1");
        int port = settings.integer("bus.port", "Hazelcast's member port", 5701, 1, 65_535);
        int doorPort = settings.integer("bus.door-port", "Where the agents of hosts call", DOOR_PORT, 1, 65_535);
        List<String> members =
                settings.list("bus.members", "host:port of every router, by bus.port", List.of(host + ":" + port));
        return new BusConfig(
                settings.text("bus.cluster-name", "Processes with another name never join each other", "datacapsule"),
                host,
                port,
                members,
                doorPort,
                settings.list(
                        "bus.doors",
                        "host:port of every router, by bus.door-port, as hosts are told when they join; where it is not said,"
                                + " that port at the addresses of bus.members",
                        members.stream()
                                .map(member -> member.replaceFirst("(:[0-9]+)?$", ":" + doorPort))
                                .toList()));
    }

    private static Path file(Settings settings, String key, String meaning) {
        Path file = settings.required(key, meaning, Path::of, Path.of(""));
        if (!file.toString().isEmpty() && !Files.isReadable(file)) {
            settings.reject(key + ": " + file + " cannot be read");
        }
        return file;
    }
}

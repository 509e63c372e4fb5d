package org.datacapsule.router.imageapi;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.datacapsule.common.secret.SecretBox;
import org.datacapsule.router.account.Accounts;
import org.datacapsule.router.account.SignIn;
import org.datacapsule.router.audit.AuditLog;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.http.AuthConfig;
import org.datacapsule.router.http.Authenticator;
import org.datacapsule.router.http.DevelopmentTokens;
import org.datacapsule.router.http.Dialect;
import org.datacapsule.router.image.ImageDesk;
import org.datacapsule.router.image.intake.IntakeParts;
import org.datacapsule.router.image.source.AddressGuard;
import org.datacapsule.router.image.source.ImageSource;
import org.datacapsule.router.image.source.WebHook;
import org.datacapsule.router.imageapi.danube.DanubeDialect;
import org.datacapsule.router.imageapi.nova.NovaDialect;
import org.datacapsule.router.imageapi.vice.ViceDialect;
import org.datacapsule.router.imageapi.zstack.ZstackDialect;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Wires the dialects that are switched on, and what goes on behind them. */
public final class ImageApiParts implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ImageApiParts.class);

    private final List<Dialect> dialects = new ArrayList<>();
    private final Deque<AutoCloseable> started = new ArrayDeque<>();

    /**
     * The parts of a router that these are made with.
     *
     * @param manifests fetches what describes images, from where imports may come
     * @param box seals what nobody is to read
     * @param transfers how many images this router gives to hosts at a time
     */
    public record Around(
            Vertx vertx,
            Database database,
            AuditLog audit,
            ImageDesk desk,
            IntakeParts intake,
            ImageSource manifests,
            Authenticator tokens,
            AuthConfig auth,
            SecretBox box,
            int transfers) {}

    /** @throws IOException when there are to be accounts and no key to sign their tokens with */
    public ImageApiParts(ImageApiConfig config, Around around) throws IOException {
        ImageDesk desk = around.desk();
        IntakeParts intake = around.intake();
        Authenticator tokens = around.tokens();
        Optional<Accounts> accounts = config.accounts() ? Optional.of(accounts(around)) : Optional.empty();
        SignIn signIn = new SignIn(accounts);
        if (config.nova()) {
            dialects.add(new NovaDialect(desk, tokens, signIn));
        }
        if (config.danube()) {
            dialects.add(new DanubeDialect(desk, intake, around.manifests(), tokens, signIn));
        }
        if (config.zstack()) {
            WebHook hook = WebHook.create(around.vertx(), AddressGuard.of(config.webHooks()));
            started.push(hook);
            ZstackDialect zstack = new ZstackDialect(desk, intake.begin(), intake.show(), hook, tokens, signIn);
            started.push(zstack.startHooks());
            dialects.add(zstack);
        }
        config.vice()
                .ifPresent(path -> dialects.add(new ViceDialect(
                        path,
                        new ViceDialect.Around(desk, intake, tokens, accounts, around.box(), around.transfers()))));
    }

    public List<Dialect> dialects() {
        return List.copyOf(dialects);
    }

    @Override
    public void close() {
        for (AutoCloseable part : started) {
            try {
                part.close();
            } catch (Exception e) {
                LOG.atWarn().setCause(e).log("a part did not close");
            }
        }
    }

    private static Accounts accounts(Around around) throws IOException {
        return new Accounts(
                around.database(), around.audit(), DevelopmentTokens.open(around.auth(), Clock.systemUTC()));
    }
}

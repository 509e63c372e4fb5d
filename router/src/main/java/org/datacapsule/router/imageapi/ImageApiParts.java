package org.datacapsule.router.imageapi;

import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
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
import org.datacapsule.router.image.source.ImageSource;
import org.datacapsule.router.imageapi.danube.DanubeDialect;
import org.datacapsule.router.imageapi.nova.NovaDialect;
import org.datacapsule.router.imageapi.vice.ViceDialect;
import org.datacapsule.router.imageapi.zstack.ZstackDialect;

/** Wires the dialects that are switched on. */
public final class ImageApiParts {

    private ImageApiParts() {}

    /**
     * The parts of a router that these are made with.
     *
     * @param manifests fetches what describes images, from where imports may come
     * @param box seals what nobody is to read
     * @param transfers how many images this router gives to hosts at a time
     */
    public record Around(
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
    public static List<Dialect> dialects(ImageApiConfig config, Around around) throws IOException {
        ImageDesk desk = around.desk();
        IntakeParts intake = around.intake();
        Authenticator tokens = around.tokens();
        Optional<Accounts> accounts = config.accounts() ? Optional.of(accounts(around)) : Optional.empty();
        SignIn signIn = new SignIn(accounts);
        List<Dialect> dialects = new ArrayList<>();
        if (config.nova()) {
            dialects.add(new NovaDialect(desk, tokens, signIn));
        }
        if (config.danube()) {
            dialects.add(new DanubeDialect(desk, intake, around.manifests(), tokens, signIn));
        }
        if (config.zstack()) {
            dialects.add(new ZstackDialect(desk, intake.begin(), intake.show(), tokens, signIn));
        }
        config.vice()
                .ifPresent(path -> dialects.add(new ViceDialect(
                        path,
                        new ViceDialect.Around(desk, intake, tokens, accounts, around.box(), around.transfers()))));
        return dialects;
    }

    private static Accounts accounts(Around around) throws IOException {
        return new Accounts(
                around.database(), around.audit(), DevelopmentTokens.open(around.auth(), Clock.systemUTC()));
    }
}

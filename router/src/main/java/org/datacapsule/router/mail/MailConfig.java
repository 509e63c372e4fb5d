package org.datacapsule.router.mail;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.datacapsule.common.config.Settings;

/**
 * Where mail is handed over.
 *
 * @param host without it no mail is written
 * @param caFile certificates in PEM, one of which must have signed the server's; those the JDK trusts when there is none
 * @param retry the first pause after a failure; it doubles
 */
public record MailConfig(
        Optional<String> host,
        int port,
        Tls tls,
        Optional<Path> caFile,
        String from,
        Optional<String> user,
        Optional<Path> passwordFile,
        Duration retry) {

    /** How the connection is protected. */
    public enum Tls {
        NONE,
        STARTTLS,
        TLS
    }

    public static MailConfig from(Settings settings) {
        Optional<String> host = settings.optional("mail.host", "SMTP server; without it no mail is sent");
        Optional<Path> passwordFile = settings.optional(
                        "mail.password-file", "File with the password at the SMTP server, on one line")
                .map(Path::of);
        passwordFile
                .filter(file -> !Files.isReadable(file))
                .ifPresent(file -> settings.reject("mail.password-file: " + file + " cannot be read"));
        Optional<Path> caFile = settings.optional(
                        "mail.ca-file",
                        "PEM file with the certificates one of which has signed the server's; without it, those Java"
                                + " trusts")
                .map(Path::of);
        caFile.filter(file -> !Files.isReadable(file))
                .ifPresent(file -> settings.reject("mail.ca-file: " + file + " cannot be read"));
        Optional<String> user = settings.optional("mail.user", "User at the SMTP server; none: no login");
        if (user.isPresent() != passwordFile.isPresent()) {
            settings.reject("mail.user and mail.password-file are set together or not at all");
        }
        return new MailConfig(
                host,
                settings.integer("mail.port", "Its port", 25, 1, 65_535),
                settings.parsed(
                        "mail.tls",
                        "none, starttls (required then) or tls (from the first byte)",
                        "starttls",
                        MailConfig::tls),
                caFile,
                settings.text("mail.from", "The sender of the mail", "datacapsule@localhost"),
                user,
                passwordFile,
                settings.duration("mail.retry", "Pause after a first failure; it doubles", Duration.ofMinutes(1)));
    }

    private static Tls tls(String text) {
        return switch (text) {
            case "none" -> Tls.NONE;
            case "starttls" -> Tls.STARTTLS;
            case "tls" -> Tls.TLS;
            default -> throw new IllegalArgumentException("none, starttls or tls is expected");
        };
    }

    @Override
    public String toString() {
        return host.orElse("(none)") + ":" + port + " " + tls.name().toLowerCase(Locale.ROOT);
    }
}

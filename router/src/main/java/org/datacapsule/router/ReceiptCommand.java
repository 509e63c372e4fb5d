package org.datacapsule.router;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.signing.KeyFiles;
import org.datacapsule.common.wire.ModeReceipt;
import org.datacapsule.router.receipt.OfflineCheck;
import org.datacapsule.router.receipt.OfflineCheck.Verdict;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code datacapsule-router receipt …}: what an auditor does with nothing but receipts and keys. */
@Command(
        name = "receipt",
        mixinStandardHelpOptions = true,
        description = "Checks mode receipts.",
        subcommands = ReceiptCommand.Verify.class)
final class ReceiptCommand {

    @Command(
            name = "verify",
            mixinStandardHelpOptions = true,
            description = {
                "Says of each receipt whether it is valid, and what it testifies; needs no router and no database.",
                "Get the keys from the hosts: a key that comes with a receipt proves nothing."
            },
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:there are receipts, and all are valid", "1:there are none, or not all are valid"})
    static final class Verify implements Callable<Integer> {
        private static final Path STANDARD_INPUT = Path.of("-");

        @Option(
                names = "--key",
                required = true,
                paramLabel = "FILE|BASE64",
                description = "A host's public key: its receipt-key.pub.pem, or the text of it; once for each key.")
        private List<String> keys = new ArrayList<>();

        @Parameters(
                arity = "0..1",
                paramLabel = "FILE",
                description =
                        "What /v1/capsules/{id}/receipts answered, or one receipt of it; without it: standard input.")
        private Path file = STANDARD_INPUT;

        @Override
        public Integer call() throws IOException {
            List<Verdict> verdicts;
            try {
                List<String> given = new ArrayList<>();
                for (String key : keys) {
                    given.add(key(key));
                }
                verdicts = new OfflineCheck(given).check(input());
            } catch (IllegalArgumentException e) {
                System.err.println("nothing was checked: " + e.getMessage());
                return 1;
            }
            verdicts.forEach(verdict -> System.out.println(printable(words(verdict))));
            long valid =
                    verdicts.stream().filter(Verdict.Valid.class::isInstance).count();
            System.out.println(valid + " of " + verdicts.size() + " receipts are valid");
            return !verdicts.isEmpty() && valid == verdicts.size() ? 0 : 1;
        }

        private String input() throws IOException {
            byte[] bytes = file.equals(STANDARD_INPUT) ? System.in.readAllBytes() : Files.readAllBytes(file);
            return new String(bytes, StandardCharsets.UTF_8);
        }

        private static String key(String text) throws IOException {
            Optional<Path> pem = fileNamed(text);
            return pem.isPresent()
                    ? Base64.getEncoder()
                            .encodeToString(KeyFiles.readPublic(pem.get()).getEncoded())
                    : text.strip();
        }

        private static Optional<Path> fileNamed(String text) {
            try {
                return Optional.of(Path.of(text)).filter(Files::isRegularFile);
            } catch (InvalidPathException e) {
                return Optional.empty();
            }
        }

        private static String words(Verdict verdict) {
            return switch (verdict) {
                case Verdict.Valid valid -> "valid: " + words(valid.receipt(), valid.keyId());
                case Verdict.Invalid invalid -> "INVALID: " + invalid.why();
            };
        }

        private static String words(ModeReceipt receipt, String keyId) {
            return receipt.mode()
                    + receipt.policy().map(name -> " under policy " + name).orElse("")
                    + receipt.policyHash()
                            .map(Sha256::hex)
                            .map(hash -> " (sha256 " + hash + ")")
                            .orElse("")
                    + ", capsule " + receipt.capsule()
                    + ", host " + receipt.host()
                    + ", operation " + receipt.operation()
                    + ", verified " + receipt.verifiedAt()
                    + receipt.volumeAttachedAt()
                            .map(Instant::toString)
                            .map(when -> ", volume attached " + when)
                            .orElse("")
                    + ", key " + keyId;
        }

        /** Receipts come from anywhere, and a terminal does what control characters say. */
        private static String printable(String text) {
            return text.codePoints()
                    .map(point ->
                            Character.isISOControl(point) || Character.getType(point) == Character.FORMAT ? '?' : point)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
        }
    }
}

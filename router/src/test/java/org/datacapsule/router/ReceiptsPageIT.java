package org.datacapsule.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.datacapsule.router.receipt.SampleReceipts;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What docs/receipts.md tells an auditor to type, typed; with openssl and jq, and with the program. */
class ReceiptsPageIT {
    private static final Path PAGE = Path.of("..", "docs", "receipts.md");

    private final SampleReceipts host = new SampleReceipts();

    @TempDir
    Path directory;

    private Path key;
    private Path receipts;
    private JsonObject answer;

    @BeforeEach
    void writeFiles() throws Exception {
        key = directory.resolve("receipt-key.pub.pem");
        Files.writeString(key, "-----BEGIN PUBLIC KEY-----\n" + host.publicKey() + "\n-----END PUBLIC KEY-----\n");
        receipts = directory.resolve("receipts.json");
        answer = new JsonObject()
                .put("receipts", new JsonArray().add(host.secure()).add(host.maintenance()));
        write(answer);
    }

    /** How a command ended. */
    private record Run(int exit, String output) {}

    @Test
    void theLinesOfThePageVerifyAReceipt() throws Exception {
        Run run = shell(lines());

        assertThat(run.exit()).as(run.output()).isZero();
        assertThat(run.output()).contains("Signature Verified Successfully", "\"mode\": \"SECURE\"");
        List<String> ids = run.output()
                .lines()
                .filter(line -> line.matches("[0-9a-f]{16}"))
                .toList();
        assertThat(ids).hasSize(2);
        assertThat(ids.getFirst()).isEqualTo(ids.getLast());
    }

    @Test
    void theLinesOfThePageFindAnAlteredReceipt() throws Exception {
        JsonObject signed = answer.getJsonArray("receipts").getJsonObject(0).getJsonObject("signed");
        signed.put("receipt", signed.getString("receipt").replace("0a0a", "0a0b"));
        write(answer);

        Run run = shell(lines());

        assertThat(run.exit()).as(run.output()).isNotZero();
    }

    @Test
    void aKeyInBase64BecomesAFile() throws Exception {
        Files.delete(key);
        String line = Files.readString(PAGE)
                .lines()
                .filter(one -> one.startsWith("`base64 -d"))
                .findFirst()
                .orElseThrow()
                .replaceAll("^`|`\\.$", "");

        Run run = shell("KEY='" + host.publicKey() + "'\n" + line + "\n" + lines());

        assertThat(run.exit()).as(run.output()).isZero();
    }

    @Test
    void theProgramSaysOfEachReceiptWhetherItIsValid() throws Exception {
        Run valid = verify("--key", key.toString(), receipts.toString());
        assertThat(valid.exit()).isZero();
        assertThat(valid.output())
                .contains(
                        "valid: SECURE under policy",
                        ", volume attached 2026-01-31T12:00:00.130456Z",
                        "valid: MAINTENANCE")
                .contains("2 of 2 receipts are valid");
        assertThat(verify("--key", host.publicKey(), receipts.toString()).exit())
                .as("the key's text")
                .isZero();

        JsonObject first = answer.getJsonArray("receipts").getJsonObject(0);
        first.put("mode", "MAINTENANCE");
        write(answer);
        Run altered = verify("--key", host.publicKey(), receipts.toString());
        assertThat(altered.exit()).isEqualTo(1);
        assertThat(altered.output()).contains("INVALID: beside the signed text stands another mode", "1 of 2");
    }

    @Test
    void theProgramReadsItsStandardInputToo() throws Exception {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream(answer.encode().getBytes(StandardCharsets.UTF_8)));
        try {
            assertThat(verify("--key", key.toString()).exit()).isZero();
        } finally {
            System.setIn(before);
        }
    }

    @Test
    void nothingToVerifyIsNoSuccess() throws Exception {
        Files.writeString(receipts, "{\"receipts\":[]}");
        assertThat(verify("--key", key.toString(), receipts.toString()).exit()).isEqualTo(1);
        Files.writeString(receipts, "no JSON");
        assertThat(verify("--key", key.toString(), receipts.toString()).exit()).isEqualTo(1);
        write(answer);
        assertThat(verify("--key", "no key", receipts.toString()).exit()).isEqualTo(1);
        assertThat(verify("--key", key.toString(), directory.resolve("none").toString())
                        .exit())
                .isEqualTo(1);
        assertThat(verify(receipts.toString()).exit()).as("no key is given").isEqualTo(2);
    }

    @Test
    void whatAForgerWroteDoesNothingToTheTerminal() throws Exception {
        answer.getJsonArray("receipts").getJsonObject(0).getJsonObject("signed").put("keyId", "\u001b[2Jvalid:\u202e");
        write(answer);

        Run run = verify("--key", key.toString(), receipts.toString());

        assertThat(run.output()).contains("INVALID").doesNotContain("\u001b", "\u202e");
    }

    private void write(JsonObject content) throws Exception {
        Files.writeString(receipts, content.encode());
    }

    private static String lines() throws Exception {
        String page = Files.readString(PAGE);
        String open = "```sh\n";
        int from = page.indexOf(open) + open.length();
        return page.substring(from, page.indexOf("```", from));
    }

    private Run shell(String lines) throws Exception {
        Process bash = new ProcessBuilder("bash", "-euo", "pipefail", "-c", lines)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor(1, TimeUnit.MINUTES)).isTrue();
        return new Run(bash.exitValue(), output);
    }

    private static Run verify(String... arguments) {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        PrintStream before = System.out;
        System.setOut(new PrintStream(output, true, StandardCharsets.UTF_8));
        try {
            String[] all = new String[arguments.length + 2];
            all[0] = "receipt";
            all[1] = "verify";
            System.arraycopy(arguments, 0, all, 2, arguments.length);
            return new Run(RouterMain.run(all), output.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(before);
        }
    }
}

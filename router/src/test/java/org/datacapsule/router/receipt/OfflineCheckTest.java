package org.datacapsule.router.receipt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.datacapsule.router.receipt.OfflineCheck.Verdict;
import org.datacapsule.router.testing.Seeded;
import org.junit.jupiter.api.Test;

class OfflineCheckTest {
    private static final int MUTATIONS = 2_000;

    private final SampleReceipts host = new SampleReceipts();
    private final OfflineCheck check = new OfflineCheck(List.of(host.publicKey()));

    @Test
    void everyFormAReceiptComesInIsTaken() {
        JsonObject one = host.secure();
        JsonObject other = host.maintenance();

        assertThat(check.check(new JsonObject()
                        .put("receipts", new JsonArray().add(one).add(other))
                        .encode()))
                .hasSize(2)
                .allMatch(Verdict.Valid.class::isInstance);
        assertThat(check.check(new JsonArray().add(one).add(other).encode())).hasSize(2);
        assertThat(check.check(one.encode())).allMatch(Verdict.Valid.class::isInstance);
        assertThat(check.check(one.getJsonObject("signed").encode())).allMatch(Verdict.Valid.class::isInstance);
        assertThat(check.check("{\"receipts\":[]}")).isEmpty();
    }

    @Test
    void theKeyThatComesWithAReceiptIsNotBelieved() {
        JsonObject forged = new SampleReceipts().secure();

        assertThat(why(forged)).contains("not among those given");
        forged.getJsonObject("signed")
                .put("keyId", host.secure().getJsonObject("signed").getString("keyId"));
        assertThat(why(forged)).contains("signature");
    }

    @Test
    void severalHostsKeysAreTriedByTheirNames() {
        SampleReceipts another = new SampleReceipts();
        OfflineCheck both = new OfflineCheck(List.of(another.publicKey(), host.publicKey()));

        assertThat(both.check(
                        new JsonArray().add(host.secure()).add(another.secure()).encode()))
                .allMatch(Verdict.Valid.class::isInstance);
    }

    @Test
    void otherWordsBesideTheSignedTextAreFound() {
        JsonObject whole = host.secure();
        for (String field : List.of(
                "vmid",
                "operation",
                "host",
                "mode",
                "policy",
                "policyHash",
                "rulesHash",
                "verified",
                "verifiedAt",
                "volumeAttachedAt")) {
            assertThat(why(whole.copy().put(field, "MAINTENANCE")))
                    .as(field)
                    .isEqualTo("beside the signed text stands another " + field + " than in it");
            assertThat(why(whole.copy().putNull(field))).as(field).contains(field);
        }
    }

    @Test
    void aReceiptThatContradictsItselfIsNoEvidenceHoweverWellItIsSigned() {
        assertThat(why(host.attachedTooEarly())).contains("before the policy was verified");
    }

    @Test
    void whatIsNoReceiptIsSaidToBeNone() {
        for (String json : List.of("", "nonsense", "7", "\"text\"", "null", "true", "[".repeat(5_000))) {
            assertThatIllegalArgumentException().as(json).isThrownBy(() -> check.check(json));
        }
        for (String json : List.of(
                "{}",
                "[7]",
                "[null]",
                "[[]]",
                "{\"receipts\":{}}",
                "{\"signed\":7}",
                "{\"signed\":{\"keyId\":1,\"receipt\":2,\"signature\":3}}",
                "{\"keyId\":null,\"receipt\":\"\",\"signature\":\"\"}")) {
            assertThat(check.check(json)).as(json).hasSize(1).allMatch(Verdict.Invalid.class::isInstance);
        }
        assertThatIllegalArgumentException().isThrownBy(() -> new OfflineCheck(List.of("no key")));
    }

    /** Whatever character of the signed text, its signature or its key's name is another: it is not valid. */
    @Test
    void noCharacterCanBeChanged() {
        Seeded random = Seeded.of("OfflineCheckTest");
        JsonObject good = host.secure().getJsonObject("signed");
        for (int time = 0; time < MUTATIONS; time++) {
            JsonObject changed = good.copy();
            String field = random.of(List.of("keyId", "receipt", "signature"));
            String text = good.getString(field);
            int place = random.below(text.length());
            char other = (char) (' ' + random.below(95));
            String mutated = text.substring(0, place) + other + text.substring(place + (random.oneIn(3) ? 0 : 1));
            changed.put(field, mutated);
            if (!mutated.equals(text) && !SampleReceipts.sameBytes(field, text, mutated)) {
                assertThat(check.check(changed.encode()))
                        .as(random + " " + changed)
                        .allMatch(Verdict.Invalid.class::isInstance);
            }
        }
    }

    private String why(JsonObject receipt) {
        List<Verdict> verdicts = check.check(receipt.encode());
        assertThat(verdicts).hasSize(1);
        assertThat(verdicts.getFirst()).isInstanceOf(Verdict.Invalid.class);
        return ((Verdict.Invalid) verdicts.getFirst()).why();
    }
}

package org.datacapsule.devkit.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.datacapsule.devkit.check.Rows.Capsule;
import org.datacapsule.devkit.check.Rows.Operation;
import org.junit.jupiter.api.Test;

class QuotasTest {
    private static final Use ONE = new Use(1, 1024, 10);
    private static final Use LIMIT = new Use(8, 8192, 100);

    @Test
    void whatIsSaidIsTheSumOfWhatIsThere() {
        Rows rows = rows(List.of(capsule(1, "RUNNING"), capsule(2, "SHUTDOWN"), capsule(3, "DELETED")), List.of());

        assertThat(Quotas.check(rows, List.of(said(new Use(2, 2048, 20))))).isEmpty();
        assertThat(Quotas.check(rows, List.of(said(new Use(3, 3072, 30)))))
                .singleElement()
                .extracting(Breach::rule)
                .isEqualTo(Rule.QUOTA);
    }

    @Test
    void whatWasDeletedHoldsNone() {
        List<Operation> deleted = List.of(new Operation(
                new UUID(1, 1), new UUID(0, 1), "DELETE", "SUCCEEDED", "ada", Optional.empty(), false, 0, 1, 1));

        assertThat(Quotas.check(rows(List.of(capsule(1, "DELETED")), deleted), List.of()))
                .isEmpty();
        assertThat(Quotas.check(rows(List.of(capsule(1, "SHUTDOWN")), deleted), List.of()))
                .extracting(Breach::rule)
                .containsExactly(Rule.QUOTA);
    }

    private static QuotaSaid said(Use used) {
        return new QuotaSaid("ada", LIMIT, used);
    }

    private static Capsule capsule(int number, String state) {
        return new Capsule(new UUID(0, number), state, "NOT_DEFINED", "h1", 20_001, 5_901, 3, "ada", ONE);
    }

    private static Rows rows(List<Capsule> capsules, List<Operation> operations) {
        return new Rows(
                capsules, operations, List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of());
    }
}

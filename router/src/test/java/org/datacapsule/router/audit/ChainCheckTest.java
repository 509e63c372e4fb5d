package org.datacapsule.router.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.router.audit.AuditChain.Head;
import org.datacapsule.router.testing.Seeded;
import org.junit.jupiter.api.Test;

/** Whatever one thing is done to a chain, the check finds it. */
class ChainCheckTest {
    private static final int CHAINS = 300;

    private final Seeded random = Seeded.of("ChainCheckTest");

    @Test
    void aChainAsItWasMadeIsWhole() {
        for (int n = 0; n < CHAINS; n++) {
            List<Link> chain = chain(random.below(20));
            assertThat(check(chain, head(chain))).as(random.toString()).isEmpty();
        }
    }

    @Test
    void aChangedFieldIsFound() {
        for (int n = 0; n < CHAINS; n++) {
            List<Link> chain = chain(1 + random.below(20));
            int victim = random.below(chain.size());
            Link link = chain.get(victim);
            List<Link> changed = new ArrayList<>(chain);
            AuditEntry other = changed(link.entry().orElseThrow());
            changed.set(
                    victim,
                    new Link(link.position(), link.auditId(), link.previous(), link.hash(), Optional.of(other)));

            assertThat(check(changed, head(chain)))
                    .as(random.toString())
                    .hasValueSatisfying(fault -> assertThat(fault).startsWith("position " + (victim + 1) + " "));
        }
    }

    @Test
    void aRowThatIsGoneIsFound() {
        for (int n = 0; n < CHAINS; n++) {
            List<Link> chain = chain(1 + random.below(20));
            int victim = random.below(chain.size());
            Link link = chain.get(victim);
            List<Link> without = new ArrayList<>(chain);
            without.set(
                    victim, new Link(link.position(), link.auditId(), link.previous(), link.hash(), Optional.empty()));

            assertThat(check(without, head(chain))).as(random.toString()).isPresent();
        }
    }

    @Test
    void aRowTakenOutWithItsLinkIsFoundEvenAtTheEnd() {
        for (int n = 0; n < CHAINS; n++) {
            List<Link> chain = chain(1 + random.below(20));
            List<Link> without = new ArrayList<>(chain);
            without.remove(random.below(chain.size()));

            assertThat(check(without, head(chain))).as(random.toString()).isPresent();
        }
    }

    @Test
    void aRowPutInIsFound() {
        for (int n = 0; n < CHAINS; n++) {
            List<Link> chain = chain(1 + random.below(20));
            int at = random.below(chain.size() + 1);
            Sha256 previous = at == 0 ? ChainHash.GENESIS : chain.get(at - 1).hash();
            List<Link> more = new ArrayList<>(chain);
            more.add(at, Link.after(previous, at + 1L, entry(1000)));

            assertThat(check(more, head(chain))).as(random.toString()).isPresent();
        }
    }

    @Test
    void rowsThatChangedPlacesAreFound() {
        for (int n = 0; n < CHAINS; n++) {
            List<Link> chain = chain(2 + random.below(20));
            int first = random.below(chain.size() - 1);
            int second = first + 1 + random.below(chain.size() - first - 1);
            List<Link> swapped = new ArrayList<>(chain);
            if (random.oneIn(2)) {
                Collections.swap(swapped, first, second);
            } else {
                swapped.set(first, withEntryOf(chain.get(first), chain.get(second)));
                swapped.set(second, withEntryOf(chain.get(second), chain.get(first)));
            }

            assertThat(check(swapped, head(chain))).as(random.toString()).isPresent();
        }
    }

    @Test
    void aChainMadeAnewAsAWholeIsFoundByAHeadThatWasKept() {
        List<Link> chain = chain(10);
        Head kept = head(chain.subList(0, 5));
        List<Link> anew = chain(10);

        assertThat(check(anew, head(anew))).isEmpty();
        assertThat(check(anew, head(anew), Optional.of(kept))).isPresent();
        assertThat(check(chain, head(chain), Optional.of(kept))).isEmpty();
        assertThat(check(chain.subList(0, 3), head(chain.subList(0, 3)), Optional.of(kept)))
                .isPresent();
    }

    @Test
    void fieldsThatRunTogetherAreToldApart() {
        Set<String> hashes = new HashSet<>();
        Instant at = Instant.EPOCH;
        for (String[] pair : new String[][] {{"ab", "c"}, {"a", "bc"}, {"abc", ""}, {"", "abc"}}) {
            AuditEntry entry = new AuditEntry(
                    1,
                    at,
                    "u",
                    Optional.empty(),
                    pair[0],
                    pair[1],
                    "x",
                    Optional.empty(),
                    Optional.empty(),
                    "DONE",
                    Optional.empty());
            hashes.add(ChainHash.of(ChainHash.GENESIS, 1, entry).hex());
        }
        hashes.add(withDetail(Optional.empty()));
        hashes.add(withDetail(Optional.of("")));

        assertThat(hashes).hasSize(6);
    }

    /** Written down here, so that no later version can read a chain differently and not know. */
    @Test
    void theEncodingStaysWhatItIs() {
        AuditEntry entry = new AuditEntry(
                7,
                Instant.parse("2026-01-31T12:00:00.123456Z"),
                "ann",
                Optional.of("ann@example.org"),
                "10.0.0.1",
                "r-1",
                "launchvm",
                Optional.of(new UUID(1, 2)),
                Optional.empty(),
                "REFUSED",
                Optional.of("capsule.invalid-state"));

        assertThat(ChainHash.GENESIS.hex())
                .isEqualTo("7abb86fffd1e64e63c7065e3ed0f1aa0d7a115696602aeaf83e8d6d1f6b14a91");
        assertThat(ChainHash.of(ChainHash.GENESIS, 1, entry).hex())
                .isEqualTo("b273d0d7b4f8db582176d0659cf0be625377c7fcc56da71b77c9e1b0fd3c1fcd");
    }

    private static String withDetail(Optional<String> detail) {
        AuditEntry entry = new AuditEntry(
                1,
                Instant.EPOCH,
                "u",
                Optional.empty(),
                "",
                "",
                "x",
                Optional.empty(),
                Optional.empty(),
                "DONE",
                detail);
        return ChainHash.of(ChainHash.GENESIS, 1, entry).hex();
    }

    private static Link withEntryOf(Link link, Link other) {
        return new Link(link.position(), other.auditId(), link.previous(), link.hash(), other.entry());
    }

    private static Head head(List<Link> chain) {
        return chain.isEmpty()
                ? new Head(0, ChainHash.GENESIS)
                : new Head(chain.size(), chain.getLast().hash());
    }

    private static Optional<String> check(List<Link> chain, Head head) {
        return check(chain, head, Optional.empty());
    }

    private static Optional<String> check(List<Link> chain, Head head, Optional<Head> expected) {
        ChainCheck check = new ChainCheck(expected);
        return chain.stream()
                .map(check::follow)
                .flatMap(Optional::stream)
                .findFirst()
                .or(() -> check.end(head));
    }

    private List<Link> chain(int length) {
        List<Link> chain = new ArrayList<>();
        Sha256 previous = ChainHash.GENESIS;
        for (int position = 1; position <= length; position++) {
            Link link = Link.after(previous, position, entry(position * 3L));
            chain.add(link);
            previous = link.hash();
        }
        return chain;
    }

    private AuditEntry entry(long id) {
        return new AuditEntry(
                id,
                Instant.EPOCH.plusNanos(random.between(0, 1L << 50) * 1000),
                text(),
                maybe(text()),
                text(),
                text(),
                text(),
                maybe(new UUID(random.between(0, 9), 1)),
                maybe(new UUID(random.between(0, 9), 2)),
                random.of(List.of("ACCEPTED", "DONE", "REFUSED")),
                maybe(text()));
    }

    private AuditEntry changed(AuditEntry entry) {
        AuditEntry other = entry(random.oneIn(2) ? entry.id() : entry.id() + 1);
        // One field only: the rest as it was.
        AuditEntry one = switch (random.below(5)) {
            case 0 -> with(entry, other.at().plusNanos(1000), entry.userGuid(), entry.email(), entry.outcome());
            case 1 -> with(entry, entry.at(), entry.userGuid() + "x", entry.email(), entry.outcome());
            case 2 -> with(entry, entry.at(), entry.userGuid(), Optional.of("other@example.org"), entry.outcome());
            case 3 -> with(entry, entry.at(), entry.userGuid(), entry.email(), "SUCCEEDED");
            default -> other;
        };
        return one.equals(entry) ? with(entry, entry.at(), "other", entry.email(), entry.outcome()) : one;
    }

    private static AuditEntry with(AuditEntry entry, Instant at, String user, Optional<String> email, String outcome) {
        return new AuditEntry(
                entry.id(),
                at,
                user,
                email,
                entry.clientAddress(),
                entry.requestId(),
                entry.action(),
                entry.capsule(),
                entry.operation(),
                outcome,
                entry.detail());
    }

    private <T> Optional<T> maybe(T value) {
        return random.oneIn(3) ? Optional.empty() : Optional.of(value);
    }

    private String text() {
        return random.of(List.of("ann", "bob", "", "ünïcödé", "a|b", "10.0.0.1", "x".repeat(random.below(50))));
    }
}

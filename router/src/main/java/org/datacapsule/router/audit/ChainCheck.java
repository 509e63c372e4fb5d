package org.datacapsule.router.audit;

import java.util.Optional;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.router.audit.AuditChain.Head;

/** Follows a chain link by link, and says at the first that does not fit what is wrong with it. Pure but for its place. */
final class ChainCheck {
    private final Optional<Head> expected;
    private long position;
    private Sha256 hash = ChainHash.GENESIS;

    /** @param expected where the chain once was, and must have come by */
    ChainCheck(Optional<Head> expected) {
        this.expected = expected;
    }

    /** Where the chain has come to. */
    Head head() {
        return new Head(position, hash);
    }

    /** What is wrong with the next link; when nothing is, it is the new end. */
    Optional<String> follow(Link link) {
        Optional<String> fault = fault(link);
        if (fault.isEmpty()) {
            position = link.position();
            hash = link.hash();
        }
        return fault;
    }

    private Optional<String> fault(Link link) {
        String here = "position " + link.position() + " (audit row " + link.auditId() + "): ";
        if (link.position() != position + 1) {
            return Optional.of(here + "the chain goes on from position " + position + ", so links between are gone");
        }
        if (!link.previous().equals(hash)) {
            return Optional.of(here + "it is not tied to the row before it");
        }
        if (link.entry().isEmpty()) {
            return Optional.of(here + "the row is gone");
        }
        if (!ChainHash.of(hash, link.position(), link.entry().get()).equals(link.hash())) {
            return Optional.of(here + "the row is not what it was when it was chained");
        }
        if (expected.filter(head ->
                        head.position() == link.position() && !head.hash().equals(link.hash()))
                .isPresent()) {
            return Optional.of(here + "the chain was another one when its head was " + expected.get());
        }
        return Optional.empty();
    }

    /** What is wrong with the chain's end, given where its last writer left it. */
    Optional<String> end(Head left) {
        if (!left.equals(head())) {
            return Optional.of("position " + (position + 1) + ": the chain ends at " + head()
                    + ", but its last writer left it at " + left);
        }
        if (expected.filter(head -> head.position() > position).isPresent()) {
            return Optional.of("position " + (position + 1) + ": the chain ends at " + head() + ", but was at "
                    + expected.get() + " before");
        }
        return Optional.empty();
    }
}

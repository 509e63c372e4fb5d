package org.datacapsule.router.audit;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.router.database.Database;
import org.datacapsule.router.database.Tx;

/**
 * The chain of audit rows: gives rows their place in it, and tells whether it is whole. Commands do not wait for it; one
 * writer at a time, whichever router it runs in, chains what was committed since (docs/decisions/0009-audit-chain.md).
 */
public final class AuditChain {
    private static final int AT_ONCE = 500;

    private final Database database;
    private final AuditStore store = new AuditStore();

    public AuditChain(Database database) {
        this.database = database;
    }

    /** A place in the chain and the hash there, which stands for everything before it. */
    public record Head(long position, Sha256 hash) {
        /** @throws IllegalArgumentException when the text is not {@code position:hash} */
        public static Head parse(String text) {
            int colon = text.indexOf(':');
            if (colon < 0) {
                throw new IllegalArgumentException("a head is POSITION:HASH, not " + text);
            }
            return new Head(Long.parseLong(text.substring(0, colon)), new Sha256(text.substring(colon + 1)));
        }

        @Override
        public String toString() {
            return position + ":" + hash.hex();
        }
    }

    /**
     * What a check of the whole chain found.
     *
     * @param head the last link that fits
     * @param waiting how many rows wait for their place
     * @param fault names the first row that is not as it should be
     */
    public record Report(Head head, long waiting, Optional<String> fault) {}

    /** Chains some of what waits; answers whether there may be more. */
    public boolean extend() throws InterruptedException {
        return database.read(store::somethingWaits) && extendNow();
    }

    private boolean extendNow() throws InterruptedException {
        return database.transaction(tx -> {
            if (!store.tryLockChain(tx)) {
                return false;
            }
            List<AuditEntry> entries = store.takeUnchained(tx, AT_ONCE);
            if (!entries.isEmpty()) {
                store.append(tx, links(store.head(tx), entries));
            }
            return entries.size() == AT_ONCE;
        });
    }

    private static List<Link> links(Head head, List<AuditEntry> entries) {
        List<Link> links = new ArrayList<>(entries.size());
        Sha256 previous = head.hash();
        long position = head.position();
        for (AuditEntry entry : entries) {
            Link link = Link.after(previous, ++position, entry);
            links.add(link);
            previous = link.hash();
        }
        return links;
    }

    /**
     * Reads all of it, as it is at one moment.
     *
     * @param expected a head of an earlier check, which the chain must still go through
     */
    public Report verify(Optional<Head> expected) throws InterruptedException {
        return database.snapshot(tx -> {
            ChainCheck check = new ChainCheck(expected);
            Optional<String> fault = follow(tx, check);
            Head head = store.head(tx);
            if (fault.isEmpty()) {
                fault = check.end(head);
            }
            if (fault.isEmpty()) {
                fault = store.firstStray(tx).map(id -> "audit row " + id + " was put in past the chain");
            }
            if (fault.isEmpty()) {
                fault = store.firstLost(tx).map(id -> "audit row " + id + " is gone; it had waited for its place");
            }
            return new Report(check.head(), store.waiting(tx), fault);
        });
    }

    private Optional<String> follow(Tx tx, ChainCheck check) throws InterruptedException {
        long read = 0;
        while (true) {
            List<Link> links = store.links(tx, read, AT_ONCE);
            for (Link link : links) {
                Optional<String> fault = check.follow(link);
                if (fault.isPresent()) {
                    return fault;
                }
            }
            if (links.size() < AT_ONCE) {
                return Optional.empty();
            }
            read = links.getLast().position();
        }
    }
}

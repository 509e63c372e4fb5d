package org.datacapsule.router.dispatch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.signing.CommandSigner;
import org.datacapsule.common.wire.SignedCommand;
import org.datacapsule.router.database.Tx;
import org.datacapsule.router.migration.Eviction;
import org.datacapsule.router.migration.EvictionStore;

/** What a host that was fenced has to do before it may work, as signed commands. */
public final class RecallOrders {
    private static final Duration LIFE = Duration.ofMinutes(1);

    private final EvictionStore evictions;
    private final CommandBuilder builder;
    private final CommandSigner signer;

    public RecallOrders(EvictionStore evictions, CommandBuilder builder, CommandSigner signer) {
        this.evictions = evictions;
        this.builder = builder;
        this.signer = signer;
    }

    public List<SignedCommand> of(Tx tx, HostId host) throws InterruptedException {
        List<SignedCommand> orders = new ArrayList<>();
        for (Eviction eviction : evictions.recall(tx, host)) {
            orders.add(signer.sign(builder.build(tx, eviction, LIFE)));
        }
        return orders;
    }
}

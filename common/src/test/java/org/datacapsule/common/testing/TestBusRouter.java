package org.datacapsule.common.testing;

import java.util.List;
import java.util.UUID;
import org.datacapsule.common.bus.AgentDoor;
import org.datacapsule.common.bus.Bus;
import org.datacapsule.common.bus.BusConfig;
import org.datacapsule.common.bus.BusException;
import org.datacapsule.common.bus.BusNode;
import org.datacapsule.common.certificate.Identity;

/** What a router is to agents and to other routers on the bus, with nothing behind it but what the test serves. */
public final class TestBusRouter implements AutoCloseable {
    private final BusNode node;
    private final AgentDoor door;

    private TestBusRouter(BusNode node, AgentDoor door) {
        this.node = node;
        this.door = door;
    }

    /** One that is alone. */
    public static TestBusRouter alone(int doorPort, Identity identity) throws BusException, InterruptedException {
        int port = FreePorts.one();
        return join("test-" + UUID.randomUUID(), port, port, doorPort, identity);
    }

    /** @param founder the port by which it finds the others; its own for the first */
    public static TestBusRouter join(String cluster, int port, int founder, int doorPort, Identity identity)
            throws BusException, InterruptedException {
        BusConfig config = new BusConfig(
                cluster,
                "127.0.0.1",
                port,
                List.of("127.0.0.1:" + founder),
                doorPort,
                List.of("127.0.0.1:" + doorPort));
        BusNode node = BusNode.join(config, identity);
        try {
            return new TestBusRouter(node, node.openDoor(config, identity, asking -> asking));
        } catch (BusException | InterruptedException e) {
            node.close();
            throw e;
        }
    }

    public Bus bus() {
        return node.bus();
    }

    public BusNode node() {
        return node;
    }

    @Override
    public void close() {
        door.close();
        node.close();
    }
}

package org.datacapsule.agent.libvirt;

import com.sun.jna.Pointer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.datacapsule.agent.network.VirtualNetworks;
import org.datacapsule.agent.xml.XmlElement;
import org.datacapsule.agent.xml.XmlReading;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.wire.GuestAddress;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;
import org.libvirt.Network;
import org.libvirt.NetworkFilter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Networks, leases and filters of libvirt. */
public final class LibvirtNetworks implements VirtualNetworks {
    private static final Logger LOG = LoggerFactory.getLogger(LibvirtNetworks.class);
    private static final int RUNNING = 0;
    private static final int DEFINED = 1;

    private final LibvirtConnection connection;
    /** A change of leases is worked out from those that are there, so nobody may come in between. */
    private final ReentrantLock leases = new ReentrantLock();

    public LibvirtNetworks(LibvirtConnection connection) {
        this.connection = connection;
    }

    @Override
    public Optional<String> networkXml(String network) {
        return connection.call(libvirt -> {
            try {
                Network found = libvirt.networkLookupByName(network);
                try {
                    return Optional.of(found.getXMLDesc(RUNNING));
                } finally {
                    found.free();
                }
            } catch (LibvirtException e) {
                if (e.getError() != null && e.getError().getCode() == ErrorNumber.VIR_ERR_NO_NETWORK) {
                    return Optional.empty();
                }
                throw e;
            }
        });
    }

    @Override
    public void defineNetwork(String xml) {
        connection.call(libvirt -> libvirt.networkDefineXML(xml).free());
    }

    @Override
    public void startNetwork(String network) {
        connection.call(libvirt -> {
            Network found = libvirt.networkLookupByName(network);
            try {
                if (!found.getAutostart()) {
                    found.setAutostart(true);
                }
                if (found.isActive() == 0) {
                    found.create();
                }
                return network;
            } finally {
                found.free();
            }
        });
    }

    @Override
    public void defineFilter(String xml) {
        connection.call(libvirt -> libvirt.networkFilterDefineXML(xml).free());
    }

    @Override
    public Set<String> filters() {
        return connection.call(libvirt -> Set.of(libvirt.listNetworkFilters()));
    }

    @Override
    public void removeFilter(String name) {
        connection.call(libvirt -> {
            try {
                NetworkFilter found = libvirt.networkFilterLookupByName(name);
                try {
                    found.undefine();
                } finally {
                    found.free();
                }
            } catch (LibvirtException e) {
                LOG.atInfo().log("filter {} stays: {}", name, e.getMessage());
            }
            return name;
        });
    }

    @Override
    public void putLease(String network, GuestAddress guest) {
        leases.lock();
        try {
            connection.call(libvirt -> {
                for (int side : List.of(DEFINED, RUNNING)) {
                    List<GuestAddress> there = leases(libvirt, network, side);
                    if (there.contains(guest)) {
                        continue;
                    }
                    for (GuestAddress other : there) {
                        if (other.mac().equals(guest.mac()) || other.ipv4().equals(guest.ipv4())) {
                            update(libvirt, network, side, MoreOfLibvirt.UPDATE_DELETE, other);
                        }
                    }
                    update(libvirt, network, side, MoreOfLibvirt.UPDATE_ADD_LAST, guest);
                }
                return guest;
            });
        } finally {
            leases.unlock();
        }
    }

    @Override
    public void removeLease(String network, GuestAddress guest) {
        leases.lock();
        try {
            connection.call(libvirt -> {
                for (int side : List.of(DEFINED, RUNNING)) {
                    if (leases(libvirt, network, side).contains(guest)) {
                        update(libvirt, network, side, MoreOfLibvirt.UPDATE_DELETE, guest);
                    }
                }
                return guest;
            });
        } finally {
            leases.unlock();
        }
    }

    private static List<GuestAddress> leases(OpenConnection libvirt, String network, int side) throws LibvirtException {
        Network found = libvirt.networkLookupByName(network);
        try {
            return XmlReading.parse(found.getXMLDesc(side)).first("ip", "dhcp").stream()
                    .flatMap(dhcp -> dhcp.all("host"))
                    .map(host -> new GuestAddress(host.attribute("mac"), host.attribute("ip")))
                    .toList();
        } finally {
            found.free();
        }
    }

    private static void update(OpenConnection libvirt, String network, int side, int command, GuestAddress guest) {
        String host = XmlElement.of("host")
                .with("mac", guest.mac())
                .with("ip", guest.ipv4())
                .render();
        int affects = side == DEFINED ? MoreOfLibvirt.AFFECT_CONFIG : MoreOfLibvirt.AFFECT_LIVE;
        MoreOfLibvirt more = libvirt.more();
        Pointer found = more.virNetworkLookupByName(libvirt.pointer(), network);
        try {
            if (found == null
                    || more.virNetworkUpdate(found, command, MoreOfLibvirt.SECTION_DHCP_HOST, -1, host, affects) < 0) {
                throw new ProblemException(
                        ErrorCode.HOST_HYPERVISOR_FAILED, String.valueOf(more.virGetLastErrorMessage()));
            }
        } finally {
            if (found != null) {
                more.virNetworkFree(found);
            }
        }
    }
}

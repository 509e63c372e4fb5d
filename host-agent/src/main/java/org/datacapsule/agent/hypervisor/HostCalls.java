package org.datacapsule.agent.hypervisor;

import java.util.List;
import org.datacapsule.common.id.HostId;

/** Those of this machine that take the calls of other hosts, by certificates that they keep in memory. */
public interface HostCalls {
    /** Where nobody calls. */
    HostCalls NONE = new HostCalls() {
        @Override
        public boolean readCertificates() {
            return true;
        }

        @Override
        public boolean end(List<HostId> hosts) {
            return true;
        }
    };

    /** Has them read their certificates, and the list of those that are revoked, again; answers whether they did. */
    boolean readCertificates();

    /** Ends the connections of these hosts that are open; answers whether there is none any more. */
    boolean end(List<HostId> hosts);
}

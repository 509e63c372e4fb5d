package org.datacapsule.router.identity;

import java.time.Instant;
import org.datacapsule.common.id.HostId;

/**
 * Who a report is of, beyond doubt.
 *
 * @param sentAt by the host's clock
 */
public record Sender(HostId host, Instant sentAt) {}

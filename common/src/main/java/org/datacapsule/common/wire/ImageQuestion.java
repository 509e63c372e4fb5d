package org.datacapsule.common.wire;

import java.util.List;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.Sha256;

/**
 * Where can this host get an image?
 *
 * @param damaged names of sources that gave something else
 */
public record ImageQuestion(HostId host, Sha256 image, List<String> damaged) {
    public ImageQuestion {
        damaged = List.copyOf(damaged);
    }
}

package org.datacapsule.common.wire;

import java.util.List;
import org.datacapsule.common.id.Sha256;

/**
 * What a host is to do about its images, as things are now; said again with every answer until it is done.
 *
 * @param fetch what it should have, and others have; most wanted first
 * @param remove what no image of the catalogue is any more: it goes once nothing on the host lies on it
 * @param verify what others found to be damaged here: the host is to read it again
 */
public record ImageOrders(List<Sha256> fetch, List<Sha256> remove, List<Sha256> verify) {
    public static final ImageOrders NONE = new ImageOrders(List.of(), List.of(), List.of());

    public ImageOrders {
        fetch = List.copyOf(fetch);
        remove = List.copyOf(remove);
        verify = List.copyOf(verify);
    }
}

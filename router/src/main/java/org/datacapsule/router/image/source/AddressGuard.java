package org.datacapsule.router.image.source;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.Collectors;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;

/**
 * Says where files may be fetched from. A name is looked up once, and the connection then made to the very address that
 * was looked at: a name that leads elsewhere a moment later leads nobody there.
 */
public final class AddressGuard {
    private final List<Origin> allowed;
    private final Names names;

    /** Addresses of a host's name. */
    @FunctionalInterface
    interface Names {
        List<InetAddress> of(String host) throws UnknownHostException;
    }

    AddressGuard(List<Origin> allowed, Names names) {
        this.allowed = List.copyOf(allowed);
        this.names = names;
    }

    public static AddressGuard of(List<Origin> allowed) {
        return new AddressGuard(allowed, host -> List.of(InetAddress.getAllByName(host)));
    }

    /** An address that may be connected to, for this URI. */
    record Admitted(URI uri, Origin origin, InetAddress address) {}

    /** @throws ProblemException when nothing is fetched from there, whatever its name leads to */
    public void requireAllowed(URI uri) {
        if (allowed.isEmpty()) {
            throw refused("This cluster imports no images.");
        }
        if (uri.getUserInfo() != null) {
            throw refused("An address with a user name or a password in it is not fetched from.");
        }
        Origin origin;
        try {
            origin = Origin.of(uri);
        } catch (IllegalArgumentException e) {
            throw refused("The address " + e.getMessage() + ".");
        }
        if (!allowed.contains(origin)) {
            throw refused("Images are not fetched from " + origin + "; they are from "
                    + allowed.stream().map(Origin::toString).collect(Collectors.joining(", ")) + ".");
        }
    }

    /** @throws UnknownHostException when the name leads nowhere for the moment */
    Admitted admit(URI uri) throws UnknownHostException {
        requireAllowed(uri);
        Origin origin = Origin.of(uri);
        if (isAddress(origin.host())) {
            // Listed by its address, so who runs the cluster means it.
            return new Admitted(uri, origin, InetAddress.getByName(origin.host()));
        }
        List<InetAddress> found = names.of(origin.host());
        return found.stream()
                .filter(PublicAddress::is)
                .findFirst()
                .map(address -> new Admitted(uri, origin, address))
                .orElseThrow(() -> refused("The name " + origin.host()
                        + " leads to no public address, so nothing is fetched from it. Whoever runs the cluster can list"
                        + " it by its address."));
    }

    /** Names of the DNS have letters in their last part; a number alone in it would be read as an address. */
    private static boolean isAddress(String host) {
        return host.startsWith("[") || host.matches("\\d{1,3}(\\.\\d{1,3}){3}");
    }

    private static ProblemException refused(String why) {
        return new ProblemException(ErrorCode.IMAGE_IMPORT_NOT_ALLOWED, why);
    }
}

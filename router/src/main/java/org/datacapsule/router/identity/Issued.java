package org.datacapsule.router.identity;

import java.security.cert.X509Certificate;

/**
 * What a host was given at once.
 *
 * @param member by which it calls routers and signs
 * @param link for libvirt and QEMU
 */
record Issued(X509Certificate member, X509Certificate link) {

    /** That of the member's certificate. */
    IssuedKey key() {
        return IssuedKey.of(member);
    }
}

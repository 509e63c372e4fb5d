package org.datacapsule.router.image.inspect;

/** The machine cannot confine a process, so no file of strangers is read on it. */
public final class ConfinementException extends Exception {
    private static final long serialVersionUID = 1L;

    ConfinementException(String why) {
        super(
                "qemu-img cannot be confined here (packages bubblewrap and qemu-utils; a container must allow its processes"
                        + " namespaces of their own): " + why);
    }
}

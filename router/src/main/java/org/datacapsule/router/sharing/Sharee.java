package org.datacapsule.router.sharing;

import java.util.Optional;

/** Somebody to share a capsule with, as its owner names them. */
record Sharee(String guid, Optional<String> email) {}

package org.datacapsule.router.imageapi.danube;

import java.util.List;
import java.util.Optional;
import org.datacapsule.router.http.Parameters;

/** What a request changes; what is not given stays. */
record Changes(
        Optional<String> alias,
        Optional<String> version,
        Optional<Visibility> access,
        Optional<String> owner,
        Optional<String> description,
        Optional<Boolean> resize,
        Optional<Boolean> deploy,
        Optional<List<String>> tags,
        Optional<Boolean> isBound) {
    private static final int LONGEST_ALIAS = 32;
    private static final int LONGEST_VERSION = 16;
    static final int LONGEST_DESCRIPTION = 128;
    private static final int LONGEST_OWNER = 128;

    static Changes of(Given given) {
        return new Changes(
                given.text("alias", LONGEST_ALIAS),
                given.text("version", LONGEST_VERSION),
                given.visibility("access"),
                given.text("owner", LONGEST_OWNER),
                given.text("desc", LONGEST_DESCRIPTION),
                given.flag("resize"),
                given.flag("deploy"),
                given.tags("tags"),
                given.flag("dc_bound"));
    }

    Attributes to(Attributes now) {
        return new Attributes(
                alias.orElse(now.alias()),
                version.orElse(now.version()),
                resize.orElse(now.resize()),
                deploy.orElse(now.deploy()),
                tags.orElse(now.tags()),
                isBound.orElse(now.isBound()));
    }

    /** Whoever the image belongs to, or is to belong to, is its owner for good. */
    void requireOwner(String is) {
        owner.filter(wanted -> !wanted.equals(is)).ifPresent(other -> {
            throw Parameters.invalid("owner", "an image stays with its owner");
        });
    }
}

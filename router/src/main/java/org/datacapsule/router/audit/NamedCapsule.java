package org.datacapsule.router.audit;

import java.util.Optional;
import java.util.UUID;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.router.http.Call;

/** The capsule a request names, whether there is one or not: what was tried counts. */
final class NamedCapsule {
    private static final String PATH_PARAMETER = "id";

    private NamedCapsule() {}

    static Optional<UUID> in(Call call) {
        return call.parameters()
                .optionalText("vmid")
                .or(() -> call.parameters().optionalText(PATH_PARAMETER))
                .flatMap(NamedCapsule::parse);
    }

    private static Optional<UUID> parse(String text) {
        try {
            return Optional.of(CapsuleId.parse(text).value());
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}

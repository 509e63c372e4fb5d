package org.datacapsule.router.sharing;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.datacapsule.common.capsule.CapsuleType;
import org.datacapsule.router.http.Parameters;

/**
 * updatevm's parameters, with the combinations of them that mean nothing refused.
 *
 * @param columns what is described anew: text or truth value by column of the capsule's row
 */
record UpdateRequest(Wish wish, Map<String, Object> columns) {
    private static final List<String> TEXTS = List.of(
            "title",
            "desc_nature",
            "desc_requirement",
            "desc_links",
            "desc_outside_data",
            "desc_shared",
            "rr_data_files",
            "rr_result_usage");

    /** What the request is besides a description. */
    sealed interface Wish {

        /** No change of access; a type that is named must be the one the capsule has. */
        record Describe(Optional<CapsuleType> type) implements Wish {}

        /** An owner's request, or a reviewer's decision. */
        record FullAccess(FullAccessEvent event) implements Wish {}
    }

    static UpdateRequest from(Parameters parameters) {
        Map<String, Object> columns = new LinkedHashMap<>();
        TEXTS.forEach(name -> parameters.optionalText(name).ifPresent(text -> columns.put(name, text)));
        parameters.optionalFlag("consent").ifPresent(consent -> columns.put("consent", consent));
        Wish wish = wish(parameters);
        if (isDecision(wish) && !columns.isEmpty()) {
            throw Parameters.invalid(
                    columns.keySet().iterator().next(), "does not go with a decision on full access; leave it out");
        }
        return new UpdateRequest(wish, Map.copyOf(columns));
    }

    private static boolean isDecision(Wish wish) {
        return wish instanceof Wish.FullAccess change && change.event() instanceof FullAccessEvent.Decided;
    }

    private static Wish wish(Parameters parameters) {
        Optional<CapsuleType> type = parameters.optionalText("type").map(CapsuleType::parse);
        Optional<Boolean> fullAccess = parameters.optionalFlag("full_access");
        Optional<List<String>> guids = parameters.has("guids")
                ? Optional.of(parameters.parsed("guids", Sharees::parseGuids))
                : Optional.empty();
        boolean decision = type.equals(Optional.of(CapsuleType.RESEARCH_FULL)) && fullAccess.isPresent();
        if (guids.isPresent() && !decision) {
            throw Parameters.invalid(
                    "guids", "goes with a decision on full access only: type=RESEARCH-FULL and full_access");
        }
        if (fullAccess.isEmpty()) {
            return new Wish.Describe(type);
        }
        if (type.isEmpty()) {
            throw Parameters.invalid(
                    "type", "is required with full_access: RESEARCH to ask for it, RESEARCH-FULL to decide");
        }
        return switch (type.get()) {
            case DEMO -> throw Parameters.invalid("full_access", "does not go with type=DEMO; leave it out");
            case RESEARCH -> {
                if (fullAccess.get()) {
                    throw Parameters.invalid(
                            "full_access",
                            "true is a reviewer's decision and goes with type=RESEARCH-FULL; false with type=RESEARCH"
                                    + " asks for it");
                }
                yield new Wish.FullAccess(new FullAccessEvent.Requested());
            }
            case RESEARCH_FULL -> new Wish.FullAccess(new FullAccessEvent.Decided(fullAccess.get(), guids));
        };
    }
}

package org.datacapsule.router.capsule;

import java.util.Optional;
import org.datacapsule.router.http.Parameters;

/** What the researcher says the capsule is for: the seed's free-text parameters. */
record ResearchPurpose(
        Optional<Boolean> consent,
        Optional<Boolean> fullAccess,
        Optional<String> title,
        Optional<String> nature,
        Optional<String> requirement,
        Optional<String> links,
        Optional<String> outsideData,
        Optional<String> dataFiles,
        Optional<String> resultUsage) {

    static ResearchPurpose from(Parameters parameters) {
        return new ResearchPurpose(
                parameters.optionalFlag("consent"),
                parameters.optionalFlag("full_access"),
                parameters.optionalText("title"),
                parameters.optionalText("desc_nature"),
                parameters.optionalText("desc_requirement"),
                parameters.optionalText("desc_links"),
                parameters.optionalText("desc_outside_data"),
                parameters.optionalText("rr_data_files"),
                parameters.optionalText("rr_result_usage"));
    }
}

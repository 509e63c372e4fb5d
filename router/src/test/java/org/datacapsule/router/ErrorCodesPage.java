package org.datacapsule.router;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.Collectors;
import org.datacapsule.common.error.ErrorCode;

/** docs/error-codes.md, from the enum. */
final class ErrorCodesPage {

    private ErrorCodesPage() {}

    static String text() {
        return """
                # Error codes

                `code` in every error answer, and in `error` of an operation that failed. Codes are stable: once published, one keeps
                its meaning. Who has to act: *caller*, change the request; *transient*, nobody, ask again later; *operator*, the fleet
                lacks something; *internal*, a fault of datacapsule. Each operation of the [API](frontend-developer.md) lists the
                codes it answers with under `x-error-codes`; codes with 500 are mostly seen in operations.

                | code | status | who acts | meaning |
                | --- | --- | --- | --- |
                """
                + Arrays.stream(ErrorCode.values())
                        .sorted(Comparator.comparing(ErrorCode::slug))
                        .map(ErrorCodesPage::row)
                        .collect(Collectors.joining());
    }

    private static String row(ErrorCode code) {
        return "| `" + code.slug() + "` | " + code.httpStatus() + " | "
                + code.kind().name().toLowerCase(Locale.ROOT) + " | " + code.meaning() + " |\n";
    }
}

package org.datacapsule.router.imageapi.nova;

import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.TemporalAccessor;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.router.http.DialectRequest;
import org.datacapsule.router.http.Parameters;

/**
 * Which images a list is to have.
 *
 * @param limit how many at most; none for all
 * @param marker the list begins after this one
 */
record ImageQuery(
        Predicate<NovaImage> wanted,
        Optional<OffsetDateTime> changesSince,
        Optional<Integer> limit,
        Optional<String> marker) {
    private static final int MOST = 1000;
    private static final String PROPERTY = "property-";
    private static final Comparator<NovaImage> NEWEST_FIRST = Comparator.comparing(
                    (NovaImage image) -> image.image().createdAt())
            .thenComparing(image -> image.image().id().toString())
            .reversed();

    /** @throws ProblemException when a limit or a time is none */
    static ImageQuery of(DialectRequest request) {
        Predicate<NovaImage> wanted = image -> true;
        for (DialectRequest.QueryValue given : request.query()) {
            wanted = wanted.and(filter(given.name(), given.value()));
        }
        return new ImageQuery(
                wanted,
                request.query("changes-since").map(ImageQuery::time),
                limit(request.query("limit")),
                request.query("marker"));
    }

    /** What Nova does not know it passes over. */
    private static Predicate<NovaImage> filter(String name, String value) {
        return switch (name) {
            case "name" -> image -> image.image().name().equals(value);
            case "status" -> image -> image.status().equalsIgnoreCase(value);
            case "server" -> {
                String id = value.substring(value.lastIndexOf('/') + 1);
                yield image -> image.server().filter(id::equals).isPresent();
            }
            case "type" -> image -> value.equals(image.metadata().get(NovaImage.TYPE));
            case "minRam", "minDisk" -> {
                boolean none = number(name, value) == 0;
                yield image -> none;
            }
            default ->
                name.startsWith(PROPERTY)
                        ? image -> value.equals(image.metadata().get(name.substring(PROPERTY.length())))
                        : image -> true;
        };
    }

    /** Those of this page, newest first; without a time, those that are gone are left out. */
    List<NovaImage> page(List<NovaImage> all) {
        List<NovaImage> sorted = all.stream()
                .filter(image -> changesSince
                        .map(since -> !image.image().updatedAt().isBefore(since))
                        .orElse(!image.isGone()))
                .sorted(NEWEST_FIRST)
                .toList();
        Stream<NovaImage> after = sorted.stream()
                .skip(marker.map(id -> position(sorted, id) + 1).orElse(0))
                .filter(wanted);
        return (limit.isPresent() ? after.limit(limit.get()) : after).toList();
    }

    /** Whether there may be more after a page of so many. */
    boolean isFull(int count) {
        return limit.isPresent() && limit.get() == count && count > 0;
    }

    private static int position(List<NovaImage> sorted, String marker) {
        for (int i = 0; i < sorted.size(); i++) {
            if (sorted.get(i).image().id().toString().equals(marker)) {
                return i;
            }
        }
        throw Parameters.invalid("marker", "there is no image [" + marker + "]");
    }

    /** 0 is all there are. */
    private static Optional<Integer> limit(Optional<String> text) {
        if (text.isEmpty()) {
            return Optional.of(MOST);
        }
        int limit = number("limit", text.get());
        return limit == 0 ? Optional.empty() : Optional.of(Math.min(limit, MOST));
    }

    private static int number(String name, String text) {
        try {
            int number = Integer.parseInt(text);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below, as of a number that is negative.
        }
        throw Parameters.invalid(name, "must be a whole number that is not negative");
    }

    private static OffsetDateTime time(String text) {
        try {
            TemporalAccessor time =
                    DateTimeFormatter.ISO_DATE_TIME.parseBest(text, OffsetDateTime::from, LocalDateTime::from);
            return time instanceof OffsetDateTime exact
                    ? exact
                    : LocalDateTime.from(time).atOffset(ZoneOffset.UTC);
        } catch (DateTimeParseException e) {
            throw Parameters.invalid("changes-since", "must be a time of ISO 8601, such as 2026-01-31T12:00:00Z");
        }
    }
}

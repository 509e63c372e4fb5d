package org.datacapsule.router.capsule;

import io.vertx.sqlclient.Row;
import java.util.List;
import java.util.Optional;
import org.datacapsule.router.http.Parameters;

/** Which part of a list was asked for; all of it where no limit was given, as the seed says. */
public record Page(PageCursor after, Optional<Integer> limit) {

    public static Page from(Parameters parameters) {
        PageCursor after = parameters.has("cursor") ? parameters.parsed("cursor", PageCursor::parse) : PageCursor.START;
        return new Page(after, parameters.optionalInteger("limit"));
    }

    /** Whether all of the list was asked for. */
    boolean isWhole() {
        return limit.isEmpty() && after.equals(PageCursor.START);
    }

    /** One more than are shown, to know whether there is a next page. */
    public int rowsToRead() {
        return limit.map(rows -> rows + 1).orElse(Integer.MAX_VALUE);
    }

    public List<Row> shown(List<Row> rows) {
        return limit.isPresent() && rows.size() > limit.get() ? rows.subList(0, limit.get()) : rows;
    }

    public Optional<String> next(List<Row> rows) {
        if (limit.isEmpty() || rows.size() <= limit.get()) {
            return Optional.empty();
        }
        Row last = rows.get(limit.get() - 1);
        return Optional.of(new PageCursor(last.getOffsetDateTime("created_at"), last.getUUID("id")).toString());
    }
}

package org.datacapsule.router.database;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** One transaction, or one connection outside any; stores take it as their first argument, so their caller owns it. */
public final class Tx {
    private final SqlClient connection;
    private final List<Runnable> afterCommit = new ArrayList<>();

    Tx(SqlClient connection) {
        this.connection = connection;
    }

    public <T> List<T> list(String sql, Tuple arguments, Function<Row, T> map) throws InterruptedException {
        RowSet<Row> rows = execute(sql, arguments);
        Map<String, Integer> positions = positions(rows.columnsNames());
        List<T> mapped = new ArrayList<>(rows.size());
        for (Row row : rows) {
            mapped.add(map.apply(new NamedRow(row, positions)));
        }
        return mapped;
    }

    public <T> Optional<T> first(String sql, Tuple arguments, Function<Row, T> map) throws InterruptedException {
        for (Row row : execute(sql, arguments)) {
            return Optional.of(map.apply(row));
        }
        return Optional.empty();
    }

    /** Answers how many rows it changed. */
    public int update(String sql, Tuple arguments) throws InterruptedException {
        return execute(sql, arguments).rowCount();
    }

    /** Work that may come to nothing. */
    @FunctionalInterface
    public interface Attempt<T> {
        Optional<T> make() throws InterruptedException;
    }

    /** Tries something; where it comes to nothing, all it did and every row it locked is let go of. */
    public <T> Optional<T> attempt(Attempt<T> attempt) throws InterruptedException {
        update("savepoint attempt", Tuple.tuple());
        Optional<T> result = attempt.make();
        if (result.isEmpty()) {
            update("rollback to savepoint attempt", Tuple.tuple());
        }
        update("release savepoint attempt", Tuple.tuple());
        return result;
    }

    /** Runs once the transaction is committed, never when it is rolled back. */
    public void afterCommit(Runnable effect) {
        afterCommit.add(effect);
    }

    void committed() {
        afterCommit.forEach(Runnable::run);
    }

    /** Of two columns with one name the first counts, as it does for the driver. */
    private static Map<String, Integer> positions(List<String> columns) {
        Map<String, Integer> positions = new HashMap<>();
        for (int position = 0; position < columns.size(); position++) {
            positions.putIfAbsent(columns.get(position), position);
        }
        return positions;
    }

    private RowSet<Row> execute(String sql, Tuple arguments) throws InterruptedException {
        return Await.on(connection.preparedQuery(sql).execute(arguments));
    }
}

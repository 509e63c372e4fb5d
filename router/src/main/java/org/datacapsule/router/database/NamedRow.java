package org.datacapsule.router.database;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Map;

/**
 * A row that finds a column by its name at once. The driver's own compares the name with one after the other, for every
 * column of every row anew.
 *
 * @param positions of the columns, the same for all rows of an answer
 */
record NamedRow(Row row, Map<String, Integer> positions) implements Row {
    private static final int NOT_THERE = -1;

    @Override
    public int getColumnIndex(String column) {
        return positions.getOrDefault(column, NOT_THERE);
    }

    @Override
    public String getColumnName(int position) {
        return row.getColumnName(position);
    }

    @Override
    public Object getValue(int position) {
        return row.getValue(position);
    }

    @Override
    public <T> T get(Class<T> type, int position) {
        return row.get(type, position);
    }

    @Override
    public Tuple addValue(Object value) {
        return row.addValue(value);
    }

    @Override
    public int size() {
        return row.size();
    }

    @Override
    public void clear() {
        row.clear();
    }

    @Override
    public List<Class<?>> types() {
        return row.types();
    }
}

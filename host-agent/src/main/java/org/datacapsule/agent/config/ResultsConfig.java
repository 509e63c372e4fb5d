package org.datacapsule.agent.config;

import org.datacapsule.common.config.Settings;

/**
 * How much capsules may hand in for release.
 *
 * @param maxBytes of one archive
 * @param perDay results of one capsule in one day of UTC
 * @param spoolBytes of all archives that this host keeps because no router has taken them yet
 */
public record ResultsConfig(long maxBytes, int perDay, long spoolBytes) {
    /** One capsule gets no more than this part of the spool, so that others find room beside it. */
    private static final int SHARES = 4;

    private static final long GIB = 1L << 30;
    private static final long MOST = 1L << 44;

    /** How much of the spool one capsule may fill. */
    public long shareOfCapsule() {
        return spoolBytes / SHARES;
    }

    static ResultsConfig from(Settings settings) {
        ResultsConfig config = new ResultsConfig(
                settings.parsed(
                        "results.max-bytes",
                        "bytes of one archive that a capsule hands in for release, at most",
                        Long.toString(GIB),
                        ResultsConfig::bytes),
                settings.integer(
                        "results.per-day",
                        "archives one capsule may hand in on one day of UTC; on this host",
                        20,
                        1,
                        100_000),
                settings.parsed(
                        "results.spool-bytes",
                        "bytes of archives this host keeps until a router has them, at most; one capsule gets a quarter."
                                + " Part of storage.reserve-gb",
                        Long.toString(10 * GIB),
                        ResultsConfig::bytes));
        if (config.shareOfCapsule() < config.maxBytes()) {
            settings.reject("results.spool-bytes must be at least " + SHARES + " times results.max-bytes");
        }
        return config;
    }

    private static long bytes(String text) {
        String expected = "a number of bytes from 1 to " + MOST + " is expected";
        try {
            long bytes = Long.parseLong(text.strip());
            if (bytes < 1 || bytes > MOST) {
                throw new IllegalArgumentException(expected);
            }
            return bytes;
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(expected, e);
        }
    }
}

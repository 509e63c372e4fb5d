package org.datacapsule.devkit.check;

import java.util.List;
import java.util.UUID;

/**
 * What people know of results.
 *
 * @param handed what guests were told is taken
 * @param decided what reviewers asked for and was not refused
 * @param fetched what owners could download
 */
public record ResultsSaid(List<Handed> handed, List<Decided> decided, List<UUID> fetched) {
    public ResultsSaid {
        handed = List.copyOf(handed);
        decided = List.copyOf(decided);
        fetched = List.copyOf(fetched);
    }

    /** A result a guest was told the id of; no two have the same bytes. */
    public record Handed(UUID id, String sha256) {}

    /** @param to Released, Rejected or Revoked */
    public record Decided(UUID id, String reviewer, String to) {}
}

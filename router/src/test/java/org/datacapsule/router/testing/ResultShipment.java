package org.datacapsule.router.testing;

import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.ResultId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.wire.ResultMessage;
import org.datacapsule.common.wire.ResultReply;
import org.datacapsule.common.wire.ResultReply.SendFrom;

/** An archive on its way from a host to the routers, as the agent sends it. */
public final class ResultShipment {
    private final ResultId id = ResultId.random();
    private final ResultMessage.Begin begin;
    private final byte[] archive;

    /** Ways of a message to a router. */
    @FunctionalInterface
    public interface Way {
        ResultReply send(ResultMessage message) throws Exception;
    }

    public ResultShipment(String capsule, String host, long generation, byte[] archive) throws Exception {
        this(capsule, host, generation, archive, sha256(archive), Instant.now());
    }

    public ResultShipment(
            String capsule, String host, long generation, byte[] archive, String sha256, Instant askedAt) {
        this.archive = archive.clone();
        this.begin = new ResultMessage.Begin(
                id,
                CapsuleId.parse(capsule),
                new HostId(host),
                generation,
                archive.length,
                new Sha256(sha256),
                askedAt);
    }

    public static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    public ResultId id() {
        return id;
    }

    public ResultMessage.Begin begin() {
        return begin;
    }

    public ResultMessage.End end() {
        return new ResultMessage.End(id);
    }

    public ResultMessage.Chunk chunk(long offset) {
        int end = (int) Math.min(archive.length, offset + ResultMessage.CHUNK);
        return ResultMessage.Chunk.of(id, offset, Arrays.copyOfRange(archive, (int) offset, end));
    }

    /** Sends all of it, and answers what the last message was answered with. */
    public ResultReply send(Way way) throws Exception {
        ResultReply reply = way.send(begin);
        while (reply instanceof SendFrom from) {
            reply = way.send(from.offset() == archive.length ? end() : chunk(from.offset()));
        }
        return reply;
    }
}

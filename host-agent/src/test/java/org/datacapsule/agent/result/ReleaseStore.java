package org.datacapsule.agent.result;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.datacapsule.agent.report.Routers;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.id.ResultId;
import org.datacapsule.common.wire.ReportContract;
import org.datacapsule.common.wire.ResultMessage;
import org.datacapsule.common.wire.ResultReply;

/** The routers with their release store, in memory. */
public final class ReleaseStore implements Routers {
    public final Map<ResultId, byte[]> stored = new ConcurrentHashMap<>();
    private final Map<ResultId, ResultMessage.Begin> begun = new ConcurrentHashMap<>();
    final List<ResultMessage> messages = new CopyOnWriteArrayList<>();
    volatile boolean away;
    volatile boolean refusing;
    /** Every so many messages one is lost on the way: asked and not answered; 0 for none. */
    volatile int loseEvery;

    private final Map<ResultId, ByteArrayOutputStream> parts = new ConcurrentHashMap<>();

    @Override
    public <Q, A> Optional<A> ask(ReportContract<Q, A> contract, Q question) {
        if (away) {
            return Optional.empty();
        }
        ResultMessage message = (ResultMessage) question;
        messages.add(message);
        ResultReply reply = answer(message);
        boolean isLost = loseEvery > 0 && messages.size() % loseEvery == 0;
        return isLost ? Optional.empty() : Optional.of(contract.answer().cast(reply));
    }

    public ResultMessage.Begin begun(ResultId id) {
        return Optional.ofNullable(begun.get(id)).orElseThrow();
    }

    private synchronized ResultReply answer(ResultMessage message) {
        if (refusing) {
            return new ResultReply.Refused(Problem.of(ErrorCode.REQUEST_NOT_FOUND, "no such capsule"));
        }
        if (stored.containsKey(message.id())) {
            return new ResultReply.Stored();
        }
        ByteArrayOutputStream part = parts.computeIfAbsent(message.id(), id -> new ByteArrayOutputStream());
        switch (message) {
            case ResultMessage.Begin begin -> begun.put(begin.id(), begin);
            case ResultMessage.Chunk chunk -> {
                if (chunk.offset() == part.size()) {
                    part.writeBytes(chunk.bytes());
                }
            }
            case ResultMessage.End end -> {
                if (part.size() == begun(end.id()).bytes()) {
                    stored.put(end.id(), part.toByteArray());
                    return new ResultReply.Stored();
                }
            }
        }
        return new ResultReply.SendFrom(part.size());
    }
}

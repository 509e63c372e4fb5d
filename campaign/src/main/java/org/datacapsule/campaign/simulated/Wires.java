package org.datacapsule.campaign.simulated;

import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.datacapsule.common.bus.BusException;
import org.datacapsule.common.bus.BusException.Reason;
import org.datacapsule.common.wire.Contract;
import org.datacapsule.common.wire.WireJson;

/** What is between routers and hosts: it is slow at times, loses and repeats messages, and can be cut. */
final class Wires {
    private static final int USUAL_MILLIS = 8;
    private static final int SLOW_MILLIS = 4_500;

    private final Timeline time;
    private final Random random;
    private final Set<String> cuts = new HashSet<>();
    private boolean bad;

    Wires(Timeline time, Random random) {
        this.time = time;
        this.random = random;
    }

    /** From now on some messages are lost, others come late or twice. */
    void setBad(boolean isBad) {
        bad = isBad;
    }

    /** Nothing goes between the two any more. */
    void cut(String one, String other) {
        cuts.add(between(one, other));
    }

    void heal(String one, String other) {
        cuts.remove(between(one, other));
    }

    boolean isCut(String one, String other) {
        return cuts.contains(between(one, other));
    }

    private static String between(String one, String other) {
        return one.compareTo(other) < 0 ? one + "|" + other : other + "|" + one;
    }

    /** What came back. */
    private sealed interface Answer {
        record Text(String json) implements Answer {}

        record Failure(Reason reason) implements Answer {}
    }

    /** As {@link org.datacapsule.common.bus.Bus#ask}; the party that asks waits in simulated time. */
    <Q, A> A ask(Node from, Node to, Contract<Q, A> contract, Q question) throws BusException {
        Mailbox<Answer> mailbox = new Mailbox<>();
        String text = WireJson.text(question);
        deliver(from, to, contract, text, mailbox);
        if (bad && random.nextInt(8) == 0) {
            deliver(from, to, contract, text, mailbox);
        }
        time.await(mailbox, contract.timeout());
        Optional<Answer> answer = mailbox.content();
        if (answer.isEmpty()) {
            throw new BusException(Reason.TIMEOUT, "no answer in time from " + to.name(), new IllegalStateException());
        }
        return switch (answer.get()) {
            case Answer.Text it -> WireJson.read(it.json(), contract.reply());
            case Answer.Failure it ->
                throw new BusException(it.reason(), to.name() + " did not answer", new IllegalStateException());
        };
    }

    private void deliver(Node from, Node to, Contract<?, ?> contract, String question, Mailbox<Answer> mailbox) {
        if (isLost()) {
            return;
        }
        time.after(delay(), () -> {
            if (isCut(from.name(), to.name())) {
                return;
            }
            if (!to.isUp()) {
                // A member that has died is known of soon, or not within the time of an answer.
                if (random.nextBoolean()) {
                    mailbox.put(new Answer.Failure(Reason.NOBODY));
                }
                return;
            }
            time.start(to.process(), "answer " + contract.name(), () -> answer(from, to, contract, question, mailbox));
        });
    }

    private void answer(Node from, Node to, Contract<?, ?> contract, String question, Mailbox<Answer> mailbox) {
        Answer answer = work(to, contract, question);
        if (!isLost()) {
            time.after(delay(), () -> {
                if (!isCut(from.name(), to.name())) {
                    mailbox.put(answer);
                }
            });
        }
    }

    /** As the bus does, which logs the failure and says no more than that there was one. */
    private static Answer work(Node to, Contract<?, ?> contract, String question) {
        try {
            return new Answer.Text(to.answer(contract, question));
        } catch (RuntimeException e) {
            return new Answer.Failure(Reason.BROKEN);
        }
    }

    private boolean isLost() {
        return bad && random.nextInt(5) == 0;
    }

    private Duration delay() {
        boolean slow = bad && random.nextInt(6) == 0;
        return time.between(0, slow ? SLOW_MILLIS : USUAL_MILLIS);
    }
}

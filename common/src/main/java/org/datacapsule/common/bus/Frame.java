package org.datacapsule.common.bus;

import java.nio.charset.StandardCharsets;

/**
 * What goes over a {@link Line}: a head of one line of text, and for all but a beat a body of any text. Before each stands its length
 * in bytes, as four bytes.
 */
sealed interface Frame {

    /** @param number by which the answer names it; one side's own never come twice on a line */
    record Question(long number, String address, String body) implements Frame {}

    record Answer(long number, String body) implements Frame {}

    /** @param detail what a person is told */
    record Failure(long number, BusException.Reason reason, String detail) implements Frame {}

    /** Says no more than that the line is there. */
    record Beat() implements Frame {}

    default byte[] bytes() {
        String text = switch (this) {
            case Question(long number, String address, String body) -> "ask " + number + " " + address + "\n" + body;
            case Answer(long number, String body) -> "answer " + number + "\n" + body;
            case Failure(long number, BusException.Reason reason, String detail) ->
                "fail " + number + " " + reason + "\n" + detail;
            case Beat() -> "beat\n";
        };
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** @throws IllegalArgumentException when it is none */
    static Frame parse(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        int end = text.indexOf('\n');
        if (end < 0) {
            throw new IllegalArgumentException("a frame without a head");
        }
        String[] head = text.substring(0, end).split(" ", -1);
        String body = text.substring(end + 1);
        return switch (head[0] + " " + head.length) {
            case "ask 3" -> new Question(Long.parseLong(head[1]), head[2], body);
            case "answer 2" -> new Answer(Long.parseLong(head[1]), body);
            case "fail 3" -> new Failure(Long.parseLong(head[1]), BusException.Reason.valueOf(head[2]), body);
            case "beat 1" -> new Beat();
            default -> throw new IllegalArgumentException("no such frame: " + head[0]);
        };
    }
}

package org.datacapsule.router.imageapi;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;

/** What a program that others made, or that drives their client, wrote before it ended well. */
record ProgramOutput(List<String> lines) {

    /** Runs it to its end. */
    static ProgramOutput of(List<String> command, Map<String, String> environment) throws Exception {
        ProcessBuilder program = new ProcessBuilder(command).redirectErrorStream(true);
        program.environment().putAll(environment);
        Process process = program.start();
        List<String> lines = new ArrayList<>();
        process.inputReader().lines().forEach(lines::add);
        Assertions.assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        Assertions.assertThat(process.exitValue()).as(String.join("\n", lines)).isZero();
        return new ProgramOutput(lines);
    }

    /** What each step saw, of lines such as {@code {"step": "list", "saw": 3}}. */
    JsonObject steps() {
        JsonObject saw = new JsonObject();
        lines.stream()
                .filter(line -> line.startsWith("{"))
                .map(JsonObject::new)
                .forEach(step -> saw.put(step.getString("step"), step.getValue("saw")));
        return saw;
    }
}

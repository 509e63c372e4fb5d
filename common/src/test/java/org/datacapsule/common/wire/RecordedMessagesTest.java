package org.datacapsule.common.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Programs of neighbouring versions understand each other: each version's messages are recorded, and what is written today is
 * compared with them. A release records its own with {@code -Dwire.record=VERSION}; a recording of a version that is out is
 * never changed.
 */
class RecordedMessagesTest {
    private static final Path RECORDED = Path.of("src/test/resources/org/datacapsule/common/wire/recorded");
    private static final ObjectMapper JSON = new ObjectMapper();

    @BeforeAll
    static void record() throws Exception {
        String version = System.getProperty("wire.record", "");
        if (version.isEmpty()) {
            return;
        }
        Path folder = Files.createDirectories(RECORDED.resolve(version));
        for (Map.Entry<String, Object> sample : SampleMessages.all(true).entrySet()) {
            Files.writeString(folder.resolve(sample.getKey() + ".json"), pretty(WireJson.text(sample.getValue())));
        }
    }

    @Test
    void whatAnEarlierVersionWroteIsRead() throws Exception {
        Map<String, Object> today = SampleMessages.all(true);
        for (Path file : recorded()) {
            Object form = of(today, file);
            String text = Files.readString(file);
            assertThatCode(() -> WireJson.readStrictly(text, form.getClass()))
                    .as(file.toString())
                    .doesNotThrowAnyException();
        }
    }

    /** What has been added since may be there or not: readers of reports and replies pass over it. */
    @Test
    void nothingAnEarlierVersionReadsIsDropped() throws Exception {
        for (boolean full : List.of(true, false)) {
            Map<String, Object> today = SampleMessages.all(full);
            for (Path file : recorded()) {
                Object form = of(today, file);
                String now = WireJson.text(form);
                Set<String> recorded = members(Files.readString(file), full);
                // What is in a member that is there and empty is not there either.
                Set<String> empty = empty(now);
                if (!full) {
                    Set<String> left = leftOutWhenEmpty(form);
                    recorded.removeAll(left);
                    empty.addAll(left);
                }
                recorded.removeIf(name -> isIn(empty, name));
                assertThat(members(now, full)).as(file.toString()).containsAll(recorded);
            }
        }
    }

    /** A command is refused by a host that does not know all of it, so what has been added is only there when it is needed. */
    @Test
    void aCommandThatNeedsNothingNewIsUnderstoodByAnEarlierVersion() throws Exception {
        Map<String, Object> today = SampleMessages.all(false);
        for (Path file : recorded()) {
            if (name(file).startsWith("CommandEnvelope.") || name(file).startsWith("SignedCommand")) {
                Set<String> now = members(WireJson.text(of(today, file)), false);
                assertThat(members(Files.readString(file), true))
                        .as(file.toString())
                        .containsAll(now);
            }
        }
    }

    @Test
    void everyMessageIsRecorded() throws Exception {
        Set<String> names = new TreeSet<>();
        for (Path file : recorded()) {
            names.add(name(file));
        }
        assertThat(names)
                .as("record them: scripts/mvn -pl common test -Dtest=RecordedMessagesTest -Dwire.record=VERSION")
                .containsAll(SampleMessages.all(true).keySet());
    }

    record Older(String name) {}

    record Newer(
            String name,
            @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<String> more) {}

    @Test
    void aMemberThatWasAddedIsReadAsEmptyWhereItIsNotThere() {
        assertThat(WireJson.readStrictly(WireJson.text(new Older("a")), Newer.class))
                .isEqualTo(new Newer("a", Optional.empty()));
    }

    @Test
    void aMemberThatWasAddedIsOnlyWrittenWhenThereIsOne() {
        assertThat(WireJson.readStrictly(WireJson.text(new Newer("a", Optional.empty())), Older.class))
                .isEqualTo(new Older("a"));
        String needed = WireJson.text(new Newer("a", Optional.of("b")));
        assertThatIllegalArgumentException().isThrownBy(() -> WireJson.readStrictly(needed, Older.class));
        assertThat(WireJson.read(needed, Older.class)).isEqualTo(new Older("a"));
    }

    @Test
    void aMemberThatMustBeThereIsMissed() {
        assertThatIllegalArgumentException().isThrownBy(() -> WireJson.read("{\"more\":\"b\"}", Newer.class));
    }

    private static List<Path> recorded() throws IOException {
        try (Stream<Path> files = Files.walk(RECORDED)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    /** Today's message of the form a recorded one is of. */
    private static Object of(Map<String, Object> today, Path file) {
        return Optional.ofNullable(today.get(name(file)))
                .orElseThrow(() -> new AssertionError(file + " is of a form that there is no more"));
    }

    private static String name(Path file) {
        return file.getFileName().toString().replace(".json", "");
    }

    private static String pretty(String json) throws IOException {
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(JSON.readTree(json)) + "\n";
    }

    /** Members of the message itself that are null. */
    private static Set<String> empty(String json) throws IOException {
        Set<String> found = new TreeSet<>();
        JSON.readTree(json).properties().forEach(member -> {
            if (member.getValue().isNull()) {
                found.add("/" + member.getKey());
            }
        });
        return found;
    }

    /** Members that were added after the first version, and are only written when they are there; of records in it as well. */
    private static Set<String> leftOutWhenEmpty(Object form) throws ReflectiveOperationException {
        Set<String> found = new TreeSet<>();
        for (RecordComponent member : form.getClass().getRecordComponents()) {
            if (member.getAccessor().isAnnotationPresent(JsonInclude.class)) {
                found.add("/" + member.getName());
            }
            Object value = member.getAccessor().invoke(form);
            if (value instanceof Record inner) {
                leftOutWhenEmpty(inner).forEach(name -> found.add("/" + member.getName() + name));
            }
        }
        return found;
    }

    private static boolean isIn(Set<String> members, String name) {
        return members.stream().anyMatch(member -> name.startsWith(member + "/") || name.startsWith(member + "[]"));
    }

    /** @param deep with what is in members that may be empty, too */
    private static Set<String> members(String json, boolean deep) throws IOException {
        Map<String, JsonNode> found = new TreeMap<>();
        add("", JSON.readTree(json), found, deep);
        return found.keySet();
    }

    private static void add(String at, JsonNode node, Map<String, JsonNode> found, boolean deep) {
        node.properties().forEach(member -> {
            String name = at + "/" + member.getKey();
            found.put(name, member.getValue());
            if (deep || at.isEmpty()) {
                add(name, member.getValue(), found, deep);
            }
        });
        if (node.isArray()) {
            node.forEach(element -> add(at + "[]", element, found, deep));
        }
    }
}

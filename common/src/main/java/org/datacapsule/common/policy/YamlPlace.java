package org.datacapsule.common.policy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** A value in a YAML file that knows its line. */
record YamlPlace(String file, Node node) {

    /** A key of a map whose keys are the author's, and its value. */
    record Entry(YamlPlace key, YamlPlace value) {}

    /** The entries of a map whose keys are the author's, in their order. */
    List<Entry> entries() throws PolicyException {
        if (!(node instanceof MappingNode mapping)) {
            throw wrong("a map is expected");
        }
        List<Entry> entries = new ArrayList<>();
        for (NodeTuple tuple : mapping.getValue()) {
            entries.add(new Entry(new YamlPlace(file, tuple.getKeyNode()), new YamlPlace(file, tuple.getValueNode())));
        }
        return entries;
    }

    /** The keys of a map, each of them one of {@code allowed} and there once. */
    Map<String, YamlPlace> map(List<String> allowed) throws PolicyException {
        if (!(node instanceof MappingNode mapping)) {
            throw wrong("a map with the keys " + String.join(", ", allowed) + " is expected");
        }
        Map<String, YamlPlace> entries = new LinkedHashMap<>();
        for (NodeTuple tuple : mapping.getValue()) {
            YamlPlace at = new YamlPlace(file, tuple.getKeyNode());
            String key = at.text();
            if (!allowed.contains(key)) {
                throw at.wrong("unknown key \"" + key + "\"; known are " + String.join(", ", allowed));
            }
            if (entries.put(key, new YamlPlace(file, tuple.getValueNode())) != null) {
                throw at.wrong("the key \"" + key + "\" is there twice");
            }
        }
        return entries;
    }

    List<YamlPlace> list() throws PolicyException {
        if (!(node instanceof SequenceNode sequence)) {
            throw wrong("a list is expected");
        }
        List<YamlPlace> items = new ArrayList<>();
        for (Node item : sequence.getValue()) {
            items.add(new YamlPlace(file, item));
        }
        return items;
    }

    String text() throws PolicyException {
        if (!(node instanceof ScalarNode scalar) || scalar.getValue().isBlank()) {
            throw wrong("a value is expected");
        }
        return scalar.getValue();
    }

    /** The value as what {@code parse} makes of it. */
    <T> T parsed(Function<String, T> parse) throws PolicyException {
        try {
            return parse.apply(text());
        } catch (IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage()));
        }
    }

    PolicyException wrong(String mistake) {
        return new PolicyException(file, node.getStartMark().getLine() + 1, mistake);
    }
}

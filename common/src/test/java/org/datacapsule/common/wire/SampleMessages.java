package org.datacapsule.common.wire;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.Problem;
import org.datacapsule.common.error.Violation;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.id.HostId;
import org.datacapsule.common.id.ImageId;
import org.datacapsule.common.id.OperationId;
import org.datacapsule.common.id.ResultId;
import org.datacapsule.common.id.Sha256;
import org.datacapsule.common.id.SnapshotId;

/** One message of every form there is on the bus, found by looking at the contracts. */
final class SampleMessages {
    private static final UUID ID = UUID.fromString("6f1f7f0e-4d0b-4e0c-9d3b-3a3f2f5b8a01");
    private static final Map<Class<?>, Object> LEAVES = Map.ofEntries(
            Map.entry(String.class, "text"),
            Map.entry(int.class, 7),
            Map.entry(Integer.class, 7),
            Map.entry(long.class, 7L),
            Map.entry(Long.class, 7L),
            Map.entry(boolean.class, true),
            Map.entry(Boolean.class, true),
            Map.entry(UUID.class, ID),
            Map.entry(Instant.class, Instant.parse("2026-01-01T00:00:00.123456Z")),
            Map.entry(CapsuleId.class, new CapsuleId(ID)),
            Map.entry(ImageId.class, new ImageId(ID)),
            Map.entry(OperationId.class, new OperationId(ID)),
            Map.entry(ResultId.class, new ResultId(ID)),
            Map.entry(SnapshotId.class, new SnapshotId(ID)),
            Map.entry(HostId.class, new HostId("h1")),
            Map.entry(Sha256.class, new Sha256("0f".repeat(32))),
            Map.entry(PortRange.class, new PortRange(20_000, 5_900, 10)),
            Map.entry(GuestNetwork.class, GuestNetwork.parse("10.90.0.0/16")),
            Map.entry(
                    Problem.class,
                    new Problem(ErrorCode.HOST_DISK_FULL, "full", List.of(new Violation("field", "message")))));

    /** Whether what is optional is there. */
    private final boolean full;

    private SampleMessages(boolean full) {
        this.full = full;
    }

    /** By a name that says which form it is, such as {@code CommandEnvelope.command-Stop}. */
    static Map<String, Object> all(boolean full) throws ReflectiveOperationException {
        SampleMessages samples = new SampleMessages(full);
        Map<String, Object> named = new TreeMap<>();
        samples.put(named, CommandEnvelope.class);
        for (Field field : Contracts.class.getDeclaredFields()) {
            if (!Modifier.isPublic(field.getModifiers())) {
                continue;
            }
            if (field.get(null) instanceof Contract<?, ?> contract) {
                samples.put(named, contract.request());
                samples.put(named, contract.reply());
            }
            if (field.get(null) instanceof ReportContract<?, ?> contract) {
                samples.put(named, contract.report());
                samples.put(named, contract.answer());
                samples.put(named, contract.signed().request());
                samples.put(named, contract.signed().reply());
            }
        }
        return named;
    }

    private void put(Map<String, Object> named, Class<?> type) throws ReflectiveOperationException {
        for (Map.Entry<String, Object> sample : of(type).entrySet()) {
            String variant = sample.getKey();
            named.put(type.getSimpleName() + (variant.isEmpty() ? "" : "." + variant), sample.getValue());
        }
    }

    /** Each form of a type, by what makes it different from the others. */
    private Map<String, Object> of(Type type) throws ReflectiveOperationException {
        if (type instanceof ParameterizedType generic) {
            return ofGeneric(generic);
        }
        Class<?> plain = (Class<?>) type;
        Object leaf = LEAVES.get(plain);
        if (leaf != null) {
            return Map.of("", leaf);
        }
        if (plain.isEnum()) {
            return Map.of("", plain.getEnumConstants()[0]);
        }
        if (plain.isSealed()) {
            Map<String, Object> forms = new LinkedHashMap<>();
            for (Class<?> one : plain.getPermittedSubclasses()) {
                of(one).forEach((variant, value) -> forms.put(one.getSimpleName() + variant, value));
            }
            return forms;
        }
        if (plain.isRecord()) {
            return ofRecord(plain);
        }
        throw new IllegalStateException("no sample of " + plain + " is known; add one");
    }

    private Map<String, Object> ofGeneric(ParameterizedType generic) throws ReflectiveOperationException {
        Type[] arguments = generic.getActualTypeArguments();
        if (generic.getRawType() == Optional.class) {
            return full ? wrapped(arguments[0], Optional::of) : Map.of("", Optional.empty());
        }
        if (generic.getRawType() == List.class) {
            return wrapped(arguments[0], List::of);
        }
        if (generic.getRawType() == Map.class) {
            Object key = of(arguments[0]).values().iterator().next();
            return wrapped(arguments[1], value -> Map.of(key, value));
        }
        throw new IllegalStateException("no sample of " + generic + " is known; add one");
    }

    private Map<String, Object> wrapped(Type inner, java.util.function.UnaryOperator<Object> wrap)
            throws ReflectiveOperationException {
        Map<String, Object> forms = new LinkedHashMap<>();
        of(inner).forEach((variant, value) -> forms.put(variant, wrap.apply(value)));
        return forms;
    }

    /** The first form of every component, and then each other form of each in turn. */
    private Map<String, Object> ofRecord(Class<?> type) throws ReflectiveOperationException {
        RecordComponent[] components = type.getRecordComponents();
        List<Map<String, Object>> choices = new ArrayList<>();
        Class<?>[] types = new Class<?>[components.length];
        Object[] first = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            types[i] = components[i].getType();
            choices.add(of(components[i].getGenericType()));
            first[i] = choices.get(i).values().iterator().next();
        }
        var constructor = type.getDeclaredConstructor(types);
        constructor.setAccessible(true);
        Map<String, Object> forms = new LinkedHashMap<>();
        for (int i = 0; i < components.length; i++) {
            if (choices.get(i).size() > 1) {
                for (Map.Entry<String, Object> choice : choices.get(i).entrySet()) {
                    Object[] values = first.clone();
                    values[i] = choice.getValue();
                    forms.put(components[i].getName() + "-" + choice.getKey(), constructor.newInstance(values));
                }
            }
        }
        return forms.isEmpty() ? Map.of("", constructor.newInstance(first)) : forms;
    }
}

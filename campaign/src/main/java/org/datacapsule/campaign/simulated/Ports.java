package org.datacapsule.campaign.simulated;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.datacapsule.agent.HostParts;
import org.datacapsule.agent.hypervisor.CapsuleNetwork;
import org.datacapsule.agent.hypervisor.CapsuleStorage;
import org.datacapsule.agent.hypervisor.Departing;
import org.datacapsule.agent.hypervisor.HostCalls;
import org.datacapsule.agent.hypervisor.Hypervisor;
import org.datacapsule.agent.simulated.SimulatedHost;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.datacapsule.common.id.CapsuleId;
import org.datacapsule.common.wire.Landing;
import org.jspecify.annotations.Nullable;

/**
 * A simulated host as one life of its agent has it: each verb that changes something takes its time, before and after which
 * others have their turn and the agent may die; and it fails where the host is in trouble.
 */
final class Ports {
    private static final Set<String> CHANGES_OF_GUESTS = Set.of(
            "start",
            "checkpoint",
            "restore",
            "setFilter",
            "attachVolume",
            "attachReleaseChannel",
            "sendAway",
            "askToPowerOff",
            "destroy",
            "resume",
            "keepKey",
            "forgetKey",
            "setAuthorizedKeys");
    private static final Set<String> LOOKS_AT_GUESTS = Set.of("find", "all");
    /** A launch writes its seed on a thread of its own, where nobody could wait; it changes nothing that others see. */
    private static final Set<String> CHANGES_OF_FILES = Set.of(
            "createDisk",
            "volume",
            "makeSecureOverlay",
            "keepEvidence",
            "dropSecureOverlay",
            "dropSecure",
            "expect",
            "send",
            "accept",
            "makeArrivingVolume",
            "awaitGuest",
            "welcome",
            "markLeaving",
            "unmarkLeaving",
            "adopt",
            "setAside",
            "discard",
            "takeSnapshot",
            "revertToSnapshot",
            "deleteSnapshot",
            "flatten",
            "keepFlattened",
            "dropFlattened",
            "delete");

    private static final Set<String> FREEING = Set.of(
            "dropSecureOverlay",
            "dropSecure",
            "delete",
            "welcome",
            "unmarkLeaving",
            "adopt",
            "setAside",
            "discard",
            "deleteSnapshot",
            "dropFlattened");
    private static final Set<String> CHANGES_OF_NETWORK =
            Set.of("reserveLease", "releaseLease", "openSsh", "closeSsh", "cutConnections");

    private final World world;
    private final SimulatedMachine machine;
    private final Life process;

    Ports(World world, SimulatedMachine machine, Life process) {
        this.world = world;
        this.machine = machine;
        this.process = process;
    }

    HostParts parts() {
        SimulatedHost host = machine.host();
        return new HostParts(
                port(Hypervisor.class, host.hypervisor(), this::guests),
                port(CapsuleNetwork.class, host.network(), this::network),
                port(CapsuleStorage.class, host.storage(), this::files),
                host.whereabouts(),
                HostCalls.NONE,
                () -> {});
    }

    /** One call of a port. */
    @FunctionalInterface
    private interface Verb {
        @Nullable Object on(Object target, Method method, Object[] arguments) throws Throwable;
    }

    private <T> T port(Class<T> type, T target, Verb verb) {
        InvocationHandler handler = (proxy, method, arguments) -> {
            process.throwIfDead();
            return verb.on(target, method, arguments == null ? new Object[0] : arguments);
        };
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private @Nullable Object guests(Object target, Method method, Object[] arguments) throws Throwable {
        String verb = method.getName();
        if (verb.equals("awaitGone")) {
            return awaitGone((Hypervisor) target, (CapsuleId) arguments[0], (Duration) arguments[1]);
        }
        if (LOOKS_AT_GUESTS.contains(verb)) {
            requireLibvirt();
        }
        if (!CHANGES_OF_GUESTS.contains(verb)) {
            return call(target, method, arguments);
        }
        turn(verb);
        requireLibvirt();
        if (verb.equals("sendAway")) {
            requireReachable(((Departing) arguments[1]).landing());
        }
        if (verb.equals("setAuthorizedKeys") && machine.isInTrouble()) {
            throw new ProblemException(ErrorCode.HOST_GUEST_UNREACHABLE, "The guest's agent does not answer.");
        }
        @Nullable Object result = call(target, method, arguments);
        world.look();
        // One that says it failed has sent the guest nowhere; that is what the port promises.
        if (!verb.equals("sendAway")) {
            requireLibvirt();
        }
        turn(verb + " done");
        return result;
    }

    private @Nullable Object files(Object target, Method method, Object[] arguments) throws Throwable {
        String verb = method.getName();
        if (!CHANGES_OF_FILES.contains(verb)) {
            return call(target, method, arguments);
        }
        turn(verb);
        if (machine.isDiskFull() && !FREEING.contains(verb)) {
            throw new ProblemException(ErrorCode.HOST_DISK_FULL, "The host's disk is full.");
        }
        if (verb.equals("send")) {
            requireReachable((Landing) arguments[2]);
        }
        @Nullable Object result = call(target, method, arguments);
        turn(verb + " done");
        return result;
    }

    private @Nullable Object network(Object target, Method method, Object[] arguments) throws Throwable {
        if (!CHANGES_OF_NETWORK.contains(method.getName())) {
            return call(target, method, arguments);
        }
        turn(method.getName());
        requireLibvirt();
        @Nullable Object result = call(target, method, arguments);
        turn(method.getName() + " done");
        return result;
    }

    private boolean awaitGone(Hypervisor target, CapsuleId capsule, Duration atMost) {
        Instant until = world.time().instant().plus(atMost);
        while (target.find(capsule).isPresent() && world.time().instant().isBefore(until)) {
            world.time().pause(Duration.ofSeconds(1));
        }
        return target.find(capsule).isEmpty();
    }

    private void turn(String where) {
        world.turn(process, where);
    }

    private void requireLibvirt() {
        if (machine.failsNow()) {
            throw new ProblemException(ErrorCode.HOST_HYPERVISOR_UNAVAILABLE, "libvirt does not answer.");
        }
    }

    private void requireReachable(Landing landing) {
        if (!world.reaches(machine, landing.libvirtUri())) {
            throw new ProblemException(ErrorCode.HOST_HYPERVISOR_FAILED, "The other host cannot be reached.");
        }
    }

    private @Nullable Object call(Object target, Method method, Object[] arguments) throws Throwable {
        if (world.sabotage().verbs().contains(method.getName())) {
            return null;
        }
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}

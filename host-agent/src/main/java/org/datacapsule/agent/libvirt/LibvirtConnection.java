package org.datacapsule.agent.libvirt;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.datacapsule.agent.libvirt.OpenConnection.Call;
import org.datacapsule.agent.libvirt.OpenConnection.GoneException;
import org.datacapsule.common.error.ErrorCode;
import org.datacapsule.common.error.ProblemException;
import org.jspecify.annotations.Nullable;
import org.libvirt.Domain;
import org.libvirt.LibvirtException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent's one way to libvirt. A thread of its own keeps it open: when libvirtd goes away, calls fail with
 * {@link ErrorCode#HOST_HYPERVISOR_UNAVAILABLE} until it is back, which is noticed within seconds.
 */
public final class LibvirtConnection implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LibvirtConnection.class);
    private static final int CALLS_AT_ONCE = 8;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final String uri;
    private final ExecutorService calls;
    private final AtomicReference<@Nullable OpenConnection> current = new AtomicReference<>();
    private final Semaphore lost = new Semaphore(0);
    private final List<Runnable> onOpened = new CopyOnWriteArrayList<>();
    private final List<Runnable> onDomainEvent = new CopyOnWriteArrayList<>();
    private final Thread keeper;
    private volatile boolean closed;

    /** Tries to open the connection once, and goes on trying in the background. */
    public LibvirtConnection(LibvirtConfig config) {
        this.uri = config.uri();
        this.calls = Executors.newFixedThreadPool(
                CALLS_AT_ONCE,
                Thread.ofPlatform().daemon().name("libvirt-call-", 0).factory());
        open();
        this.keeper = Thread.ofPlatform().daemon().name("libvirt-keeper").start(this::keep);
    }

    /** Runs {@code action} on a virtual thread each time the connection was opened again. */
    public void whenOpenedAgain(Runnable action) {
        onOpened.add(action);
    }

    /** Runs {@code action} on libvirt's event thread at every change in a domain's life, so it may only hand over. */
    void onDomainEvent(Runnable action) {
        onDomainEvent.add(action);
    }

    <T> T call(Call<T> call) {
        OpenConnection connection = current.get();
        if (connection == null) {
            throw unavailable();
        }
        Future<T> answer = calls.submit(() -> connection.use(call));
        try {
            return answer.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable();
        } catch (ExecutionException e) {
            throw translated(connection, e.getCause());
        }
    }

    /** Ends the connection and the tries to open it again. Guests go on. */
    @Override
    public void close() {
        closed = true;
        keeper.interrupt();
        calls.shutdown();
        OpenConnection connection = current.getAndSet(null);
        if (connection != null) {
            connection.closeWhenUnused();
        }
    }

    private RuntimeException translated(OpenConnection connection, @Nullable Throwable cause) {
        return switch (cause) {
            case GoneException gone -> {
                drop(connection);
                yield unavailable();
            }
            case LibvirtException e -> new ProblemException(ErrorCode.HOST_HYPERVISOR_FAILED, words(e));
            case RuntimeException e -> e;
            case null, default -> new IllegalStateException("a call to libvirt failed in an unexpected way", cause);
        };
    }

    /** What libvirt said, without its error numbers. */
    static String words(LibvirtException e) {
        String message = e.getError() == null ? e.getMessage() : e.getError().getMessage();
        return message == null || message.isBlank() ? "libvirt gave no reason" : message.strip();
    }

    private static ProblemException unavailable() {
        return new ProblemException(
                ErrorCode.HOST_HYPERVISOR_UNAVAILABLE,
                "libvirt does not answer at the moment; it is being tried again");
    }

    private void keep() {
        Duration pause = FIRST_PAUSE;
        while (!closed) {
            try {
                if (current.get() != null) {
                    lost.acquire();
                    pause = FIRST_PAUSE;
                }
                if (current.get() == null && !open()) {
                    Thread.sleep(pause);
                    pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause.multipliedBy(2);
                } else if (current.get() != null) {
                    LOG.atInfo().addKeyValue("uri", uri).log("connected to libvirt");
                    onOpened.forEach(action -> Thread.ofVirtual().start(action));
                }
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private boolean open() {
        try {
            EventLoop.ensureRunning();
            OpenConnection opened = new OpenConnection(uri);
            opened.listen((connection, reason) -> drop(opened), (domain, event) -> heard(domain));
            lost.drainPermits();
            current.set(opened);
            return true;
        } catch (LibvirtException e) {
            LOG.atWarn()
                    .addKeyValue("uri", uri)
                    .addKeyValue("because", words(e))
                    .log("libvirt cannot be reached");
            return false;
        }
    }

    /** On libvirt's event thread, or on that of a call that found the other end gone. */
    private void drop(OpenConnection connection) {
        if (current.compareAndSet(connection, null)) {
            LOG.atWarn().addKeyValue("uri", uri).log("connection to libvirt lost");
            Thread.ofVirtual().start(connection::closeWhenUnused);
            onDomainEvent.forEach(Runnable::run);
            lost.release();
        }
    }

    private int heard(Domain domain) {
        try {
            domain.free();
        } catch (LibvirtException e) {
            LOG.atWarn().setCause(e).log("a domain could not be freed");
        }
        onDomainEvent.forEach(Runnable::run);
        return 0;
    }
}

package org.datacapsule.agent.libvirt;

import com.sun.jna.Native;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.libvirt.Connect;
import org.libvirt.LibvirtException;
import org.libvirt.event.ConnectionCloseListener;
import org.libvirt.event.LifecycleListener;
import org.libvirt.jna.ConnectionPointer;

/** A connection that shows its pointer to the calls libvirt-java lacks, and is not closed while a call is under way. */
final class OpenConnection extends Connect {
    private static final MoreOfLibvirt MORE = Native.load("virt", MoreOfLibvirt.class);
    private static final int KEEP_ALIVE_SECONDS = 5;
    private static final int KEEP_ALIVE_MISSES = 3;

    /**
     * Every connection there was, one for each time libvirt was away: native code may be in the middle of calling back when a
     * connection is closed, and a callback that Java has let go of takes the process down.
     */
    private static final Queue<OpenConnection> KEPT = new ConcurrentLinkedQueue<>();

    private final ReentrantReadWriteLock use = new ReentrantReadWriteLock();
    private Optional<LifecycleListener> listener = Optional.empty();
    private boolean closed;

    OpenConnection(String uri) throws LibvirtException {
        super(uri);
        KEPT.add(this);
        setKeepAlive(KEEP_ALIVE_SECONDS, KEEP_ALIVE_MISSES);
    }

    /** Both are called on libvirt's event thread. */
    void listen(ConnectionCloseListener onLost, LifecycleListener onDomainEvent) throws LibvirtException {
        registerCloseListener(onLost);
        addLifecycleListener(onDomainEvent);
        listener = Optional.of(onDomainEvent);
    }

    /** Something to ask libvirt. */
    interface Call<T> {
        T on(OpenConnection connection) throws LibvirtException;
    }

    <T> T use(Call<T> call) throws LibvirtException, GoneException {
        use.readLock().lock();
        try {
            if (closed) {
                throw new GoneException();
            }
            return call.on(this);
        } catch (LibvirtException e) {
            if (!isAlive()) {
                throw new GoneException();
            }
            throw e;
        } finally {
            use.readLock().unlock();
        }
    }

    MoreOfLibvirt more() {
        return MORE;
    }

    ConnectionPointer pointer() {
        return vcp;
    }

    /** Waits for the calls under way; they end soon when libvirt is gone, for keep-alive sees that. */
    void closeWhenUnused() {
        use.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                // A listener keeps the connection open, whoever closes it, and is called on.
                if (listener.isPresent()) {
                    removeLifecycleListener(listener.get());
                }
                unregisterCloseListener();
                close();
            }
        } catch (LibvirtException e) {
            // It is gone either way.
        } finally {
            use.writeLock().unlock();
        }
    }

    /** The other end is away; nobody knows whether the call had an effect. */
    static final class GoneException extends Exception {
        private static final long serialVersionUID = 1L;
    }
}

package org.tunnel8.driver;

import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.LayerCipherProvider;
import org.tunnel8.crypto.LayerCiphers;
import org.tunnel8.engine.EngineListener;
import org.tunnel8.engine.EngineSettings;
import org.tunnel8.engine.TunnelEngine;
import org.tunnel8.metrics.Counters;
import org.tunnel8.transport.Cancellable;
import org.tunnel8.transport.DatagramListener;
import org.tunnel8.transport.TransportCounters;
import org.tunnel8.transport.TransportEvent;
import org.tunnel8.transport.udp.TransportLoop;
import org.tunnel8.transport.udp.UdpSettings;
import org.tunnel8.transport.udp.UdpTransport;
import org.tunnel8.walk.DiscoverySettings;

/**
 * Runs one engine on one thread with real sockets, the system's clock and resolver, and a strong random source.
 *
 * <p>Thread-safe where it says so; the engine itself is touched on the loop's thread alone.
 */
public final class EngineDriver implements EngineEdge.Driven {
    private final DriverSettings settings;
    private final EngineListener listener;
    private final Consumer<TransportEvent> transportEvents;
    private final TransportLoop loop;
    private final EngineEdge edge;
    private final @Nullable MemoryKeeper memory;
    private final @Nullable QuotaKeeper quota;
    private final long startNanos = System.nanoTime();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final String cipherName;
    private final LayerCipherProvider cipher;

    private final AtomicBoolean startCalled = new AtomicBoolean();
    private final CompletableFuture<Void> started = new CompletableFuture<>();

    private volatile @Nullable UdpTransport port;
    private @Nullable TunnelEngine engine;
    private volatile Counters counters = new Counters();
    private @Nullable Cancellable timer;
    private long timerNanos = Long.MAX_VALUE;
    private volatile boolean closing;

    /**
     * Makes a driver with its thread; {@link #start()} binds the port and starts the engine.
     *
     * @param settings what it binds and drives
     * @param listener hears of circuits and peers, on the loop's thread
     * @param transportEvents hears of lasting trouble with sending, on the loop's thread
     * @throws IllegalArgumentException if the settings name a layer cipher that is not available
     */
    public EngineDriver(DriverSettings settings, EngineListener listener, Consumer<TransportEvent> transportEvents) {
        this.settings = settings;
        this.listener = listener;
        this.transportEvents = transportEvents;
        this.cipher = settings.layerCipher() == null
                ? LayerCiphers.fastest(System::nanoTime)
                : LayerCiphers.named(settings.layerCipher());
        this.cipherName = cipher.name();
        this.loop = TransportLoop.open(settings.name());
        this.edge = new EngineEdge(loop, settings, this);
        this.memory = settings.memory() == null
                ? null
                : new MemoryKeeper(settings.memory(), settings.community(), loop, settings.name() + "-memory");
        this.quota =
                settings.quota() == null ? null : new QuotaKeeper(settings.quota(), loop, settings.name() + "-quota");
    }

    /**
     * Binds the port and starts the engine. Thread-safe; repeated calls return the same future.
     *
     * @return completes on the loop's thread when the port is bound and the engine runs; fails with {@link
     *     org.tunnel8.transport.BindFailedException} if no port of the range can be had, or with IllegalStateException if
     *     the driver is closed before
     */
    public CompletableFuture<Void> start() {
        if (startCalled.compareAndSet(false, true)) {
            UdpSettings udp = UdpSettings.of(settings.bindAddress(), settings.ports());
            var unused = UdpTransport.bind(loop, udp, new PortEvents())
                    .whenComplete((transport, failure) -> onLoop(() -> bound(transport, failure), this::failClosed));
        }
        return started;
    }

    /**
     * Tells whether sockets to the outside can be opened, by opening one for a moment.
     *
     * @return fails with a {@link org.tunnel8.transport.BindFailedException} if none can
     */
    public CompletableFuture<Void> tryOutside() {
        return edge.tryOutside();
    }

    private void bound(@Nullable UdpTransport transport, @Nullable Throwable failure) {
        if (transport == null) {
            started.completeExceptionally(failure == null ? new IllegalStateException("a port that is none") : failure);
            return;
        }
        if (closing) {
            transport.close();
            failClosed();
            return;
        }
        port = transport;
        edge.bound(transport);
        try {
            startEngine(transport);
            started.complete(null);
        } catch (RuntimeException e) {
            started.completeExceptionally(e);
        }
    }

    private void failClosed() {
        started.completeExceptionally(new IllegalStateException("the node is closed"));
    }

    private void startEngine(UdpTransport transport) {
        DiscoverySettings discovery = settings.discovery().apply(transport.localAddress());
        EngineSettings engineSettings = new EngineSettings(
                settings.community(),
                // Nothing else runs on the loop before the engine does, so that the file may be read here.
                memory == null ? discovery : discovery.withRemembered(memory.read()),
                settings.relay(),
                settings.targets(),
                settings.circuits(),
                transport.localAddress().getAddress());
        TunnelEngine started = new TunnelEngine(
                engineSettings, settings.identity(), cipher.create(), new SecureRandom(), nowNanos(), edge, listener);
        engine = started;
        counters = started.counters();
        if (quota != null) {
            started.quota(nowNanos(), quota.begin());
        }
        started.start(nowNanos());
        if (memory != null) {
            memory.start(() -> engine().memory());
        }
        if (quota != null) {
            quota.start(() -> engine().othersTraffic().carriedBytes(), this::renewQuota);
        }
        rearm();
    }

    private void renewQuota(long bytes) {
        engine().quota(nowNanos(), bytes);
        rearm();
    }

    /**
     * How a quota stands. Loop thread only, after {@link #start()} has completed.
     *
     * @return null if there is none
     */
    public @Nullable QuotaAccount quotaAccount() {
        return quota == null ? null : quota.account(engine().othersTraffic().carriedBytes());
    }

    /**
     * Ends every circuit with destroys, then closes the sockets and ends the threads. Thread-safe; repeated calls return
     * the same future.
     *
     * @return completes on the loop's thread when all is closed; never fails
     */
    public CompletableFuture<Void> close() {
        onLoop(this::beginClosing, () -> closed.complete(null));
        return closed;
    }

    /**
     * As {@link #close()}, but returns only when all is closed and the threads have ended, as far as the system lets them:
     * one that waits for the system's resolver or for a disk is left to end by itself. Not for the loop's thread.
     */
    public void closeAndWait() {
        close().join();
        loop.close();
        edge.awaitEnd();
        if (memory != null) {
            memory.awaitEnd();
        }
        if (quota != null) {
            quota.awaitEnd();
        }
    }

    private void beginClosing() {
        if (closing) {
            return;
        }
        closing = true;
        try {
            if (timer != null) {
                timer.cancel();
            }
            if (engine != null) {
                engine.stop(nowNanos());
                if (memory != null) {
                    memory.stop(engine.memory());
                }
                if (quota != null) {
                    quota.stop(engine.othersTraffic().carriedBytes());
                }
            }
        } finally {
            // What the engine has just sent leaves with the loop's next flush, before this task.
            loop.execute(this::closeSockets);
        }
    }

    private void closeSockets() {
        try {
            failClosed();
            edge.close();
            UdpTransport bound = port;
            if (bound != null) {
                bound.close();
            }
        } finally {
            closed.complete(null);
            loop.close();
        }
    }

    /**
     * Whether closing has begun. Thread-safe.
     *
     * @return true from then on for good
     */
    public boolean isClosing() {
        return closing;
    }

    /**
     * Whether the engine runs, or did before closing. Loop thread only.
     *
     * @return false until {@link #start()} has completed
     */
    public boolean hasEngine() {
        return engine != null;
    }

    /** Runs a task on the loop, or another at once if the loop has ended. */
    private void onLoop(Runnable task, Runnable ifEnded) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            ifEnded.run();
        }
    }

    /** Sets the timer to the engine's next deadline; to be called after the engine was used. Loop thread only. */
    @Override
    public void rearm() {
        TunnelEngine driven = running();
        if (driven == null) {
            return;
        }
        long next = driven.nextDeadlineNanos();
        if (next < timerNanos) {
            if (timer != null) {
                timer.cancel();
            }
            timerNanos = next;
            timer = loop.schedule(this::onTimer, Math.max(0, next - nowNanos()));
        }
    }

    private void onTimer() {
        timerNanos = Long.MAX_VALUE;
        timer = null;
        TunnelEngine driven = running();
        if (driven != null) {
            try {
                driven.onDeadline(nowNanos());
            } finally {
                rearm(); // whatever went wrong once, the engine's time goes on
            }
        }
    }

    /**
     * The engine's clock.
     *
     * @return nanoseconds since the driver was made
     */
    @Override
    public long nowNanos() {
        return System.nanoTime() - startNanos;
    }

    /**
     * The engine, told the time. Loop thread only, after {@link #start()} has completed.
     *
     * @return the engine
     */
    public TunnelEngine engine() {
        TunnelEngine driven = engine;
        if (driven == null) {
            throw new IllegalStateException("the engine has not been started");
        }
        driven.advance(nowNanos());
        return driven;
    }

    /**
     * Asks something on the loop's thread. Thread-safe.
     *
     * @param question what to ask
     * @param <T> type of the answer
     * @return completes with the answer; fails with what the question throws, or with IllegalStateException once closed
     */
    public <T> CompletableFuture<T> ask(Supplier<T> question) {
        if (!closed.isDone()) {
            try {
                return CompletableFuture.supplyAsync(question, loop);
            } catch (RejectedExecutionException e) {
                // Closed since.
                return CompletableFuture.failedFuture(new IllegalStateException("the node is closed", e));
            }
        }
        return CompletableFuture.failedFuture(new IllegalStateException("the node is closed"));
    }

    /**
     * What the engine has counted; nothing before it runs. Thread-safe.
     *
     * @return the engine's counters from its start on
     */
    public Counters counters() {
        return counters;
    }

    /**
     * What the driver's threads are named after.
     *
     * @return the name in its settings
     */
    public String name() {
        return settings.name();
    }

    /**
     * The loop that everything runs on.
     *
     * @return the loop
     */
    public TransportLoop loop() {
        return loop;
    }

    /**
     * The address of the node's port. Thread-safe after {@link #start()} has completed.
     *
     * @return resolved address; after closing, the one it was
     * @throws IllegalStateException if the port has not been bound
     */
    public InetSocketAddress localAddress() {
        UdpTransport bound = port;
        if (bound == null) {
            throw new IllegalStateException("the port has not been bound");
        }
        return bound.localAddress();
    }

    /**
     * Tells whether the port takes more without risking that it is dropped. Loop thread only.
     *
     * @return false while the system takes less than is sent
     */
    public boolean hasRoom() {
        return edge.hasRoom();
    }

    /**
     * What the port has counted. Loop thread only.
     *
     * @return counts
     */
    public TransportCounters portCounters() {
        UdpTransport bound = port;
        return bound == null ? TransportCounters.none() : bound.counters();
    }

    /**
     * What the outside sockets have counted. Loop thread only.
     *
     * @return counts of all together, closed ones included
     */
    public TransportCounters outsideCounters() {
        return edge.outsideCounters();
    }

    /**
     * Addresses that outside sockets have or had. Thread-safe.
     *
     * @return a new set
     */
    public Set<InetSocketAddress> outsideAddresses() {
        return edge.outsideAddresses();
    }

    /**
     * Which layer cipher is used.
     *
     * @return its name
     */
    public String cipherName() {
        return cipherName;
    }

    /** The engine; null before it runs and once closing has begun. Loop thread only. */
    @Override
    public @Nullable TunnelEngine running() {
        return closing ? null : engine;
    }

    private final class PortEvents implements DatagramListener {
        @Override
        public void onDatagram(InetSocketAddress from, byte[] buffer, int offset, int length) {
            TunnelEngine driven = running();
            if (driven != null) {
                driven.onDatagram(nowNanos(), from, buffer, offset, length);
                rearm();
            }
        }

        @Override
        public void onTransportEvent(TransportEvent event) {
            transportEvents.accept(event);
        }
    }
}

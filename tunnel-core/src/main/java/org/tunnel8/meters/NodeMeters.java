package org.tunnel8.meters;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.tunnel8.driver.CallbackThread;
import org.tunnel8.driver.EngineDriver;
import org.tunnel8.engine.Timings;
import org.tunnel8.metrics.Counters;
import org.tunnel8.metrics.TableSize;

/**
 * The meters of one client or node (FR-023): {@code docs/metrics.md} lists them all.
 *
 * <p>Counts are read from where they are counted, as they are at that moment. What only the engine's thread knows is asked of
 * it once a second at most, and a scrape waits a tenth of a second for it at most; so it is a second old, or older while
 * that thread is busy. Thread-safe.
 */
public final class NodeMeters implements Metering {
    private static final int MOST_NAME_CHARS = 64;

    private final MeterRegistry registry;
    private final String name;
    private final Registrar registrar;
    private final CallbackThread thread;
    private final StateMeters states;
    private final TimingMeters timings;
    private boolean closed;

    /**
     * Takes a registry for a client or a node that is to be made.
     *
     * @param registry where its meters are to be; it is not closed with them
     * @param name value of their tag {@code node}, 1 to 64 characters; null for what it is called otherwise. If another
     *     client or node has the name in that registry, it gets a number
     * @return makes the meters
     * @throws IllegalArgumentException if the name is blank or too long
     */
    public static Factory in(MeterRegistry registry, @Nullable String name) {
        if (name != null && (name.isBlank() || name.length() > MOST_NAME_CHARS)) {
            throw new IllegalArgumentException(
                    "a name of 1 to " + MOST_NAME_CHARS + " characters, not " + name.length());
        }
        return sources -> new NodeMeters(registry, name == null ? sources.name() : name, sources);
    }

    private NodeMeters(MeterRegistry registry, String wanted, Sources sources) {
        this.registry = registry;
        this.name = NodeNames.take(registry, wanted);
        this.registrar = new Registrar(registry, name);
        this.thread = new CallbackThread(sources.driver().name() + "-metrics");
        try {
            EngineDriver driver = sources.driver();
            Supplier<Counters> counters = driver::counters;
            Sources.Own own = sources.own();
            boolean hasCircuits = own != null;
            boolean servesOthers = own == null;
            Freshest<NodeState> state = new Freshest<>(() -> ask(driver, sources), NodeState.NOTHING);
            new PacketMeters(registrar, counters, hasCircuits, servesOthers);
            new CountMeters(registrar, counters, hasCircuits, servesOthers);
            this.states = new StateMeters(registrar, state::get, hasCircuits, servesOthers);
            this.timings = new TimingMeters(registrar, thread, hasCircuits);
            if (own != null) {
                new ClientMeters(registrar, state::get, own);
            }
            registrar.counter(
                    "tunnel8.callbacks.lost",
                    null,
                    "events that the application was too slow to hear",
                    () -> sources.callbacks().lost());
            registrar.counter(
                    "tunnel8.engine.cpu",
                    Registrar.SECONDS,
                    "processor time of the engine's thread",
                    () -> (double) driver.loop().cpuNanos() / TimeUnit.SECONDS.toNanos(1));
        } catch (RuntimeException e) {
            // A registry may refuse a meter; the others are not to stay behind.
            registrar.close();
            NodeNames.free(registry, name);
            throw e;
        }
    }

    private static CompletableFuture<NodeState> ask(EngineDriver driver, Sources sources) {
        return driver.loop().inLoop()
                ? CompletableFuture.completedFuture(NodeState.of(sources))
                : driver.ask(() -> NodeState.of(sources));
    }

    @Override
    public Timings timings() {
        return timings;
    }

    @Override
    public void started(List<TableSize> tables) {
        // A registry may take its time, which the loop has not got.
        thread.execute(() -> tables.forEach(table -> states.table(table.table())));
    }

    @Override
    public void close() {
        thread.close();
        synchronized (this) {
            if (!closed) {
                closed = true;
                registrar.close();
                NodeNames.free(registry, name);
            }
        }
    }
}

package org.tunnel8.examples.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.tunnel8.TunnelClient;
import org.tunnel8.TunnelEvent;
import org.tunnel8.testing.EmbeddedNetwork;

/**
 * Measures how fast circuits are built in a network on this machine: clients come, each builds as many circuits as a client
 * keeps, and the time from the first create to the last circuit's readiness counts.
 */
public final class CircuitBench {
    /** The most that a client keeps by default (D15): one primary, the rest standbys. */
    private static final int CIRCUITS_PER_CLIENT = 8;

    private static final int RELAYS = 4;
    private static final int EXITS = 2;
    private static final int CLIENT_NUMBER = 1;

    /** The first clients find code that has not been compiled yet. */
    private static final int WARM_UP_CLIENTS = 5;

    private static final Duration CLIENT_LIMIT = Duration.ofSeconds(30);
    private static final double NANOS_PER_SECOND = 1e9;

    private final int hops;
    private final int clients;
    private final BooleanSupplier stopped;

    /**
     * Sets up a measurement.
     *
     * @param hops hops of each circuit
     * @param clients how many clients to measure, beside a few to warm up
     * @param stopped tells whether to break off
     */
    public CircuitBench(int hops, int clients, BooleanSupplier stopped) {
        this.hops = hops;
        this.clients = clients;
        this.stopped = stopped;
    }

    /**
     * What was measured.
     *
     * @param hops hops of each circuit
     * @param circuits how many circuits were built
     * @param perSecond how many per second of building
     */
    public record Result(int hops, int circuits, double perSecond) {}

    /**
     * Measures; takes some seconds.
     *
     * @return the figure
     */
    public Result run() {
        try (EmbeddedNetwork network =
                EmbeddedNetwork.builder().relays(RELAYS).exits(EXITS).build()) {
            network.start().join();
            return measure(network);
        }
    }

    private Result measure(EmbeddedNetwork network) {
        // None leaves before the last is done: the bootstrap server would introduce the ones that are gone for a while.
        // And all leave before the network does: else each would warn of circuits that it has lost.
        List<TunnelClient> present = new ArrayList<>();
        try {
            long nanos = 0;
            for (int number = -WARM_UP_CLIENTS; number < clients; number++) {
                if (stopped.getAsBoolean()) {
                    throw new IllegalStateException("stopped before the measurement was done");
                }
                Span span = new Span();
                present.add(client(network, span));
                long buildNanos = span.nanos
                        .orTimeout(CLIENT_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                        .join();
                nanos += number < 0 ? 0 : buildNanos;
            }
            int circuits = clients * CIRCUITS_PER_CLIENT;
            return new Result(hops, circuits, circuits * NANOS_PER_SECOND / nanos);
        } finally {
            present.forEach(TunnelClient::close);
        }
    }

    private TunnelClient client(EmbeddedNetwork network, Span span) {
        TunnelClient client = TunnelClient.builder()
                .bind(network.clientAddress(CLIENT_NUMBER))
                .network(network.network())
                .hops(hops)
                .circuits(1, CIRCUITS_PER_CLIENT - 1)
                .minPeers(hops)
                .onEvent(span::onEvent)
                .build();
        client.start().join();
        return client;
    }

    /** The time in which one client's circuits were built. Events come one at a time. */
    private static final class Span {
        private final CompletableFuture<Long> nanos = new CompletableFuture<>();
        private int ready;
        private long firstStartNanos;

        void onEvent(TunnelEvent event) {
            if (event instanceof TunnelEvent.CircuitReady circuit) {
                long now = System.nanoTime();
                firstStartNanos = ready == 0
                        ? now - circuit.buildTime().toNanos()
                        : Math.min(firstStartNanos, now - circuit.buildTime().toNanos());
                ready++;
                if (ready == CIRCUITS_PER_CLIENT) {
                    nanos.complete(now - firstStartNanos);
                }
            }
        }
    }
}

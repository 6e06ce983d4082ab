package org.tunnel8.examples.bench;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.LayerCiphers;
import org.tunnel8.transport.udp.TransportLoop;

/**
 * Measures what many relayed circuits cost one relay: heap for each of them, and CPU time for each cell when traffic is
 * spread evenly over them, beside a relay that has only ten.
 *
 * <p>Both relays are nodes with a port and a thread of their own in one process apart from this one, so that they run the
 * same compiled code and their heap holds nothing of the load. They are measured in turn. Not thread-safe; a measurement
 * occupies the calling thread.
 */
public final class ManyCircuitsBench implements AutoCloseable {
    /** What many circuits are compared with. */
    public static final int FEW = 10;

    /** Owners and next hops have addresses of one block of 256. */
    public static final int MOST_NEIGHBOURS = 120;

    private static final int RELAY_OF_FEW = 0;
    private static final int RELAY_OF_MANY = 1;

    private static final long BUILD_LIMIT_SECONDS = 60;
    private static final long MOST_BUILD_MILLIS_PER_CIRCUIT = 50;
    private static final long DRAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(300);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final double NANOS_PER_MICRO = 1e3;

    private final int circuits;
    private final BooleanSupplier stopped;
    private final RelayUnderTest relays;
    private final TransportLoop loop = TransportLoop.open("bench-load");
    private final List<CircuitLoad> loads = new ArrayList<>();

    /**
     * One relay's measurement.
     *
     * @param circuits how many run through it
     * @param relayMicrosPerCell CPU time of its thread for each cell passed on, in microseconds
     * @param cellsPerSecond cells passed on per second
     * @param cells cells sent to it
     * @param cellsLost how many of those came out nowhere
     */
    public record Run(int circuits, double relayMicrosPerCell, double cellsPerSecond, long cells, long cellsLost) {}

    /**
     * All together.
     *
     * @param circuits how many ran through the relay
     * @param cipher the layer cipher of the relays
     * @param heapBytesPerCircuit heap of the relay's process in use after a collection, with the circuits less before
     *     they were built, for each of them
     * @param relayMicrosPerCell median CPU time of the relay's thread for each cell, in microseconds
     * @param relayMicrosPerCellAt10 the same of the relay with ten circuits
     * @param ratio the first through the second
     * @param cells cells sent to both
     * @param cellsLost how many of those came out nowhere
     */
    public record Result(
            int circuits,
            String cipher,
            long heapBytesPerCircuit,
            double relayMicrosPerCell,
            double relayMicrosPerCellAt10,
            double ratio,
            long cells,
            long cellsLost) {}

    /**
     * Starts the relays.
     *
     * @param circuits how many circuits to build, at least {@link #FEW}
     * @param payloadBytes what each cell holds below the relay's layer, at least 20
     * @param neighbours over how many owners, and how many next hops, the circuits lead; at most {@link #MOST_NEIGHBOURS}
     * @param cipher the layer cipher of all; null for the fastest
     * @param stopped tells whether to break off
     */
    public ManyCircuitsBench(
            int circuits, int payloadBytes, int neighbours, @Nullable String cipher, BooleanSupplier stopped) {
        this.circuits = circuits;
        this.stopped = stopped;
        relays = RelayUnderTest.start(circuits, cipher, List.of(loopback(0, 1), loopback(0, 2)));
        RandomGenerator random = new SecureRandom();
        for (int number : new int[] {RELAY_OF_FEW, RELAY_OF_MANY}) {
            loads.add(new CircuitLoad(
                    loop,
                    relays.relay(number),
                    LayerCiphers.named(relays.cipher()).create(),
                    random,
                    payloadBytes,
                    neighbours,
                    neighbour -> loopback(1 + number, 1 + neighbour)));
        }
    }

    /** An address of its own for each node, where the system has more than one. */
    private static InetAddress loopback(int group, int number) {
        try {
            InetAddress own = InetAddress.getByAddress(new byte[] {127, 81, (byte) group, (byte) number});
            try (DatagramSocket probe = new DatagramSocket(new InetSocketAddress(own, 0))) {
                return probe.getLocalAddress();
            } catch (IOException notHere) {
                return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
            }
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }

    /**
     * Builds the circuits and measures.
     *
     * @param runs how often to measure each relay, in turn
     * @param warmUp how long traffic runs first, until the just-in-time compiler is done
     * @param settle how long traffic runs before each measurement, until windows have grown and caches are filled
     * @param duration how long to measure each time
     * @param each hears of each measurement
     * @return medians of all
     */
    public Result run(int runs, Duration warmUp, Duration settle, Duration duration, Consumer<Run> each) {
        build(RELAY_OF_FEW, FEW);
        CircuitLoad few = loads.get(RELAY_OF_FEW);
        few.start();
        sleep(warmUp);
        stop(few);
        long heapBefore = relays.heapBytes();
        build(RELAY_OF_MANY, circuits);
        CircuitLoad many = loads.get(RELAY_OF_MANY);
        many.start();
        sleep(settle);
        stop(many);
        long heapBytesPerCircuit = (relays.heapBytes() - heapBefore) / circuits;

        Run[] ofFew = new Run[runs];
        Run[] ofMany = new Run[runs];
        for (int i = 0; i < runs; i++) {
            ofFew[i] = measure(RELAY_OF_FEW, FEW, settle, duration);
            each.accept(ofFew[i]);
            ofMany[i] = measure(RELAY_OF_MANY, circuits, settle, duration);
            each.accept(ofMany[i]);
        }
        double atFew = median(ofFew);
        double atMany = median(ofMany);
        return new Result(
                circuits,
                relays.cipher(),
                heapBytesPerCircuit,
                atMany,
                atFew,
                atMany / atFew,
                Arrays.stream(ofFew).mapToLong(Run::cells).sum()
                        + Arrays.stream(ofMany).mapToLong(Run::cells).sum(),
                Arrays.stream(ofFew).mapToLong(Run::cellsLost).sum()
                        + Arrays.stream(ofMany).mapToLong(Run::cellsLost).sum());
    }

    private void build(int number, int count) {
        long limitMillis = TimeUnit.SECONDS.toMillis(BUILD_LIMIT_SECONDS) + count * MOST_BUILD_MILLIS_PER_CIRCUIT;
        loads.get(number)
                .build(count)
                .orTimeout(limitMillis, TimeUnit.MILLISECONDS)
                .join();
        int through = relays.work(number).circuits();
        if (through != count) {
            throw new IllegalStateException("the relay has " + through + " circuits, not " + count);
        }
    }

    private Run measure(int number, int count, Duration settle, Duration duration) {
        CircuitLoad load = loads.get(number);
        load.start();
        sleep(settle);
        long startNanos = System.nanoTime();
        RelayUnderTest.Work before = relays.work(number);
        sleep(duration);
        RelayUnderTest.Work after = relays.work(number);
        double seconds = (System.nanoTime() - startNanos) / 1e9;
        stop(load);
        load.checkHealthy();
        long passed = after.cellsRelayed() - before.cellsRelayed();
        if (after.circuits() != count || passed == 0) {
            throw new IllegalStateException("the relay has " + after.circuits() + " circuits, not " + count);
        }
        long sent = load.forward().sent() + load.backward().sent();
        long arrived = load.forward().received() + load.backward().received();
        return new Run(
                count,
                (after.cpuNanos() - before.cpuNanos()) / NANOS_PER_MICRO / passed,
                passed / seconds,
                sent,
                sent - arrived);
    }

    private static double median(Run[] runs) {
        double[] sorted = Arrays.stream(runs)
                .mapToDouble(Run::relayMicrosPerCell)
                .sorted()
                .toArray();
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    /** Stops the traffic and waits until what is under way has arrived, or will not. */
    private void stop(CircuitLoad load) {
        load.stop();
        long arrived = -1;
        long sinceNanos = System.nanoTime();
        while (System.nanoTime() - sinceNanos < DRAIN_NANOS) {
            long now = load.forward().received() + load.backward().received();
            if (now != arrived) {
                arrived = now;
                sinceNanos = System.nanoTime();
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private void sleep(Duration duration) {
        long endNanos = System.nanoTime() + duration.toNanos();
        for (long left = duration.toNanos(); left > 0; left = endNanos - System.nanoTime()) {
            if (stopped.getAsBoolean()) {
                throw new IllegalStateException("stopped before the measurement was done");
            }
            LockSupport.parkNanos(Math.min(left, PAUSE_NANOS));
        }
    }

    /** Ends the load and the relays. */
    @Override
    public void close() {
        loop.close();
        relays.close();
    }
}

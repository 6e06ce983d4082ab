package org.tunnel8.examples.bench;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.tunnel8.TunnelClient;
import org.tunnel8.TunnelClientBuilder;
import org.tunnel8.TunnelDatagrams;
import org.tunnel8.node.TunnelNode;
import org.tunnel8.testing.EmbeddedNetwork;

/**
 * Measures goodput and CPU time per packet through one circuit of a network on this machine, over real UDP sockets.
 *
 * <p>Not thread-safe; a measurement occupies the calling thread.
 */
public final class ThroughputBench implements AutoCloseable {
    /** Which way the payload goes: up is from the client to the outside. */
    public enum Direction {
        /** From the client to the outside host. */
        UP,
        /** From the outside host to the client. */
        DOWN
    }

    /**
     * What was measured.
     *
     * @param hops hops of the circuit
     * @param direction which way
     * @param mbPerSecond payload that arrived, in 10^6 bytes per second
     * @param lostShare the share of the datagrams sent that did not arrive, 0 to 1
     * @param clientMicros CPU time of the client per packet that arrived, in microseconds
     * @param relayMicros CPU time of one relay on the way per packet; none at one hop
     * @param exitMicros CPU time of the exit per packet
     */
    public record Result(
            int hops,
            Direction direction,
            double mbPerSecond,
            double lostShare,
            double clientMicros,
            OptionalDouble relayMicros,
            double exitMicros) {}

    /** The addresses that the network sets aside for others than its nodes are numbered. */
    private static final int CLIENT_NUMBER = 1;

    private static final int OUTSIDE_NUMBER = 2;

    private static final Duration NETWORK_LIMIT = Duration.ofSeconds(60);
    private static final Duration CIRCUIT_LIMIT = Duration.ofSeconds(60);
    private static final Duration FIRST_DATAGRAM_LIMIT = Duration.ofSeconds(10);

    /** What is still under way after the last datagram has arrived, or will not, when nothing has come for so long. */
    private static final long DRAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    private static final long PAUSE_NANOS = 50_000;
    private static final double NANOS_PER_MICRO = 1e3;

    private final int hops;
    private final int payloadBytes;
    private final EmbeddedNetwork network;
    private final TunnelClient client;
    private final TunnelDatagrams datagrams;
    private final OutsideHost outside;
    private final BooleanSupplier stopped;
    private final @Nullable WatchedNetwork watched;

    /**
     * Builds a network, with just the nodes that a circuit needs, and a circuit through it.
     *
     * @param hops 1 to 3
     * @param payloadBytes the payload of each datagram, at least 20
     * @param stopped tells whether to break off
     */
    public ThroughputBench(int hops, int payloadBytes, BooleanSupplier stopped) {
        this(hops, payloadBytes, stopped, null);
    }

    /**
     * As the constructor, with metrics, events and the monitor at work.
     *
     * @param hops 1 to 3
     * @param payloadBytes the payload of each datagram, at least 20
     * @param stopped tells whether to break off
     * @return the bench
     */
    public static ThroughputBench watched(int hops, int payloadBytes, BooleanSupplier stopped) {
        return new ThroughputBench(hops, payloadBytes, stopped, new WatchedNetwork());
    }

    private ThroughputBench(int hops, int payloadBytes, BooleanSupplier stopped, @Nullable WatchedNetwork watched) {
        this.hops = hops;
        this.payloadBytes = payloadBytes;
        this.stopped = stopped;
        this.watched = watched;
        EmbeddedNetwork.Builder nodes =
                EmbeddedNetwork.builder().relays(hops - 1).exits(1);
        network = (watched == null ? nodes : watched.meter(nodes)).build();
        network.start()
                .orTimeout(NETWORK_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .join();
        outside = OutsideHost.open(network.clientAddress(OUTSIDE_NUMBER));
        TunnelClientBuilder builder = TunnelClient.builder()
                .bind(network.clientAddress(CLIENT_NUMBER))
                .network(network.network())
                .hops(hops)
                .circuits(1, 0)
                .minPeers(hops);
        client = (watched == null ? builder : watched.meter(builder)).build();
        if (watched != null) {
            watched.watch(client);
        }
        client.start().join();
        client.whenReady(CIRCUIT_LIMIT).join();
        datagrams = client.datagrams();
    }

    /**
     * Measures one direction once.
     *
     * @param direction which way
     * @param warmUp how long traffic runs before anything is measured
     * @param duration how long to measure
     * @return the figures
     */
    public Result measure(Direction direction, Duration warmUp, Duration duration) {
        NumberedFlow flow = new NumberedFlow();
        return direction == Direction.UP ? measureUp(flow, warmUp, duration) : measureDown(flow, warmUp, duration);
    }

    private Result measureUp(NumberedFlow flow, Duration warmUp, Duration duration) {
        outside.receive(flow);
        InetSocketAddress target = outside.address();
        byte[] datagram = new byte[payloadBytes];
        Runnable sendSome = () -> {
            while (flow.hasRoom(System.nanoTime())) {
                flow.stamp(datagram, 0);
                if (!datagrams.send(target, datagram, 0, datagram.length)) {
                    flow.unstamp();
                    return;
                }
            }
        };
        return measure(flow, Direction.UP, warmUp, duration, sendSome, () -> {});
    }

    private Result measureDown(NumberedFlow flow, Duration warmUp, Duration duration) {
        InetSocketAddress exit = openExitSocket();
        datagrams.onDatagram((origin, buffer, offset, length) -> flow.onArrival(buffer, offset, length));
        outside.send(flow, exit, payloadBytes);
        return measure(flow, Direction.DOWN, warmUp, duration, () -> {}, outside::stopSending);
    }

    /** The exit has a socket once something has gone out through it. */
    private InetSocketAddress openExitSocket() {
        CompletableFuture<InetSocketAddress> exit = outside.firstSender();
        NumberedFlow opener = new NumberedFlow();
        byte[] datagram = new byte[NumberedFlow.HEADER_BYTES];
        opener.stamp(datagram, 0);
        datagrams.send(outside.address(), datagram, 0, datagram.length);
        return exit.orTimeout(FIRST_DATAGRAM_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }

    private Result measure(
            NumberedFlow flow,
            Direction direction,
            Duration warmUp,
            Duration duration,
            Runnable sendSome,
            Runnable stopSending) {
        workUntil(System.nanoTime() + warmUp.toNanos(), sendSome);
        Snapshot before = snapshot(flow);
        workUntil(before.nanos() + duration.toNanos(), sendSome);
        Snapshot after = snapshot(flow);
        stopSending.run();
        drain(flow);
        if (watched != null) {
            watched.requireWatched();
        }
        long packets = after.received() - before.received();
        if (packets == 0) {
            throw new IllegalStateException("nothing arrived through " + hops + " hops");
        }
        double seconds = (after.nanos() - before.nanos()) / 1e9;
        return new Result(
                hops,
                direction,
                packets * (double) payloadBytes / 1e6 / seconds,
                Math.max(0, flow.sent() - flow.received()) / (double) flow.sent(),
                (after.clientNanos() - before.clientNanos()) / NANOS_PER_MICRO / packets,
                hops == 1
                        ? OptionalDouble.empty()
                        : OptionalDouble.of(
                                (after.relayNanos() - before.relayNanos()) / NANOS_PER_MICRO / packets / (hops - 1)),
                (after.exitNanos() - before.exitNanos()) / NANOS_PER_MICRO / packets);
    }

    private void workUntil(long endNanos, Runnable sendSome) {
        while (System.nanoTime() < endNanos) {
            if (stopped.getAsBoolean()) {
                throw new IllegalStateException("stopped before the measurement was done");
            }
            sendSome.run();
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private static void drain(NumberedFlow flow) {
        long received = flow.received();
        long sinceNanos = System.nanoTime();
        while (flow.received() < flow.sent() && System.nanoTime() - sinceNanos < DRAIN_NANOS) {
            if (flow.received() != received) {
                received = flow.received();
                sinceNanos = System.nanoTime();
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private record Snapshot(long nanos, long received, long clientNanos, long relayNanos, long exitNanos) {}

    private Snapshot snapshot(NumberedFlow flow) {
        return new Snapshot(
                System.nanoTime(),
                flow.received(),
                client.cpuTime().toNanos(),
                cpuNanos(network.relays()),
                cpuNanos(network.exits()));
    }

    private static long cpuNanos(List<TunnelNode> nodes) {
        return nodes.stream().mapToLong(node -> node.cpuTime().toNanos()).sum();
    }

    /** Ends client, network and outside host. */
    @Override
    public void close() {
        datagrams.close();
        client.close();
        network.close();
        outside.close();
        if (watched != null) {
            watched.close();
        }
    }
}

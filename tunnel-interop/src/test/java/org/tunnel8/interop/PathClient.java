package org.tunnel8.interop;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.tunnel8.TunnelNetwork;
import org.tunnel8.circuit.Circuit;
import org.tunnel8.circuit.CircuitPool;
import org.tunnel8.circuit.CircuitSettings;
import org.tunnel8.circuit.CloseReason;
import org.tunnel8.circuit.FlowTable;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.driver.DriverSettings;
import org.tunnel8.driver.Endpoints;
import org.tunnel8.driver.EngineDriver;
import org.tunnel8.driver.LocalAddresses;
import org.tunnel8.engine.EngineListener;
import org.tunnel8.relay.RelaySettings;
import org.tunnel8.transport.PortRange;
import org.tunnel8.walk.DiscoverySettings;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.Headroom;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.walk.PeerFlags;

/**
 * Our client as {@link org.tunnel8.TunnelClient} runs it, with a view of the paths that it keeps to itself otherwise.
 * Thread-safe.
 */
final class PathClient implements AutoCloseable {
    private final EngineDriver driver;
    private final AtomicInteger built = new AtomicInteger();
    private final List<CloseReason> failures = new CopyOnWriteArrayList<>();

    /** One flow with an isolation key of its own, and so with a circuit of its own. */
    final class OwnFlow implements AutoCloseable {
        private final FlowTable.Flow flow;
        private final IpAddress target;
        private final AtomicInteger received = new AtomicInteger();

        OwnFlow(String isolationKey, InetSocketAddress target) {
            this.target = new IpAddress(target);
            this.flow =
                    onLoop(() -> driver.engine().openFlow((origin, buffer, offset, length) -> counted(), isolationKey));
        }

        private void counted() {
            received.incrementAndGet();
        }

        int received() {
            return received.get();
        }

        /** Sends one datagram like uTP's; false while there is no circuit. */
        boolean send(int number) {
            return onLoop(() -> {
                driver.engine();
                boolean sent = sendNow(number);
                driver.rearm();
                return sent;
            });
        }

        private boolean sendNow(int number) {
            byte[] buffer = new byte[Headroom.FRONT_BYTES + Datagrams.BYTES + Headroom.BACK_BYTES];
            byte[] datagram = Datagrams.utp(number);
            System.arraycopy(datagram, 0, buffer, Headroom.FRONT_BYTES, datagram.length);
            return flow.send(target, buffer, Headroom.FRONT_BYTES, datagram.length);
        }

        @Override
        public void close() {
            onLoop(() -> {
                driver.engine();
                flow.close();
                driver.rearm();
                return true;
            });
        }
    }

    private PathClient(TunnelNetwork network, CircuitSettings circuits) {
        CommunityId community = CommunityId.parse(network.communityId());
        InetAddress loopback = InetAddress.getLoopbackAddress();
        driver = new EngineDriver(
                new DriverSettings(
                        "path-client",
                        loopback,
                        PortRange.any(),
                        loopback,
                        IdentityKey.generate(new SecureRandom()),
                        null,
                        community,
                        local -> DiscoverySettings.builder(community, local)
                                .interfaces(LocalAddresses.all())
                                .bootstrap(network.bootstrap().stream()
                                        .map(Endpoints::toAddress)
                                        .toList())
                                .target(CircuitSettings.DEFAULT_MIN_PEERS, 3)
                                .build(),
                        RelaySettings.of(PeerFlags.NONE),
                        List.of(),
                        circuits,
                        null),
                new EngineListener() {
                    @Override
                    public void onCircuitReady(Circuit circuit) {
                        built.incrementAndGet();
                    }

                    @Override
                    public void onCircuitClosed(Circuit circuit, CloseReason reason) {
                        if (circuit.buildNanos() == 0
                                && reason != CloseReason.SHUTDOWN
                                && reason != CloseReason.UNNEEDED) {
                            failures.add(reason);
                        }
                    }
                },
                event -> {});
        driver.start().join();
    }

    /** Joins a network; builds once so many peers are known. */
    static PathClient join(TunnelNetwork network, int hops, int standbys, int minPeers) {
        int room = standbys + 16;
        return new PathClient(
                network,
                new CircuitSettings(
                        hops,
                        standbys,
                        room,
                        minPeers,
                        CircuitSettings.DEFAULT_AGE_LIMIT,
                        CircuitSettings.DEFAULT_TRAFFIC_LIMIT_BYTES));
    }

    OwnFlow open(String isolationKey, InetSocketAddress target) {
        return new OwnFlow(isolationKey, target);
    }

    /** Keys of the hops of all ready circuits, first hop first, in hexadecimal digits. */
    List<List<String>> paths() {
        return onLoop(() -> pool().circuits().stream()
                .filter(circuit -> circuit.state() == Circuit.State.READY)
                .map(circuit -> circuit.hopKeys().stream()
                        .map(key -> HexFormat.of().formatHex(key.toBytes()))
                        .toList())
                .toList());
    }

    /** The links to the first hops of all circuits. */
    List<Integer> circuitIds() {
        return onLoop(() -> pool().circuits().stream().map(Circuit::id).toList());
    }

    InetSocketAddress address() {
        return driver.localAddress();
    }

    long drops(String reason) {
        return onLoop(() -> driver.engine().counters().drops().entrySet().stream()
                .filter(entry -> entry.getKey().name().equals(reason))
                .mapToLong(Map.Entry::getValue)
                .sum());
    }

    /** Sends one datagram over each flow. */
    void sendOverAll(List<OwnFlow> flows, int number) {
        onLoop(() -> {
            driver.engine();
            flows.forEach(flow -> flow.sendNow(number));
            driver.rearm();
            return true;
        });
    }

    int ready() {
        return onLoop(() -> pool().ready());
    }

    int built() {
        return built.get();
    }

    /** Why circuits did not come up. */
    List<CloseReason> failures() {
        return List.copyOf(failures);
    }

    /** Time since the building of the oldest circuit began. */
    Duration age() {
        return onLoop(() -> Duration.ofNanos(pool().circuits().stream()
                .mapToLong(circuit -> driver.nowNanos() - circuit.createdNanos())
                .max()
                .orElse(0)));
    }

    private CircuitPool pool() {
        CircuitPool pool = driver.engine().circuits();
        if (pool == null) {
            throw new IllegalStateException("a client keeps circuits");
        }
        return pool;
    }

    private <T> T onLoop(Supplier<T> question) {
        CompletableFuture<T> asked = driver.ask(question);
        return asked.join();
    }

    @Override
    public void close() {
        driver.close().join();
    }
}

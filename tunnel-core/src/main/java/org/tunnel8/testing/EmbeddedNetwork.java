package org.tunnel8.testing;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.tunnel8.TunnelEvent;
import org.tunnel8.TunnelException;
import org.tunnel8.TunnelNetwork;
import org.tunnel8.crypto.LayerCiphers;
import org.tunnel8.node.NodeRole;
import org.tunnel8.node.TunnelNode;
import org.tunnel8.node.TunnelNodeBuilder;
import org.tunnel8.transport.PortRange;

/**
 * A whole network in the JVM: a bootstrap server, relays and exits, each a real node on a real UDP port of the loopback
 * interface. For an application's own tests, with clients of {@link #network()}.
 *
 * <p>Each node has its own address in 127.0.0.0/8 where the system allows it, else its own port of 127.0.0.1. Exits send
 * to loopback addresses, HTTP requests too, and so reach the test's own servers. Thread-safe.
 */
public final class EmbeddedNetwork implements AutoCloseable {
    /** Enough known peers for a relay to offer a choice, PROTOCOL.md §8. */
    private static final int WELL_CONNECTED = 4;

    /** Some hundred nodes know each other long before. */
    private static final Duration CONNECT_LIMIT = Duration.ofMinutes(2);

    /** Not the id of any network that is deployed. */
    private static final String COMMUNITY = "74756e6e656c382d656d6265646465642d6e6574";

    private final Builder settings;
    private final LoopbackAddresses addresses;
    private final List<TunnelNode> relays = new ArrayList<>();
    private final List<TunnelNode> exits = new ArrayList<>();
    private final CompletableFuture<Void> connected = new CompletableFuture<>();
    private final AtomicInteger unconnected = new AtomicInteger();
    private @Nullable TunnelNode bootstrap;
    private @Nullable TunnelNetwork network;
    private @Nullable CompletableFuture<Void> started;
    private boolean closed;

    /** Collects the size of a network. Not thread-safe. */
    public static final class Builder {
        private int relays = 4;
        private int exits = 2;
        private int maxJoinedCircuits = 1_000;
        private int createsPerSecond = 100_000;
        private String community = COMMUNITY;
        private @Nullable String layerCipher;
        private UnaryOperator<TunnelNodeBuilder> metering = UnaryOperator.identity();

        private Builder() {}

        /**
         * Says how many relays there are; by default 4.
         *
         * @param count 0 to 200
         * @return this builder
         */
        public Builder relays(int count) {
            relays = inRange(count, 0);
            return this;
        }

        /**
         * Says how many exits there are; by default 2.
         *
         * @param count 1 to 200
         * @return this builder
         */
        public Builder exits(int count) {
            exits = inRange(count, 1);
            return this;
        }

        /**
         * Limits how many circuits each node takes part in; by default 1,000 entries.
         *
         * @param entries entries, a relayed circuit counting twice
         * @return this builder
         */
        public Builder maxJoinedCircuits(int entries) {
            if (entries < 0) {
                throw new IllegalArgumentException("at least 0 entries, not " + entries);
            }
            maxJoinedCircuits = entries;
            return this;
        }

        /**
         * Says of which community the nodes are; by default one of the embedded network's own.
         *
         * @param id 40 hexadecimal digits
         * @return this builder
         */
        public Builder community(String id) {
            community = TunnelNetwork.of(id, List.of()).communityId();
            return this;
        }

        /**
         * Says which layer cipher the nodes use; by default the fastest that is available.
         *
         * @param name "jdk" or "conscrypt"
         * @return this builder
         * @throws IllegalArgumentException if there is none of that name here
         */
        public Builder layerCipher(String name) {
            layerCipher = LayerCiphers.named(name).name();
            return this;
        }

        /**
         * Has Micrometer read all nodes, as {@link TunnelNodeBuilder#metrics(MeterRegistry)} does: as {@code tunnel8-bootstrap},
         * {@code tunnel8-relay1} and so on, {@code tunnel8-exit1} and so on.
         *
         * @param registry where their meters are to be
         * @return this builder
         */
        public Builder metrics(MeterRegistry registry) {
            metering = node -> node.metrics(registry);
            return this;
        }

        /**
         * Makes the network; {@link EmbeddedNetwork#start()} starts it.
         *
         * @return a new network
         */
        public EmbeddedNetwork build() {
            return new EmbeddedNetwork(this);
        }

        private static int inRange(int count, int least) {
            if (count < least || count > 200) {
                throw new IllegalArgumentException("between " + least + " and 200, not " + count);
            }
            return count;
        }
    }

    private EmbeddedNetwork(Builder settings) {
        this.settings = settings;
        this.addresses = LoopbackAddresses.probe();
    }

    /**
     * Begins to describe a network.
     *
     * @return a builder with four relays and two exits
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Starts all nodes and waits until they know each other. Repeated calls start nothing more and end as the first.
     *
     * @return completes when every node knows enough others to offer a choice of relays; fails with a {@link
     *     TunnelException} of kind PORT_UNAVAILABLE if a port cannot be bound, of kind CLOSED if the network is closed
     *     before, or with {@link java.util.concurrent.TimeoutException} if the nodes do not know each other after two
     *     minutes. On no thread of the network's own
     */
    public synchronized CompletableFuture<Void> start() {
        CompletableFuture<Void> running = started;
        if (running == null) {
            running = startServer();
            started = running;
        }
        return running.copy();
    }

    private CompletableFuture<Void> startServer() {
        if (closed) {
            return CompletableFuture.failedFuture(closedException());
        }
        unconnected.set(settings.relays + settings.exits);
        TunnelNode server = node("bootstrap", EnumSet.of(NodeRole.BOOTSTRAP), List.of())
                .listen(addresses.of(0, 1), PortRange.any())
                .build();
        bootstrap = server;
        return server.start()
                .thenCompose(bound -> startMembers(server.address()))
                .thenCompose(all -> connected());
    }

    private synchronized CompletableFuture<Void> startMembers(InetSocketAddress server) {
        if (closed) {
            return CompletableFuture.failedFuture(closedException());
        }
        List<InetSocketAddress> entry = List.of(server);
        network = TunnelNetwork.of(settings.community, entry);
        for (int i = 1; i <= settings.relays; i++) {
            relays.add(member("relay" + i, EnumSet.of(NodeRole.RELAY, NodeRole.SPEED_TEST), 1, i, entry));
        }
        EnumSet<NodeRole> exitRoles = EnumSet.complementOf(EnumSet.of(NodeRole.BOOTSTRAP, NodeRole.EXIT_BACKUP));
        for (int i = 1; i <= settings.exits; i++) {
            exits.add(member("exit" + i, exitRoles, 2, i, entry));
        }
        List<CompletableFuture<Void>> starting = new ArrayList<>();
        relays.forEach(relay -> starting.add(relay.start()));
        exits.forEach(exit -> starting.add(exit.start()));
        return CompletableFuture.allOf(starting.toArray(CompletableFuture<?>[]::new));
    }

    private CompletableFuture<Void> connected() {
        return connected.copy().orTimeout(CONNECT_LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    private static TunnelException closedException() {
        return new TunnelException(TunnelException.Kind.CLOSED, "the network is closed; build a new one", null);
    }

    private TunnelNode member(
            String name, Collection<NodeRole> roles, int group, int number, List<InetSocketAddress> entry) {
        int enough = Math.min(WELL_CONNECTED, settings.relays + settings.exits - 1);
        if (enough == 0) {
            memberConnected();
        }
        boolean[] counted = {enough == 0};
        return node(name, roles, entry)
                .listen(addresses.of(group, number), PortRange.any())
                .onEvent(event -> {
                    if (event instanceof TunnelEvent.PeersChanged changed && changed.peers() >= enough && !counted[0]) {
                        counted[0] = true;
                        memberConnected();
                    }
                })
                .build();
    }

    private void memberConnected() {
        if (unconnected.decrementAndGet() == 0) {
            connected.completeAsync(() -> null);
        }
    }

    private TunnelNodeBuilder node(String name, Collection<NodeRole> roles, List<InetSocketAddress> entry) {
        TunnelNodeBuilder builder = TunnelNode.builder()
                .name("tunnel8-" + name)
                .roles(roles)
                .network(TunnelNetwork.of(settings.community, entry))
                .maxJoinedCircuits(settings.maxJoinedCircuits)
                .createsPerSecond(settings.createsPerSecond)
                // Everybody may have one and the same address here, and a single relay before an exit takes all there
                // is.
                .maxPerAddress(Math.max(settings.maxJoinedCircuits, 1))
                .maxPerNeighbour(Math.max(settings.maxJoinedCircuits, 1));
        if (settings.layerCipher != null) {
            builder.layerCipher(settings.layerCipher);
        }
        return settings.metering.apply(builder);
    }

    /**
     * What a client needs to join.
     *
     * @return the community and its bootstrap server
     * @throws IllegalStateException before {@link #start()} has completed
     */
    public synchronized TunnelNetwork network() {
        if (network == null) {
            throw new IllegalStateException(
                    "the network has not been started: call start() and wait for its future first");
        }
        return network;
    }

    /**
     * An address for a client, distinct from those of the nodes where the system allows it.
     *
     * @param number 1 to 200
     * @return a loopback address
     */
    public InetAddress clientAddress(int number) {
        return addresses.of(3, number);
    }

    /**
     * The relays.
     *
     * @return an unmodifiable list; empty before {@link #start()}
     */
    public synchronized List<TunnelNode> relays() {
        return List.copyOf(relays);
    }

    /**
     * The exits.
     *
     * @return an unmodifiable list; empty before {@link #start()}
     */
    public synchronized List<TunnelNode> exits() {
        return List.copyOf(exits);
    }

    /**
     * The addresses from which exits have sent to the outside: all that the outside may have seen.
     *
     * @return a new set, also after closing
     */
    public Set<InetSocketAddress> exitAddresses() {
        Set<InetSocketAddress> all = new LinkedHashSet<>();
        exits().forEach(exit -> all.addAll(exit.outsideAddresses()));
        return all;
    }

    /** Closes all nodes. Returns when it is done; may be called at any time, and again. */
    @Override
    public void close() {
        List<TunnelNode> nodes;
        synchronized (this) {
            closed = true;
            nodes = new ArrayList<>(exits);
            nodes.addAll(relays);
            if (bootstrap != null) {
                nodes.add(bootstrap);
            }
        }
        connected.completeAsync(() -> {
            throw closedException();
        });
        nodes.forEach(TunnelNode::close);
    }

    /** Where nodes listen: 127.80.group.number, or 127.0.0.1 for all. */
    private record LoopbackAddresses(boolean distinct) {
        static LoopbackAddresses probe() {
            try (DatagramSocket probe = new DatagramSocket(new InetSocketAddress(address(80, 0, 1), 0))) {
                return new LoopbackAddresses(probe.isBound());
            } catch (IOException e) {
                return new LoopbackAddresses(false);
            }
        }

        InetAddress of(int group, int number) {
            return distinct ? address(80, group, number) : address(0, 0, 1);
        }

        private static InetAddress address(int a, int b, int c) {
            try {
                return InetAddress.getByAddress(new byte[] {127, (byte) a, (byte) b, (byte) c});
            } catch (UnknownHostException e) {
                throw new IllegalStateException("four bytes are an address", e);
            }
        }
    }
}

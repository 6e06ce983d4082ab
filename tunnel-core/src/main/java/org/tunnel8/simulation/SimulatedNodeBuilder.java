package org.tunnel8.simulation;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.tunnel8.circuit.CircuitSettings;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.driver.Endpoints;
import org.tunnel8.engine.EngineListener;
import org.tunnel8.engine.EngineSettings;
import org.tunnel8.node.NodeRole;
import org.tunnel8.policy.Cidr;
import org.tunnel8.relay.RelaySettings;
import org.tunnel8.walk.DiscoverySettings;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.walk.PeerFlags;

/** Collects what a {@link SimulatedNode} is to be; every setting has a default. Not thread-safe. */
public final class SimulatedNodeBuilder {
    /** The port of every node, unless told otherwise. */
    public static final int DEFAULT_PORT = 7_759;

    final SimulatedHost host;
    int port = DEFAULT_PORT;

    @Nullable
    IdentityKey identity;

    OutsideConnections connections = (exit, connection, to, request) ->
            exit.host().network().after(Duration.ZERO, () -> exit.refused(connection));
    EngineListener listener = new EngineListener() {};
    private int flags = PeerFlags.RELAY;
    private boolean bootstrapServer;
    private boolean member = true;
    private List<InetSocketAddress> bootstrap = List.of();
    private List<Cidr> exitAllowed = List.of();
    private @Nullable CircuitSettings circuits;
    private UnaryOperator<DiscoverySettings.Builder> discovery = settings -> settings;
    private boolean joinsCircuits = true;

    @Nullable
    Lie lie;

    SimulatedNodeBuilder(SimulatedHost host) {
        this.host = host;
    }

    /**
     * Sets the port it is bound to.
     *
     * @param number free on its host; 0 for any
     * @return this builder
     */
    public SimulatedNodeBuilder port(int number) {
        port = number;
        return this;
    }

    /**
     * Sets its key, so that it is the same node as an earlier one.
     *
     * @param key the secret key; drawn by the network's seed by default
     * @return this builder
     */
    public SimulatedNodeBuilder identity(IdentityKey key) {
        identity = Objects.requireNonNull(key);
        return this;
    }

    /**
     * Sets what it does for others. A node with {@link NodeRole#BOOTSTRAP} alone is no peer.
     *
     * @param roles none for a pure client; a relay by default
     * @return this builder
     */
    public SimulatedNodeBuilder roles(Collection<NodeRole> roles) {
        flags = 0;
        bootstrapServer = roles.contains(NodeRole.BOOTSTRAP);
        for (NodeRole role : roles) {
            flags |= role.flag();
        }
        member = !(roles.size() == 1 && bootstrapServer);
        return this;
    }

    /**
     * Sets where it enters the network.
     *
     * @param servers addresses, or unresolved names that are in the network's table
     * @return this builder
     */
    public SimulatedNodeBuilder bootstrap(Collection<InetSocketAddress> servers) {
        bootstrap = List.copyOf(servers);
        return this;
    }

    /**
     * Sets what its exit may send to besides public addresses (D16).
     *
     * @param blocks none by default
     * @return this builder
     */
    public SimulatedNodeBuilder exitAllow(Collection<Cidr> blocks) {
        exitAllowed = List.copyOf(blocks);
        return this;
    }

    /**
     * Has it keep circuits of its own; by default it keeps none.
     *
     * @param hops hops of each circuit, 1 to 3
     * @param standbys warm circuits beside the primary
     * @param minPeers no circuit is built while fewer peers are known
     * @return this builder
     */
    public SimulatedNodeBuilder circuits(int hops, int standbys, int minPeers) {
        circuits = CircuitSettings.of(hops, standbys, minPeers);
        return this;
    }

    /**
     * Has somebody perform its HTTP exchanges; by default nothing listens anywhere.
     *
     * @param server takes the exit's connections
     * @return this builder
     */
    public SimulatedNodeBuilder connections(OutsideConnections server) {
        connections = Objects.requireNonNull(server);
        return this;
    }

    /**
     * Has it keep circuits of its own, with settings in full.
     *
     * @param settings the settings
     * @return this builder
     */
    @SuppressWarnings("exports") // for this module's tests and scenarios; applications have circuits(int, int, int)
    public SimulatedNodeBuilder circuits(CircuitSettings settings) {
        circuits = settings;
        return this;
    }

    /**
     * Changes how it gets known from what the other settings make of it.
     *
     * @param change gets the settings
     * @return this builder
     */
    @SuppressWarnings("exports") // for this module's tests and scenarios
    public SimulatedNodeBuilder discovery(UnaryOperator<DiscoverySettings.Builder> change) {
        discovery = change;
        return this;
    }

    /**
     * Has somebody hear what happens in its engine.
     *
     * @param events called inside the network's run
     * @return this builder
     */
    @SuppressWarnings("exports") // for this module's tests and scenarios
    public SimulatedNodeBuilder listener(EngineListener events) {
        listener = Objects.requireNonNull(events);
        return this;
    }

    /** Has it lie to those whose circuits it joins; null for an honest node. */
    SimulatedNodeBuilder lie(@Nullable Lie kind) {
        lie = kind;
        return this;
    }

    /** Whether it joins others' circuits, as its roles say it does; a relay that has all it takes does not. */
    SimulatedNodeBuilder joinsCircuits(boolean yes) {
        joinsCircuits = yes;
        return this;
    }

    boolean isExit() {
        return (flags & PeerFlags.EXIT_BT) != 0;
    }

    private RelaySettings relay(PeerFlags announced) {
        RelaySettings usual = RelaySettings.of(announced);
        return new RelaySettings(
                announced,
                joinsCircuits ? usual.maxJoinedCircuits() : 0,
                usual.createsPerSecond(),
                usual.idleLimit(),
                usual.ageLimit(),
                usual.extendWindow(),
                usual.trafficLimitBytes());
    }

    /**
     * Makes the node and binds its port; {@link SimulatedNode#start} sets it going.
     *
     * @return the node
     * @throws IllegalStateException if the port is taken
     */
    public SimulatedNode build() {
        return new SimulatedNode(this);
    }

    /**
     * Makes the node and sets it going.
     *
     * @return the node
     * @throws IllegalStateException if the port is taken
     */
    public SimulatedNode start() {
        return build().start();
    }

    EngineSettings settings(InetSocketAddress local) {
        PeerFlags announced = new PeerFlags(flags);
        DiscoverySettings.Builder known = DiscoverySettings.builder(CommunityId.TRIBLER, local)
                .interfaces(new HashSet<>(host.addresses()))
                .member(member)
                .bootstrapServer(bootstrapServer)
                .flags(announced)
                .bootstrap(bootstrap.stream().map(Endpoints::toAddress).toList())
                .signatures(host.network().signatures().scheme());
        return new EngineSettings(
                CommunityId.TRIBLER,
                discovery.apply(known).build(),
                relay(announced),
                exitAllowed,
                circuits,
                local.getAddress());
    }
}

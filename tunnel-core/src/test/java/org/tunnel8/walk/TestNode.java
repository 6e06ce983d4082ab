package org.tunnel8.walk;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.metrics.Counters;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.peer.Peer;
import org.tunnel8.peer.PeerTable;
import org.tunnel8.time.Deadlines;
import org.tunnel8.virtual.VirtualNetwork;
import org.tunnel8.virtual.VirtualNode;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.IpAddress;

/** A {@link Discovery} in a virtual network. */
final class TestNode implements VirtualNode, DiscoveryListener {
    private final VirtualNetwork network;
    private final InetSocketAddress address;
    private final IdentityKey identity;
    private final Deadlines deadlines;
    private final Counters counters = new Counters();
    private final PeerTable peers;
    private final Discovery discovery;
    private final List<String> namesToResolve = new ArrayList<>();
    private final List<BootstrapState> bootstrapStates = new ArrayList<>();
    private final List<String> modes = new ArrayList<>();
    private int notTaken;

    TestNode(
            VirtualNetwork network, InetSocketAddress address, UnaryOperator<DiscoverySettings.Builder> configuration) {
        this(network, address, network.random(), configuration);
    }

    TestNode(
            VirtualNetwork network,
            InetSocketAddress address,
            RandomGenerator random,
            UnaryOperator<DiscoverySettings.Builder> configuration) {
        this(network, address, address, random, configuration);
    }

    private TestNode(
            VirtualNetwork network,
            InetSocketAddress address,
            InetSocketAddress bound,
            RandomGenerator random,
            UnaryOperator<DiscoverySettings.Builder> configuration) {
        this.network = network;
        this.address = address;
        this.identity = IdentityKey.generate(network.random());
        this.deadlines = network.newDeadlines();
        this.peers = new PeerTable(PeerTable.DEFAULT_CAPACITY, deadlines);
        DiscoverySettings settings = configuration
                .apply(DiscoverySettings.builder(CommunityId.TRIBLER, bound))
                .build();
        this.discovery =
                new Discovery(settings, identity, peers, deadlines, random, network.sinkOf(address), counters, this);
        network.join(this);
    }

    static TestNode bootstrapServer(VirtualNetwork network, String address) {
        TestNode node = new TestNode(network, at(address), b -> b.member(false).bootstrapServer(true));
        node.start();
        return node;
    }

    static TestNode peer(VirtualNetwork network, String address, InetSocketAddress... bootstrap) {
        return new TestNode(
                network, at(address), b -> b.bootstrap(servers(bootstrap)).target(20, 0));
    }

    /** A peer whose port is bound to another address than others see, such as to all. */
    static TestNode bound(VirtualNetwork network, String address, String bound) {
        return new TestNode(network, at(address), at(bound), network.random(), b -> b.target(20, 0));
    }

    static List<IpAddress> servers(InetSocketAddress... addresses) {
        return List.of(addresses).stream().map(IpAddress::new).toList();
    }

    /** An endpoint from text such as {@code 203.0.113.1:7000}. */
    static InetSocketAddress at(String text) {
        int colon = text.lastIndexOf(':');
        return ((IpAddress) Address.parse(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1))))
                .endpoint();
    }

    TestNode start() {
        discovery.start();
        return this;
    }

    void die() {
        network.leave(this);
    }

    Discovery discovery() {
        return discovery;
    }

    PeerTable peers() {
        return peers;
    }

    IdentityKey identity() {
        return identity;
    }

    Counters counters() {
        return counters;
    }

    long drops(DropReason reason) {
        return counters.drops(reason);
    }

    List<String> namesToResolve() {
        return namesToResolve;
    }

    List<BootstrapState> bootstrapStates() {
        return bootstrapStates;
    }

    /** When the degraded mode began and ended, as "degraded 11 s" and "recovered 41 s". */
    List<String> modes() {
        return modes;
    }

    int notTaken() {
        return notTaken;
    }

    boolean knows(TestNode other) {
        return peers.byKey(other.identity.publicKey()) != null;
    }

    Peer peer(TestNode other) {
        Peer peer = peers.byKey(other.identity.publicKey());
        if (peer == null) {
            throw new AssertionError("does not know " + other.address);
        }
        return peer;
    }

    @Override
    public InetSocketAddress address() {
        return address;
    }

    /** Tells the node the time, before a test uses it. */
    void advance() {
        deadlines.advance(network.nowNanos());
    }

    @Override
    public long nextDeadlineNanos() {
        return deadlines.nextNanos();
    }

    @Override
    public void onDeadline(long nowNanos) {
        deadlines.advance(nowNanos);
        deadlines.runDue();
    }

    @Override
    public void onDatagram(long nowNanos, InetSocketAddress from, byte[] buffer, int offset, int length) {
        deadlines.advance(nowNanos);
        if (!discovery.onDatagram(from, buffer, offset, length)) {
            notTaken++;
        }
    }

    @Override
    public void resolve(String host) {
        namesToResolve.add(host);
    }

    @Override
    public void bootstrapStateChanged(BootstrapState state) {
        bootstrapStates.add(state);
    }

    @Override
    public void degraded() {
        modes.add("degraded " + network.nowNanos() / 1_000_000_000 + " s");
    }

    @Override
    public void recovered(long afterNanos) {
        modes.add("recovered " + network.nowNanos() / 1_000_000_000 + " s");
    }
}

package org.tunnel8.engine;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tunnel8.circuit.Circuit;
import org.tunnel8.circuit.CircuitPool;
import org.tunnel8.circuit.CircuitSettings;
import org.tunnel8.circuit.CloseReason;
import org.tunnel8.circuit.FlowTable;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.LayerCiphers;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.relay.RelaySettings;
import org.tunnel8.time.DatagramSink;
import org.tunnel8.virtual.VirtualNetwork;
import org.tunnel8.virtual.VirtualNode;
import org.tunnel8.walk.DiscoverySettings;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.Headroom;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.walk.PeerFlags;

/** A whole engine in a virtual network; its outside sockets are ports of its own address. */
public final class EngineNode implements VirtualNode, Effects, EngineListener {
    private static final int FIRST_OUTSIDE_PORT = 40_000;

    private final VirtualNetwork network;
    private final InetSocketAddress address;
    private final DatagramSink sink;
    private final TunnelEngine engine;
    private final IdentityKey identity;
    private final Map<Long, OutsideSocket> outside = new HashMap<>();
    private final Map<Long, Connection> connections = new LinkedHashMap<>();
    private final Map<String, List<InetAddress>> names = new HashMap<>();
    private final Set<String> asked = new HashSet<>();
    private final List<Circuit> becameReady = new ArrayList<>();
    private final List<CloseReason> closed = new ArrayList<>();
    private final List<CloseReason> moved = new ArrayList<>();
    private final List<String> lending = new ArrayList<>();
    private Timings timings = Timings.NONE;
    private int nextOutsidePort = FIRST_OUTSIDE_PORT;

    /** A datagram that came back through a flow. */
    public record Received(Address origin, ByteString payload) {}

    /** A connection of the exit's, and the request that was written to it. */
    public record Connection(InetSocketAddress to, ByteString request) {}

    private final class OutsideSocket implements VirtualNode {
        private final long number;
        private final InetSocketAddress local;

        OutsideSocket(long number, InetSocketAddress local) {
            this.number = number;
            this.local = local;
        }

        @Override
        public InetSocketAddress address() {
            return local;
        }

        @Override
        public long nextDeadlineNanos() {
            return Long.MAX_VALUE;
        }

        @Override
        public void onDeadline(long nowNanos) {}

        @Override
        public void onDatagram(long nowNanos, InetSocketAddress from, byte[] buffer, int offset, int length) {
            engine.onOutsideDatagram(nowNanos, number, from, buffer, offset, length);
        }
    }

    private EngineNode(
            VirtualNetwork network,
            String address,
            int flags,
            boolean bootstrapServer,
            @Nullable CircuitSettings circuits,
            List<InetSocketAddress> bootstrap) {
        this.network = network;
        this.address = at(address);
        this.sink = network.sinkOf(this.address);
        this.identity = IdentityKey.generate(network.random());
        PeerFlags announced = new PeerFlags(flags);
        DiscoverySettings discovery = DiscoverySettings.builder(CommunityId.TRIBLER, this.address)
                .member(!bootstrapServer)
                .bootstrapServer(bootstrapServer)
                .flags(announced)
                .signatures(network.signatures().scheme())
                .bootstrap(bootstrap.stream().map(IpAddress::new).toList())
                .build();
        EngineSettings settings = new EngineSettings(
                CommunityId.TRIBLER,
                discovery,
                RelaySettings.of(announced),
                List.of(),
                circuits,
                this.address.getAddress());
        this.engine = new TunnelEngine(
                settings,
                identity,
                LayerCiphers.named("jdk").create(),
                network.random(),
                network.nowNanos(),
                this,
                this);
        network.join(this);
        engine.start(network.nowNanos());
    }

    /** A bootstrap server. */
    public static EngineNode bootstrap(VirtualNetwork network, String address) {
        return new EngineNode(network, address, 0, true, null, List.of());
    }

    /** A relay, exit or whatever the flags say. */
    public static EngineNode server(VirtualNetwork network, String address, int flags, EngineNode bootstrap) {
        return new EngineNode(network, address, flags, false, null, List.of(bootstrap.address));
    }

    /** A client that keeps circuits. */
    public static EngineNode client(
            VirtualNetwork network, String address, CircuitSettings circuits, EngineNode bootstrap) {
        return new EngineNode(network, address, 0, false, circuits, List.of(bootstrap.address));
    }

    /** Says who takes what this node's engine measures from now on. */
    void measuredBy(Timings taker) {
        timings = taker;
    }

    @Override
    public Timings timings() {
        return timings;
    }

    /** An endpoint from text such as {@code 203.0.113.1:7000}. */
    public static InetSocketAddress at(String text) {
        int colon = text.lastIndexOf(':');
        Address parsed = Address.parse(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
        return ((IpAddress) parsed).endpoint();
    }

    /** What this node's resolver answers for a name; others have no address. */
    public void name(String host, InetAddress... addresses) {
        names.put(host, List.of(addresses));
    }

    /** The names that were looked up here. */
    public Set<String> asked() {
        return asked;
    }

    /** Opens a flow that collects what comes back. */
    public FlowTable.Flow flow(List<Received> collected) {
        return flow(collected, null);
    }

    /** Opens a flow of an isolation key that collects what comes back. */
    public FlowTable.Flow flow(List<Received> collected, @Nullable String isolationKey) {
        engine.advance(network.nowNanos());
        return engine.openFlow(
                (origin, buffer, offset, length) ->
                        collected.add(new Received(origin, ByteString.of(buffer, offset, length))),
                isolationKey);
    }

    /** Sends a payload over a flow. */
    public boolean send(FlowTable.Flow flow, Address target, byte[] payload) {
        engine.advance(network.nowNanos());
        byte[] buffer = new byte[Headroom.FRONT_BYTES + payload.length + Headroom.BACK_BYTES];
        System.arraycopy(payload, 0, buffer, Headroom.FRONT_BYTES, payload.length);
        return flow.send(target, buffer, Headroom.FRONT_BYTES, payload.length);
    }

    /** Leaves with destroys. */
    public void stop() {
        engine.stop(network.nowNanos());
        network.leave(this);
    }

    /** Leaves without a word. */
    public void die() {
        network.leave(this);
    }

    public TunnelEngine engine() {
        return engine;
    }

    public IdentityKey identity() {
        return identity;
    }

    /** The node's own circuits. */
    public CircuitPool circuits() {
        CircuitPool pool = engine.circuits();
        if (pool == null) {
            throw new AssertionError("this node keeps no circuits");
        }
        return pool;
    }

    public List<Circuit> becameReady() {
        return becameReady;
    }

    public List<CloseReason> closed() {
        return closed;
    }

    /** Why flows have left circuits, once for each circuit. */
    public List<CloseReason> moved() {
        return moved;
    }

    /** What was told of the quota, in order. */
    public List<String> lending() {
        return lending;
    }

    public long drops(DropReason reason) {
        return engine.counters().drops(reason);
    }

    @Override
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public long nextDeadlineNanos() {
        return engine.nextDeadlineNanos();
    }

    @Override
    public void onDeadline(long nowNanos) {
        engine.onDeadline(nowNanos);
    }

    @Override
    public void onDatagram(long nowNanos, InetSocketAddress from, byte[] buffer, int offset, int length) {
        engine.onDatagram(nowNanos, from, buffer, offset, length);
    }

    @Override
    public void send(InetSocketAddress to, byte[] buffer, int offset, int length) {
        sink.send(to, buffer, offset, length);
    }

    @Override
    public void open(long socket, boolean ipv6) {
        OutsideSocket opened =
                new OutsideSocket(socket, new InetSocketAddress(address.getAddress(), nextOutsidePort++));
        outside.put(socket, opened);
        network.join(opened);
        engine.onSocketOpened(network.nowNanos(), socket, opened.local);
    }

    @Override
    public void send(long socket, InetSocketAddress to, byte[] buffer, int offset, int length) {
        OutsideSocket from = outside.get(socket);
        if (from == null) {
            throw new AssertionError("outside socket " + socket + " is not open");
        }
        network.send(from.local, to, Arrays.copyOfRange(buffer, offset, offset + length));
    }

    @Override
    public void close(long socket) {
        OutsideSocket closedSocket = outside.remove(socket);
        if (closedSocket != null) {
            network.leave(closedSocket);
        }
    }

    /** The addresses of the outside sockets that are open. */
    public Set<InetSocketAddress> outsideAddresses() {
        Set<InetSocketAddress> addresses = new HashSet<>();
        outside.values().forEach(socket -> addresses.add(socket.local));
        return addresses;
    }

    @Override
    public InetAddress connectionSource(boolean ipv6) {
        return address.getAddress();
    }

    @Override
    public void connect(long connection, InetSocketAddress to, byte[] request) {
        connections.put(connection, new Connection(to, ByteString.of(request)));
    }

    @Override
    public void disconnect(long connection) {
        connections.remove(connection);
    }

    /** The connections that the exit keeps to HTTP servers, by number, oldest first. */
    public Map<Long, Connection> connections() {
        return connections;
    }

    @Override
    public void resolve(String host) {
        asked.add(host);
        engine.onResolved(network.nowNanos(), host, names.getOrDefault(host, List.of()));
    }

    @Override
    public void resolveBootstrap(String host) {
        asked.add(host);
        engine.onBootstrapResolved(network.nowNanos(), host, names.getOrDefault(host, List.of()));
    }

    @Override
    public void onFlowsMoved(Circuit from, int flows, CloseReason reason) {
        moved.add(reason);
    }

    @Override
    public void onCircuitReady(Circuit circuit) {
        becameReady.add(circuit);
    }

    @Override
    public void onCircuitClosed(Circuit circuit, CloseReason reason) {
        closed.add(reason);
    }

    @Override
    public void onQuotaUsedUp() {
        lending.add("used up");
    }

    @Override
    public void onQuotaRenewed() {
        lending.add("renewed");
    }
}

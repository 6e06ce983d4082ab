package org.tunnel8.fuzz;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.tunnel8.circuit.Circuit;
import org.tunnel8.circuit.CircuitSettings;
import org.tunnel8.circuit.CloseReason;
import org.tunnel8.circuit.FlowTable;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.LayerCiphers;
import org.tunnel8.engine.Effects;
import org.tunnel8.engine.EngineListener;
import org.tunnel8.engine.EngineSettings;
import org.tunnel8.engine.TunnelEngine;
import org.tunnel8.relay.RelaySettings;
import org.tunnel8.stream.HttpFailure;
import org.tunnel8.stream.HttpListener;
import org.tunnel8.time.DatagramSink;
import org.tunnel8.time.Deadlines;
import org.tunnel8.virtual.VirtualNetwork;
import org.tunnel8.virtual.VirtualNode;
import org.tunnel8.walk.DiscoverySettings;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.Headroom;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.walk.PeerFlags;

/** A whole engine under attack. Its edge is as bad as real ones: sockets open late or not at all, names take seconds. */
final class AttackedNode implements VirtualNode, Effects, EngineListener {
    private static final int FIRST_OUTSIDE_PORT = 20_000;
    private static final int OUTSIDE_PORTS = 40_000;
    private static final long MILLISECOND = 1_000_000;
    private static final long HTTP_NANOS = 30_000 * MILLISECOND;

    private final VirtualNetwork network;
    private final InetSocketAddress address;
    private final RandomGenerator random;
    private final Deadlines edge;
    private final DatagramSink sink;
    private final IdentityKey identity;
    private final TunnelEngine engine;
    private final Map<Long, OutsideSocket> sockets = new HashMap<>();
    private final List<Circuit> ready = new ArrayList<>();
    private final List<CloseReason> closed = new ArrayList<>();
    private FlowTable.@Nullable Flow flow;
    private int outsidePorts;
    private int httpEnded;

    /** What a node is to be. */
    record Roles(
            int flags,
            boolean member,
            boolean bootstrapServer,
            @Nullable CircuitSettings circuits) {}

    /** An outside socket, on a port of the node's own address. */
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

    /** Takes any reply, or none. */
    private final class Answer implements HttpListener {
        @Override
        public boolean onReply(ByteString reply) {
            httpEnded++;
            return random.nextBoolean();
        }

        @Override
        public void onFailed(HttpFailure failure) {
            httpEnded++;
        }
    }

    AttackedNode(VirtualNetwork network, String address, Roles roles, List<InetSocketAddress> bootstrap) {
        this.network = network;
        this.address = at(address);
        this.random = network.random();
        this.edge = network.newDeadlines();
        this.sink = network.sinkOf(this.address);
        this.identity = IdentityKey.generate(random);
        PeerFlags flags = new PeerFlags(roles.flags);
        EngineSettings settings = new EngineSettings(
                CommunityId.TRIBLER,
                DiscoverySettings.builder(CommunityId.TRIBLER, this.address)
                        .member(roles.member)
                        .bootstrapServer(roles.bootstrapServer)
                        .flags(flags)
                        .bootstrap(bootstrap.stream().map(IpAddress::new).toList())
                        .build(),
                RelaySettings.of(flags),
                List.of(),
                roles.circuits,
                this.address.getAddress());
        this.engine = new TunnelEngine(
                settings, identity, LayerCiphers.named("jdk").create(), random, network.nowNanos(), this, this);
        network.join(this);
        engine.start(network.nowNanos());
    }

    static InetSocketAddress at(String text) {
        int colon = text.lastIndexOf(':');
        Address parsed = Address.parse(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
        return ((IpAddress) parsed).endpoint();
    }

    TunnelEngine engine() {
        return engine;
    }

    Target target() {
        return new Target(address, identity.publicKey());
    }

    /** Sends a datagram and an HTTP request through the node's circuits, if it has any. */
    void use(InetSocketAddress target) {
        engine.advance(network.nowNanos());
        if (flow == null) {
            flow = engine.openFlow((origin, buffer, offset, length) -> {}, null);
        }
        byte[] buffer = new byte[Headroom.FRONT_BYTES + 100 + Headroom.BACK_BYTES];
        flow.send(new IpAddress(target), buffer, Headroom.FRONT_BYTES, 100);
        engine.exchanges().start(new IpAddress(target), ByteString.of(new byte[100]), HTTP_NANOS, null, new Answer());
    }

    /** Circuits of its own that became ready, oldest first. */
    List<Circuit> ready() {
        return ready;
    }

    /** Replies to its HTTP requests, and failures. */
    int httpEnded() {
        return httpEnded;
    }

    /** How its own circuits ended. */
    List<CloseReason> closed() {
        return closed;
    }

    /** Addresses of the outside sockets that are open. */
    List<InetSocketAddress> outsideAddresses() {
        return sockets.values().stream().map(socket -> socket.local).toList();
    }

    /** The number of the outside socket at an address; null if there is none. */
    @Nullable
    Long outsideSocket(InetSocketAddress local) {
        for (OutsideSocket socket : sockets.values()) {
            if (socket.local.equals(local)) {
                return socket.number;
            }
        }
        return null;
    }

    @Override
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public long nextDeadlineNanos() {
        return Math.min(engine.nextDeadlineNanos(), edge.nextNanos());
    }

    @Override
    public void onDeadline(long nowNanos) {
        edge.advance(nowNanos);
        edge.runDue();
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
        later(random.nextLong(50 * MILLISECOND), () -> opened(socket, ipv6));
    }

    private void opened(long number, boolean ipv6) {
        InetAddress ip =
                ipv6 ? at("2001:db8::" + address.getHostString() + ":0").getAddress() : address.getAddress();
        if (ipv6 && random.nextInt(4) == 0) {
            engine.onSocketFailed(network.nowNanos(), number);
            return;
        }
        int port = FIRST_OUTSIDE_PORT + outsidePorts++ % OUTSIDE_PORTS;
        OutsideSocket socket = new OutsideSocket(number, new InetSocketAddress(ip, port));
        sockets.put(number, socket);
        network.join(socket);
        engine.onSocketOpened(network.nowNanos(), number, socket.local);
    }

    @Override
    public void send(long socket, InetSocketAddress to, byte[] buffer, int offset, int length) {
        OutsideSocket from = sockets.get(socket);
        if (from == null) {
            throw new AssertionError("outside socket " + socket + " is not open");
        }
        network.send(from.local, to, Arrays.copyOfRange(buffer, offset, offset + length));
    }

    @Override
    public void close(long socket) {
        OutsideSocket gone = sockets.remove(socket);
        if (gone != null) {
            network.leave(gone);
        }
    }

    @Override
    public void resolve(String host) {
        List<InetAddress> addresses = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            addresses.add(at(random.nextInt(1, 224) + ".1.2." + i + ":0").getAddress());
        }
        later(random.nextLong(8_000 * MILLISECOND), () -> engine.onResolved(network.nowNanos(), host, addresses));
    }

    @Override
    public InetAddress connectionSource(boolean ipv6) {
        return address.getAddress();
    }

    @Override
    public void connect(long connection, InetSocketAddress to, byte[] request) {
        // Some servers never answer.
        if (random.nextInt(4) > 0) {
            byte[] reply = HttpReplies.some(random);
            later(random.nextLong(2_000 * MILLISECOND), () -> reply(connection, reply, 0));
        }
    }

    /** A piece of a reply, and the next a little later; the engine may have given up the connection long since. */
    private void reply(long connection, byte[] reply, int from) {
        if (from >= reply.length) {
            engine.onConnectionEnded(network.nowNanos(), connection);
            return;
        }
        int length = Math.min(1 + random.nextInt(4_096), reply.length - from);
        engine.onReplyBytes(network.nowNanos(), connection, reply, from, length);
        later(random.nextLong(100 * MILLISECOND), () -> reply(connection, reply, from + length));
    }

    @Override
    public void disconnect(long connection) {
        // What was on its way still comes.
    }

    @Override
    public void resolveBootstrap(String host) {
        throw new AssertionError("no bootstrap server has a name here");
    }

    private void later(long delayNanos, Runnable action) {
        edge.advance(network.nowNanos());
        edge.after(delayNanos, action);
    }

    @Override
    public void onCircuitReady(Circuit circuit) {
        ready.add(circuit);
    }

    @Override
    public void onCircuitClosed(Circuit circuit, CloseReason reason) {
        closed.add(reason);
    }
}

package org.tunnel8.simulation;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.tunnel8.engine.Effects;

/** What a simulated node's engine acts through: its port, outside sockets on its host, and the network's table of names. */
final class OutsideOfNode implements Effects {
    private static final Duration LOOK_UP = Duration.ofMillis(20);

    private final SimulatedNode node;
    private final SimulatedNetwork network;
    private final OutsideConnections connections;
    private final Map<Long, SimulatedPort> sockets = new LinkedHashMap<>();
    private final Set<String> asked = new LinkedHashSet<>();

    OutsideOfNode(SimulatedNode node, OutsideConnections connections) {
        this.node = node;
        this.network = node.host().network();
        this.connections = connections;
    }

    private final class OutsideSocket implements Participant {
        private final long number;

        OutsideSocket(long number) {
            this.number = number;
        }

        @Override
        public void onDatagram(long nowNanos, InetSocketAddress from, byte[] buffer, int offset, int length) {
            node.engine().onOutsideDatagram(nowNanos, number, from, buffer, offset, length);
            node.deadlineChanged();
        }
    }

    @Override
    public void send(InetSocketAddress to, byte[] buffer, int offset, int length) {
        node.send(to, buffer, offset, length);
    }

    @Override
    public void open(long socket, boolean ipv6) {
        SimulatedPort opened = node.host().open(0, new OutsideSocket(socket));
        sockets.put(socket, opened);
        node.engine().onSocketOpened(network.nowNanos(), socket, opened.address());
    }

    @Override
    public void send(long socket, InetSocketAddress to, byte[] buffer, int offset, int length) {
        SimulatedPort from = sockets.get(socket);
        if (from == null) {
            throw new AssertionError("outside socket " + socket + " is not open");
        }
        from.send(to, buffer, offset, length);
    }

    @Override
    public void close(long socket) {
        SimulatedPort open = sockets.remove(socket);
        if (open != null) {
            open.close();
        }
    }

    void close() {
        sockets.values().forEach(SimulatedPort::close);
        sockets.clear();
    }

    Set<InetSocketAddress> addresses() {
        Set<InetSocketAddress> addresses = new LinkedHashSet<>();
        sockets.values().forEach(socket -> addresses.add(socket.address()));
        return addresses;
    }

    Set<String> asked() {
        return asked;
    }

    @Override
    public InetAddress connectionSource(boolean ipv6) {
        return node.host().address();
    }

    @Override
    public void connect(long connection, InetSocketAddress to, byte[] request) {
        connections.connect(node, connection, to, request);
    }

    @Override
    public void disconnect(long connection) {
        connections.disconnect(node, connection);
    }

    @Override
    public void resolve(String host) {
        asked.add(host);
        later(() -> node.engine().onResolved(network.nowNanos(), host, network.addressesOf(host)));
    }

    @Override
    public void resolveBootstrap(String host) {
        asked.add(host);
        later(() -> node.engine().onBootstrapResolved(network.nowNanos(), host, network.addressesOf(host)));
    }

    private void later(Runnable answer) {
        network.after(LOOK_UP, () -> {
            if (node.isRunning()) {
                answer.run();
            }
        });
    }
}

package org.tunnel8.driver;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.tunnel8.policy.SourceAddress;
import org.tunnel8.transport.DatagramListener;
import org.tunnel8.transport.LimitedLog;
import org.tunnel8.transport.PortRange;
import org.tunnel8.transport.TransportCounters;
import org.tunnel8.transport.udp.TransportLoop;
import org.tunnel8.transport.udp.UdpSettings;
import org.tunnel8.transport.udp.UdpTransport;

/** The real sockets behind an exit's numbered outside sockets. Loop thread only. */
final class OutsideSockets implements AutoCloseable {
    /** Own addresses remembered, the oldest forgotten first, so that an operator can tell what the outside has seen. */
    private static final int MAX_REMEMBERED = 4_096;
    /** One circuit's traffic, not a node's: many of these may be open. */
    private static final int SOCKET_BUFFER_BYTES = 1 << 20;

    private static final LimitedLog limited = new LimitedLog(OutsideSockets.class, System::nanoTime);

    private final TransportLoop loop;
    private final InetAddress bindAddress;
    private final Events events;
    private final Map<Long, @Nullable UdpTransport> sockets = new HashMap<>();
    private final Set<InetSocketAddress> addresses = Collections.synchronizedSet(new LinkedHashSet<>());
    private TransportCounters closedCounters = TransportCounters.none();
    private boolean closed;

    /** What is told of the sockets, on the loop. */
    interface Events {
        void opened(long number, InetSocketAddress local);

        void failed(long number);

        void received(long number, InetSocketAddress from, byte[] buffer, int offset, int length);
    }

    OutsideSockets(TransportLoop loop, InetAddress bindAddress, Events events) {
        this.loop = loop;
        this.bindAddress = bindAddress;
        this.events = events;
    }

    /** Opens a socket and closes it again: fails with what the system says where none can be opened. */
    CompletableFuture<Void> tryOne() {
        UdpSettings settings = UdpSettings.of(bindAddress, PortRange.any());
        return UdpTransport.bind(loop, settings, (from, buffer, offset, length) -> {})
                .thenAccept(UdpTransport::close);
    }

    void open(long number, boolean ipv6) {
        sockets.put(number, null);
        InetAddress local = SourceAddress.ofFamily(bindAddress, ipv6);
        UdpSettings settings =
                UdpSettings.of(local, PortRange.any()).withSocketBuffers(SOCKET_BUFFER_BYTES, SOCKET_BUFFER_BYTES);
        DatagramListener listener =
                (from, buffer, offset, length) -> events.received(number, from, buffer, offset, length);
        var unused = UdpTransport.bind(loop, settings, listener)
                .whenComplete((socket, failure) -> onLoop(() -> bound(number, socket, failure)));
    }

    private void onLoop(Runnable task) {
        if (loop.inLoop()) {
            task.run();
        } else {
            loop.execute(task);
        }
    }

    private void bound(long number, @Nullable UdpTransport socket, @Nullable Throwable failure) {
        if (socket == null) {
            limited.debug("an outside socket could not be opened", failure);
            if (sockets.containsKey(number)) {
                sockets.remove(number);
                events.failed(number);
            }
        } else if (closed || !sockets.containsKey(number)) {
            socket.close();
        } else {
            sockets.put(number, socket);
            remember(socket.localAddress());
            events.opened(number, socket.localAddress());
        }
    }

    private void remember(InetSocketAddress address) {
        synchronized (addresses) {
            addresses.remove(address);
            if (addresses.size() >= MAX_REMEMBERED) {
                addresses.remove(addresses.iterator().next());
            }
            addresses.add(address);
        }
    }

    void send(long number, InetSocketAddress to, byte[] buffer, int offset, int length) {
        UdpTransport socket = sockets.get(number);
        if (socket != null) {
            socket.send(to, buffer, offset, length);
        }
    }

    void close(long number) {
        UdpTransport socket = sockets.remove(number);
        if (socket != null) {
            socket.close(); // counts what it still held
            closedCounters = closedCounters.plus(socket.counters());
        }
    }

    /** The addresses that outside sockets have or had, oldest first. Thread-safe. */
    Set<InetSocketAddress> addresses() {
        synchronized (addresses) {
            return new LinkedHashSet<>(addresses);
        }
    }

    /** What all outside sockets have counted, those closed included. */
    TransportCounters counters() {
        TransportCounters sum = closedCounters;
        for (UdpTransport socket : sockets.values()) {
            sum = socket == null ? sum : sum.plus(socket.counters());
        }
        return sum;
    }

    @Override
    public void close() {
        closed = true;
        for (long number : List.copyOf(sockets.keySet())) {
            close(number);
        }
    }
}

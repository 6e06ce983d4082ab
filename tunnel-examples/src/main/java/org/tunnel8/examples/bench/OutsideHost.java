package org.tunnel8.examples.bench;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.tunnel8.transport.DatagramListener;
import org.tunnel8.transport.DatagramPort;
import org.tunnel8.transport.PortRange;
import org.tunnel8.transport.udp.TransportLoop;
import org.tunnel8.transport.udp.UdpSettings;
import org.tunnel8.transport.udp.UdpTransport;

/**
 * A host outside the network, with a UDP socket of its own: what exits send to, and get answers from.
 *
 * <p>Thread-safe; it works on a thread of its own.
 */
final class OutsideHost implements AutoCloseable, DatagramListener {
    /** How many datagrams are sent before others on the thread get their turn. */
    private static final int BURST = 64;

    /** How long to wait for the window to open. */
    private static final long PAUSE_NANOS = 50_000;

    private final TransportLoop loop = TransportLoop.open("bench-outside");
    private final UdpTransport port;
    private final CompletableFuture<InetSocketAddress> firstSender = new CompletableFuture<>();
    private volatile @Nullable NumberedFlow inbound;
    private volatile @Nullable Outbound outbound;

    private record Outbound(NumberedFlow flow, InetSocketAddress to, int payloadBytes) {}

    private final byte[] datagram = new byte[DatagramPort.MAX_SENT_BYTES];

    private OutsideHost(InetAddress address) {
        port = UdpTransport.bind(loop, UdpSettings.of(address, PortRange.any()), this)
                .join();
    }

    static OutsideHost open(InetAddress address) {
        return new OutsideHost(address);
    }

    InetSocketAddress address() {
        return port.localAddress();
    }

    /** Tells which exit's socket the first datagram came from. */
    CompletableFuture<InetSocketAddress> firstSender() {
        return firstSender.copy();
    }

    /** Counts what arrives for this flow from now on. */
    void receive(NumberedFlow flow) {
        inbound = flow;
    }

    /** Sends datagrams of this flow, as fast as its window lets it, until {@link #stopSending}. */
    void send(NumberedFlow flow, InetSocketAddress to, int payloadBytes) {
        outbound = new Outbound(flow, to, payloadBytes);
        loop.execute(this::pump);
    }

    void stopSending() {
        outbound = null;
    }

    private void pump() {
        Outbound current = outbound;
        if (current == null) {
            return;
        }
        int burst = 0;
        while (burst < BURST && port.isWritable() && current.flow().hasRoom(System.nanoTime())) {
            current.flow().stamp(datagram, 0);
            port.send(current.to(), datagram, 0, current.payloadBytes());
            burst++;
        }
        if (burst == BURST) {
            loop.execute(this::pump);
        } else {
            loop.schedule(this::pump, PAUSE_NANOS);
        }
    }

    @Override
    public void onDatagram(InetSocketAddress from, byte[] buffer, int offset, int length) {
        firstSender.complete(from);
        NumberedFlow flow = inbound;
        if (flow != null) {
            flow.onArrival(buffer, offset, length);
        }
    }

    @Override
    public void close() {
        stopSending();
        port.close();
        loop.close();
    }
}

package org.tunnel8;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.tunnel8.metrics.Counters;
import org.tunnel8.stream.StreamMemory;
import org.tunnel8.stream.UtpAcceptor;
import org.tunnel8.stream.UtpEnd;
import org.tunnel8.stream.UtpEndpoint;
import org.tunnel8.stream.UtpListener;
import org.tunnel8.stream.UtpOutput;
import org.tunnel8.stream.UtpSettings;
import org.tunnel8.stream.UtpStream;
import org.tunnel8.time.Deadlines;
import org.tunnel8.transport.Cancellable;
import org.tunnel8.transport.DatagramListener;
import org.tunnel8.transport.PortRange;
import org.tunnel8.transport.TransportEvent;
import org.tunnel8.transport.udp.TransportLoop;
import org.tunnel8.transport.udp.UdpSettings;
import org.tunnel8.transport.udp.UdpTransport;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.IpAddress;

/** A peer that listens for uTP on a real port of the loopback interface, with a thread of its own. */
final class UtpPeer implements AutoCloseable, UtpOutput, DatagramListener {
    private final TransportLoop loop = TransportLoop.open("utp-peer");
    private final long startNanos = System.nanoTime();
    private final Deadlines deadlines = new Deadlines(0);
    private final UtpEndpoint endpoint;
    private final UdpTransport port;
    private @Nullable Cancellable timer;

    UtpPeer(UtpAcceptor acceptor) throws Exception {
        endpoint = new UtpEndpoint(
                this,
                UtpSettings.DEFAULTS.withStreams(4_096, 4_096),
                new StreamMemory(StreamMemory.DEFAULT_BYTES),
                deadlines,
                new SplittableRandom(7),
                new Counters());
        endpoint.accept(acceptor);
        port = UdpTransport.bind(loop, UdpSettings.of(InetAddress.getByName("127.0.0.1"), PortRange.any()), this)
                .get();
    }

    /** Sends back what it gets, and ends when the other side does. */
    static UtpPeer echoing() throws Exception {
        return new UtpPeer(origin -> new Echo());
    }

    /** Refuses everybody. */
    static UtpPeer refusing() throws Exception {
        return new UtpPeer(origin -> null);
    }

    static UtpPeer serving(Function<Address, UtpListener> listeners) throws Exception {
        return new UtpPeer(listeners::apply);
    }

    InetSocketAddress address() {
        return port.localAddress();
    }

    private static final class Echo implements UtpListener {
        private final byte[] piece = new byte[1 << 16];
        private int held;
        private boolean finished;

        @Override
        public void onReadable(UtpStream stream) {
            pump(stream);
        }

        @Override
        public void onWritable(UtpStream stream) {
            pump(stream);
        }

        @Override
        public void onRemoteFinished(UtpStream stream) {
            finished = true;
            pump(stream);
        }

        private void pump(UtpStream stream) {
            while (true) {
                if (held == 0) {
                    held = Math.max(0, stream.read(piece, 0, piece.length));
                    if (held == 0) {
                        break;
                    }
                }
                int taken = stream.write(piece, 0, held);
                if (taken <= 0) {
                    return;
                }
                System.arraycopy(piece, taken, piece, 0, held - taken);
                held -= taken;
                if (held > 0) {
                    return;
                }
            }
            if (finished) {
                stream.shutdownOutput();
            }
        }

        @Override
        public void onEnded(UtpStream stream, UtpEnd end) {}
    }

    private void tell() {
        deadlines.advance(System.nanoTime() - startNanos);
    }

    private void run() {
        tell();
        deadlines.runDue();
        rearm();
    }

    private void rearm() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        long next = deadlines.nextNanos();
        if (next < Long.MAX_VALUE) {
            timer = loop.schedule(this::run, Math.max(0, next - (System.nanoTime() - startNanos)));
        }
    }

    @Override
    public void onDatagram(InetSocketAddress from, byte[] buffer, int offset, int length) {
        tell();
        endpoint.onDatagram(new IpAddress(from), buffer, offset, length);
        rearm();
    }

    @Override
    public void onTransportEvent(TransportEvent event) {}

    @Override
    public int maxDatagramBytes(Address target) {
        return 1_400;
    }

    @Override
    public boolean hasRoom() {
        return port.isWritable();
    }

    @Override
    public void whenRoom(Runnable action) {
        var unused = loop.schedule(
                () -> {
                    tell();
                    action.run();
                    run();
                },
                1_000_000);
    }

    @Override
    public boolean send(Address target, byte[] buffer, int offset, int length) {
        port.send(((IpAddress) target).endpoint(), buffer, offset, length);
        return true;
    }

    @Override
    public void close() {
        loop.execute(() -> {
            tell();
            endpoint.close();
            port.close();
        });
        loop.close();
    }
}

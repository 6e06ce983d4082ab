package org.tunnel8.examples.torrent;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.tunnel8.metrics.Counters;
import org.tunnel8.stream.StreamMemory;
import org.tunnel8.stream.UtpEnd;
import org.tunnel8.stream.UtpEndpoint;
import org.tunnel8.stream.UtpListener;
import org.tunnel8.stream.UtpOutput;
import org.tunnel8.stream.UtpSettings;
import org.tunnel8.stream.UtpStatistics;
import org.tunnel8.stream.UtpStream;
import org.tunnel8.time.Deadlines;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.IpAddress;

/**
 * Our uTP on a plain UDP socket with TCP behind it, so that a torrent client that speaks TCP can meet one that speaks uTP: each
 * TCP connection to {@link #tcpAddress} becomes a stream to the peer, each stream to {@link #udpAddress} a TCP connection to it.
 */
final class UtpBridge implements AutoCloseable, UtpOutput {
    private static final int TCP_BUFFER_BYTES = 64 * 1024;
    private static final long LONGEST_WAIT_MILLIS = 50;

    private final Selector selector = Selector.open();
    private final DatagramChannel udp;
    private final ServerSocketChannel tcp;
    private final InetSocketAddress utpPeer;
    private final InetSocketAddress tcpPeer;
    private final int datagramBytes;
    private final long beganNanos = System.nanoTime();
    private final Deadlines deadlines = new Deadlines(0);
    private final UtpEndpoint endpoint;
    private final List<Pipe> pipes = new ArrayList<>();
    private final byte[] incoming = new byte[2_048];
    private final Thread thread;
    private volatile UtpStatistics last;
    private volatile Throwable failure;
    private volatile boolean closing;

    /** Where streams go for TCP connections, and where TCP connections go for streams; either may be null. */
    UtpBridge(InetAddress address, InetSocketAddress utpPeer, InetSocketAddress tcpPeer, int datagramBytes)
            throws IOException {
        this.utpPeer = utpPeer;
        this.tcpPeer = tcpPeer;
        this.datagramBytes = datagramBytes;
        udp = DatagramChannel.open().bind(new InetSocketAddress(address, 0));
        udp.setOption(java.net.StandardSocketOptions.SO_RCVBUF, 4 << 20);
        udp.configureBlocking(false).register(selector, SelectionKey.OP_READ);
        tcp = ServerSocketChannel.open().bind(new InetSocketAddress(address, 0));
        tcp.configureBlocking(false).register(selector, SelectionKey.OP_ACCEPT);
        endpoint = new UtpEndpoint(
                this,
                UtpSettings.DEFAULTS,
                new StreamMemory(StreamMemory.DEFAULT_BYTES),
                deadlines,
                new SplittableRandom(System.nanoTime()),
                new Counters());
        if (tcpPeer != null) {
            endpoint.accept(origin -> new Pipe());
        }
        thread = new Thread(this::run, "utp-bridge");
        thread.start();
    }

    InetSocketAddress tcpAddress() throws IOException {
        return (InetSocketAddress) tcp.getLocalAddress();
    }

    InetSocketAddress udpAddress() throws IOException {
        return (InetSocketAddress) udp.getLocalAddress();
    }

    /** Of the stream that was last at work; null before there was any. */
    UtpStatistics statistics() {
        return last;
    }

    Throwable failure() {
        return failure;
    }

    @Override
    public int maxDatagramBytes(Address target) {
        return datagramBytes;
    }

    @Override
    public boolean hasRoom() {
        return true;
    }

    @Override
    public void whenRoom(Runnable action) {
        throw new IllegalStateException("there is room");
    }

    @Override
    public boolean send(Address target, byte[] buffer, int offset, int length) {
        try {
            return udp.send(ByteBuffer.wrap(buffer, offset, length), ((IpAddress) target).endpoint()) == length;
        } catch (IOException e) {
            return false;
        }
    }

    private long nanos() {
        return System.nanoTime() - beganNanos;
    }

    private void run() {
        try {
            while (!closing) {
                long wait =
                        Math.min(LONGEST_WAIT_MILLIS, TimeUnit.NANOSECONDS.toMillis(deadlines.nextNanos() - nanos()));
                if (wait > 0) {
                    selector.select(wait);
                } else {
                    selector.selectNow();
                }
                deadlines.advance(nanos());
                for (SelectionKey key : selector.selectedKeys()) {
                    work(key);
                }
                selector.selectedKeys().clear();
                endpoint.flush();
                deadlines.runDue();
            }
        } catch (IOException | RuntimeException | AssertionError e) {
            if (!closing && !(e instanceof ClosedSelectorException)) {
                failure = e;
                e.printStackTrace();
            }
        }
    }

    private void work(SelectionKey key) throws IOException {
        if (key.channel() == udp) {
            receive();
        } else if (key.channel() == tcp) {
            Pipe pipe = new Pipe();
            pipe.attach(tcp.accept());
            pipe.stream = endpoint.connect(new IpAddress(utpPeer), pipe);
        } else if (key.attachment() instanceof Pipe pipe) {
            pipe.onReady(key);
        }
    }

    private void receive() throws IOException {
        for (int i = 0; i < 256; i++) {
            ByteBuffer buffer = ByteBuffer.wrap(incoming);
            InetSocketAddress from = (InetSocketAddress) udp.receive(buffer);
            if (from == null) {
                return;
            }
            endpoint.onDatagram(new IpAddress(from), incoming, 0, buffer.position());
        }
    }

    /** A TCP connection and a stream. */
    private final class Pipe implements UtpListener {
        private final ByteBuffer toUtp = ByteBuffer.allocate(TCP_BUFFER_BYTES).limit(0);
        private final ByteBuffer toTcp = ByteBuffer.allocate(TCP_BUFFER_BYTES).limit(0);
        private UtpStream stream;
        private SocketChannel channel;
        private SelectionKey key;

        void attach(SocketChannel to) throws IOException {
            pipes.add(this);
            channel = to;
            to.configureBlocking(false);
            key = to.register(selector, SelectionKey.OP_READ, this);
        }

        @Override
        public void onConnected(UtpStream connected) {
            stream = connected;
            if (channel == null) {
                try {
                    attach(SocketChannel.open(tcpPeer));
                } catch (IOException e) {
                    connected.reset();
                }
            }
        }

        @Override
        public void onReadable(UtpStream from) {
            pumpToTcp();
        }

        @Override
        public void onWritable(UtpStream to) {
            pumpToUtp();
        }

        @Override
        public void onRemoteFinished(UtpStream from) {
            from.shutdownOutput();
            pumpToTcp();
        }

        @Override
        public void onEnded(UtpStream ended, UtpEnd end) {
            close();
        }

        void onReady(SelectionKey ready) {
            if (ready.isValid() && ready.isWritable()) {
                pumpToTcp();
            }
            if (ready.isValid() && ready.isReadable()) {
                pumpToUtp();
            }
        }

        private void pumpToTcp() {
            try {
                last = stream.statistics();
                while (channel != null && channel.isOpen()) {
                    if (!toTcp.hasRemaining()) {
                        int count = stream.read(toTcp.array(), 0, toTcp.capacity());
                        toTcp.position(0).limit(Math.max(0, count));
                        if (count <= 0) {
                            key.interestOpsAnd(~SelectionKey.OP_WRITE);
                            return;
                        }
                    }
                    channel.write(toTcp);
                    if (toTcp.hasRemaining()) {
                        key.interestOpsOr(SelectionKey.OP_WRITE);
                        return;
                    }
                }
            } catch (IOException e) {
                stream.reset();
            }
        }

        private void pumpToUtp() {
            try {
                last = stream.statistics();
                while (channel != null && channel.isOpen()) {
                    if (!toUtp.hasRemaining()) {
                        toUtp.clear();
                        int count = channel.read(toUtp);
                        toUtp.flip();
                        if (count < 0) {
                            stream.shutdownOutput();
                            key.interestOpsAnd(~SelectionKey.OP_READ);
                            return;
                        }
                        if (count == 0) {
                            key.interestOpsOr(SelectionKey.OP_READ);
                            return;
                        }
                    }
                    int taken = stream.write(toUtp.array(), toUtp.position(), toUtp.remaining());
                    if (taken < 0) {
                        close();
                        return;
                    }
                    toUtp.position(toUtp.position() + taken);
                    if (toUtp.hasRemaining()) {
                        key.interestOpsAnd(~SelectionKey.OP_READ); // until there is room
                        return;
                    }
                }
            } catch (IOException e) {
                stream.reset();
            }
        }

        private void close() {
            try {
                if (channel != null) {
                    channel.close();
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Override
    public void close() throws IOException {
        closing = true;
        selector.wakeup();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (Pipe pipe : pipes) {
            pipe.close();
        }
        udp.close();
        tcp.close();
        selector.close();
    }
}

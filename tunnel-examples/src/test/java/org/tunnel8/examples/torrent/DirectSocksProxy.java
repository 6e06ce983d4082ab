package org.tunnel8.examples.torrent;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A SOCKS5 proxy that does UDP ASSOCIATE to IPv4 targets and nothing else, straight to the target from an address of its own. */
final class DirectSocksProxy implements AutoCloseable {
    private static final int HEADER_BYTES = 10;
    private static final int MAX_DATAGRAM_BYTES = 65_507;

    private final ServerSocket server;
    private final InetAddress outsideAddress;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger largestSentBytes = new AtomicInteger();
    private final AtomicInteger largestReceivedBytes = new AtomicInteger();
    private final AtomicInteger associations = new AtomicInteger();

    DirectSocksProxy(InetAddress address, InetAddress outsideAddress) throws IOException {
        this.server = new ServerSocket(0, 50, address);
        this.outsideAddress = outsideAddress;
        threads.execute(this::acceptAll);
    }

    InetSocketAddress address() {
        return (InetSocketAddress) server.getLocalSocketAddress();
    }

    /** Counts payload, without the SOCKS header. */
    int largestSentBytes() {
        return largestSentBytes.get();
    }

    int largestReceivedBytes() {
        return largestReceivedBytes.get();
    }

    int associations() {
        return associations.get();
    }

    private void acceptAll() {
        try {
            while (true) {
                Socket control = server.accept();
                threads.execute(() -> associate(control));
            }
        } catch (IOException e) {
            // Closed: the test is over.
        }
    }

    private void associate(Socket control) {
        try (control;
                DatagramSocket inside = new DatagramSocket(0, server.getInetAddress());
                DatagramSocket outside = new DatagramSocket(0, outsideAddress)) {
            inside.setReceiveBufferSize(4 << 20);
            outside.setReceiveBufferSize(4 << 20);
            DataInputStream in = new DataInputStream(control.getInputStream());
            OutputStream out = control.getOutputStream();
            in.readByte();
            in.skipNBytes(in.readUnsignedByte());
            out.write(new byte[] {5, 0});
            byte[] request = in.readNBytes(HEADER_BYTES);
            boolean udp = request[1] == 3;
            byte[] reply = ByteBuffer.allocate(HEADER_BYTES)
                    .put((byte) 5)
                    .put((byte) (udp ? 0 : 7))
                    .put((byte) 0)
                    .put((byte) 1)
                    .put(inside.getLocalAddress().getAddress())
                    .putShort((short) inside.getLocalPort())
                    .array();
            out.write(reply);
            if (udp) {
                associations.incrementAndGet();
                threads.execute(() -> forward(inside, outside));
                // The association lasts as long as its TCP connection.
                in.read();
            }
        } catch (IOException e) {
            // The client went away.
        }
    }

    private void forward(DatagramSocket inside, DatagramSocket outside) {
        try {
            byte[] buffer = new byte[MAX_DATAGRAM_BYTES];
            DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
            boolean started = false;
            while (true) {
                packet.setData(buffer);
                inside.receive(packet);
                if (!started) {
                    started = true;
                    InetSocketAddress client = (InetSocketAddress) packet.getSocketAddress();
                    threads.execute(() -> backward(inside, outside, client));
                }
                ByteBuffer header = ByteBuffer.wrap(buffer, 0, HEADER_BYTES);
                byte[] target = new byte[4];
                header.position(4).get(target);
                int port = Short.toUnsignedInt(header.getShort());
                int length = packet.getLength() - HEADER_BYTES;
                largestSentBytes.accumulateAndGet(length, Math::max);
                outside.send(new DatagramPacket(buffer, HEADER_BYTES, length, InetAddress.getByAddress(target), port));
            }
        } catch (SocketException e) {
            // Closed with its association.
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void backward(DatagramSocket inside, DatagramSocket outside, InetSocketAddress client) {
        try {
            byte[] buffer = new byte[MAX_DATAGRAM_BYTES];
            DatagramPacket packet = new DatagramPacket(buffer, HEADER_BYTES, buffer.length - HEADER_BYTES);
            while (true) {
                packet.setData(buffer, HEADER_BYTES, buffer.length - HEADER_BYTES);
                outside.receive(packet);
                largestReceivedBytes.accumulateAndGet(packet.getLength(), Math::max);
                ByteBuffer.wrap(buffer)
                        .put(new byte[] {0, 0, 0, 1})
                        .put(packet.getAddress().getAddress())
                        .putShort((short) packet.getPort());
                inside.send(new DatagramPacket(buffer, 0, packet.getLength() + HEADER_BYTES, client));
            }
        } catch (SocketException e) {
            // Closed with its association.
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        threads.shutdownNow();
        try {
            threads.awaitTermination(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

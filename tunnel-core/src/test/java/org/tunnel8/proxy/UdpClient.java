package org.tunnel8.proxy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.HexFormat;

/** The UDP side of a client. */
final class UdpClient implements AutoCloseable {
    private final DatagramSocket socket;

    UdpClient(InetAddress local) throws IOException {
        this(new InetSocketAddress(local, 0));
    }

    UdpClient(InetSocketAddress local) throws IOException {
        socket = new DatagramSocket(local);
        socket.setSoTimeout(SocksClient.PATIENCE_MILLIS);
    }

    UdpClient() throws IOException {
        this(InetAddress.getByName("127.0.0.1"));
    }

    int port() {
        return socket.getLocalPort();
    }

    UdpClient send(InetSocketAddress to, String headerHex, byte[] payload) throws IOException {
        ByteArrayOutputStream datagram = new ByteArrayOutputStream();
        datagram.write(SocksClient.bytes(headerHex));
        datagram.write(payload);
        socket.send(new DatagramPacket(datagram.toByteArray(), datagram.size(), to));
        return this;
    }

    /** Waits for one datagram and gives it as hexadecimal text. */
    String receive() throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
        socket.receive(packet);
        return HexFormat.of().formatHex(Arrays.copyOf(packet.getData(), packet.getLength()));
    }

    @Override
    public void close() {
        socket.close();
    }
}

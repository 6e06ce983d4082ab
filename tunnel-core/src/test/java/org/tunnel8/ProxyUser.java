package org.tunnel8;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A program behind a SOCKS5 proxy, byte by byte. */
final class ProxyUser implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 20_000;
    private static final int ASSOCIATE = 3;
    private static final int CONNECT = 1;
    private static final int IPV4_HEADER_BYTES = 10;

    private final Socket control = new Socket();
    private final DataInputStream in;
    private final DatagramSocket datagrams = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"));

    ProxyUser(InetSocketAddress proxy) throws IOException {
        control.setSoTimeout(PATIENCE_MILLIS);
        datagrams.setSoTimeout(PATIENCE_MILLIS);
        control.connect(proxy, PATIENCE_MILLIS);
        control.getOutputStream().write(new byte[] {5, 1, 0});
        in = new DataInputStream(control.getInputStream());
        assertThat(in.readNBytes(2)).containsExactly(5, 0);
    }

    private static byte[] address(InetSocketAddress target) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        if (target.isUnresolved()) {
            byte[] name = target.getHostString().getBytes(StandardCharsets.US_ASCII);
            bytes.write(3);
            bytes.write(name.length);
            bytes.writeBytes(name);
        } else {
            bytes.write(1);
            bytes.writeBytes(target.getAddress().getAddress());
        }
        bytes.write(target.getPort() >> 8);
        bytes.write(target.getPort());
        return bytes.toByteArray();
    }

    private void ask(int command, InetSocketAddress target) throws IOException {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(new byte[] {5, (byte) command, 0});
        request.writeBytes(address(target));
        control.getOutputStream().write(request.toByteArray());
    }

    /** The reply's code, which comes with an IPv4 address. */
    private int reply() throws IOException {
        byte[] reply = in.readNBytes(4);
        assertThat(reply[3]).isEqualTo((byte) 1);
        return reply[1];
    }

    /** Asks for an association; the answer is where datagrams go. */
    InetSocketAddress associate() throws IOException {
        ask(ASSOCIATE, new InetSocketAddress("0.0.0.0", 0));
        assertThat(reply()).isZero();
        return new InetSocketAddress(InetAddress.getByAddress(in.readNBytes(4)), in.readUnsignedShort());
    }

    void send(InetSocketAddress through, InetSocketAddress target, byte[] payload) throws IOException {
        ByteArrayOutputStream datagram = new ByteArrayOutputStream();
        datagram.writeBytes(new byte[3]);
        datagram.writeBytes(address(target));
        datagram.writeBytes(payload);
        datagrams.send(new DatagramPacket(datagram.toByteArray(), datagram.size(), through));
    }

    /** The payload of the next datagram from an IPv4 address. */
    byte[] receive() throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[4_096], 4_096);
        datagrams.receive(packet);
        return Arrays.copyOfRange(packet.getData(), IPV4_HEADER_BYTES, packet.getLength());
    }

    /** Asks for a connection, without waiting for the answer. */
    void connect(InetSocketAddress target) throws IOException {
        ask(CONNECT, target);
    }

    /** The answer to that: 0 if there is one. */
    int connected() throws IOException {
        int code = reply();
        in.readNBytes(6);
        return code;
    }

    void write(byte[] bytes) throws IOException {
        control.getOutputStream().write(bytes);
    }

    byte[] read(int count) throws IOException {
        return in.readNBytes(count);
    }

    byte[] readAll() throws IOException {
        return in.readAllBytes();
    }

    @Override
    public void close() throws IOException {
        control.close();
        datagrams.close();
    }
}

package org.tunnel8.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** The TCP side of a client, byte by byte. */
final class SocksClient implements AutoCloseable {
    static final int PATIENCE_MILLIS = 10_000;

    /** "UDP ASSOCIATE, and I do not know yet where I send from." */
    static final String ASSOCIATE = "05030001 00000000 0000";

    private final Socket socket;
    private final DataInputStream in;

    SocksClient(InetSocketAddress server) throws IOException {
        this(server, null);
    }

    SocksClient(InetSocketAddress server, InetAddress from) throws IOException {
        socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
        if (from != null) {
            socket.bind(new InetSocketAddress(from, 0));
        }
        socket.connect(server, PATIENCE_MILLIS);
        in = new DataInputStream(socket.getInputStream());
    }

    SocksClient send(String hex) throws IOException {
        socket.getOutputStream().write(bytes(hex));
        return this;
    }

    /** One segment per byte: Nagle is off, and each write is a send of its own. */
    SocksClient sendByteByByte(String hex) throws IOException {
        for (byte single : bytes(hex)) {
            socket.getOutputStream().write(single);
        }
        return this;
    }

    SocksClient expect(String hex) throws IOException {
        byte[] expected = bytes(hex);
        byte[] received = in.readNBytes(expected.length);
        assertThat(HexFormat.of().formatHex(received)).isEqualTo(HexFormat.of().formatHex(expected));
        return this;
    }

    SocksClient greet() throws IOException {
        return send("050100").expect("0500");
    }

    SocksClient logIn(String user, String password) throws IOException {
        return send("050102").expect("0502").send(credentials(user, password));
    }

    static String credentials(String user, String password) {
        return "01" + prefixed(user) + prefixed(password);
    }

    /** Reads the reply to a granted request. */
    InetSocketAddress readBound() throws IOException {
        expect("050000");
        int type = in.readUnsignedByte();
        byte[] address = in.readNBytes(type == 1 ? 4 : 16);
        return new InetSocketAddress(InetAddress.getByAddress(address), in.readUnsignedShort());
    }

    InetSocketAddress associate() throws IOException {
        return send(ASSOCIATE).readBound();
    }

    /** The server closes; a reset is as good, since it follows when bytes of ours were left unread. */
    void expectEnd() throws IOException {
        try {
            assertThat(in.read()).isEqualTo(-1);
        } catch (SocketException e) {
            assertThat(e).hasMessageContaining("reset");
        }
    }

    /** The server has said its last word and closes properly. */
    void expectOrderlyEnd() throws IOException {
        assertThat(in.read()).isEqualTo(-1);
    }

    InetAddress localAddress() {
        return socket.getLocalAddress();
    }

    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    void finishSending() throws IOException {
        socket.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    private static String prefixed(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return String.format("%02x", bytes.length) + HexFormat.of().formatHex(bytes);
    }
}

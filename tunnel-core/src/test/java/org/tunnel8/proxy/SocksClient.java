package org.tunnel8.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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

    /** The answer to a CONNECT that was granted. */
    static final String GRANTED = "050000 01 00000000 0000";

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

    /** Asks for a stream to 192.0.2.1, port 6881. */
    SocksClient askForStream() throws IOException {
        return send("050100 01 c0000201 1ae1");
    }

    /** Asks for a name, port 80, and is granted it. */
    SocksClient connectTo(String name) throws IOException {
        return send("050100 03" + prefixed(name) + "0050").expect(GRANTED);
    }

    SocksClient write(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    SocksClient write(String ascii) throws IOException {
        return write(ascii.getBytes(StandardCharsets.US_ASCII));
    }

    byte[] read(int length) throws IOException {
        return in.readNBytes(length);
    }

    /** Bytes that have come and were not read. */
    int available() throws IOException {
        return in.available();
    }

    /** What comes until the other side ends. */
    byte[] readAll() throws IOException {
        return in.readAllBytes();
    }

    /** The other side breaks off. */
    void expectReset() {
        assertThatThrownBy(in::read).isInstanceOf(SocketException.class).hasMessageContaining("reset");
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

    /** Has the system keep no more than 128 KiB of what is sent and received. */
    void keepLittle() throws IOException {
        socket.setSendBufferSize(1 << 16);
        socket.setReceiveBufferSize(1 << 16);
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

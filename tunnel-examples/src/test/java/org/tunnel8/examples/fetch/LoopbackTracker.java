package org.tunnel8.examples.fetch;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** A tracker on loopback, by HTTP and by UDP, that names always the same peers and remembers what it was told. */
public final class LoopbackTracker implements AutoCloseable {
    private static final long CONNECTION_ID = 0x1122334455667788L;
    private static final int ADDRESS_BYTES = 6;

    private final BlockingQueue<String> httpQueries = new LinkedBlockingQueue<>();
    private final BlockingQueue<byte[]> udpAnnounces = new LinkedBlockingQueue<>();
    private final BlockingQueue<InetSocketAddress> askers = new LinkedBlockingQueue<>();
    private final AtomicInteger toIgnore = new AtomicInteger();
    private final HttpServer http;
    private final DatagramSocket udp;
    private final byte[] compactPeers;

    public LoopbackTracker(List<InetSocketAddress> peers) throws IOException {
        ByteBuffer compact = ByteBuffer.allocate(peers.size() * ADDRESS_BYTES);
        peers.forEach(peer -> compact.put(peer.getAddress().getAddress()).putShort((short) peer.getPort()));
        compactPeers = compact.array();
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.createContext("/announce", this::answer);
        http.createContext("/moved", exchange -> {
            exchange.getResponseHeaders()
                    .add("Location", "/announce?" + exchange.getRequestURI().getRawQuery());
            exchange.sendResponseHeaders(307, -1);
            exchange.close();
        });
        http.createContext("/refusing", exchange -> send(exchange, text("d14:failure reason12:not for you.e")));
        http.start();
        udp = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(this::serveUdp, "udp-tracker");
        thread.setDaemon(true);
        thread.start();
    }

    private void answer(HttpExchange exchange) throws IOException {
        httpQueries.add(exchange.getRequestURI().getRawQuery());
        askers.add(exchange.getRemoteAddress());
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(text("d8:intervali1800e5:peers" + compactPeers.length + ":"));
        body.writeBytes(compactPeers);
        body.writeBytes(text("e"));
        send(exchange, body.toByteArray());
    }

    private static void send(HttpExchange exchange, byte[] body) throws IOException {
        exchange.sendResponseHeaders(200, body.length);
        try (exchange) {
            exchange.getResponseBody().write(body);
        }
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private void serveUdp() {
        byte[] buffer = new byte[2_048];
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                udp.receive(packet);
                if (toIgnore.getAndUpdate(left -> Math.max(0, left - 1)) == 0) {
                    byte[] reply = reply(Arrays.copyOf(buffer, packet.getLength()));
                    askers.add((InetSocketAddress) packet.getSocketAddress());
                    udp.send(new DatagramPacket(reply, reply.length, packet.getSocketAddress()));
                }
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private byte[] reply(byte[] request) {
        ByteBuffer asked = ByteBuffer.wrap(request);
        int action = asked.getInt(8);
        int transaction = asked.getInt(12);
        if (action == 0) {
            return ByteBuffer.allocate(16)
                    .putInt(0)
                    .putInt(transaction)
                    .putLong(CONNECTION_ID)
                    .array();
        }
        if (asked.getLong(0) != CONNECTION_ID) {
            return ByteBuffer.allocate(20)
                    .putInt(3)
                    .putInt(transaction)
                    .put(text("wrong id\u001b[2J"))
                    .array();
        }
        udpAnnounces.add(request);
        return ByteBuffer.allocate(20 + compactPeers.length)
                .putInt(1)
                .putInt(transaction)
                .putInt(1_800)
                .putInt(0)
                .putInt(1)
                .put(compactPeers)
                .array();
    }

    /** Has the UDP side take no notice of so many datagrams, as if they were lost. */
    public void ignore(int datagrams) {
        toIgnore.set(datagrams);
    }

    /** By name, which an exit has to look up. */
    public String httpUrl(String path) {
        return "http://localhost:" + http.getAddress().getPort() + path;
    }

    /** By address. */
    public String udpUrl() {
        return "udp://127.0.0.1:" + udp.getLocalPort() + "/announce";
    }

    /** By name. */
    public String udpUrlByName() {
        return "udp://localhost:" + udp.getLocalPort() + "/announce";
    }

    /** What HTTP announces have said, in order. */
    public BlockingQueue<String> httpQueries() {
        return httpQueries;
    }

    /** UDP announces, in order. */
    public BlockingQueue<byte[]> udpAnnounces() {
        return udpAnnounces;
    }

    /** From where all of them came. */
    public BlockingQueue<InetSocketAddress> askers() {
        return askers;
    }

    @Override
    public void close() {
        http.stop(0);
        udp.close();
    }
}

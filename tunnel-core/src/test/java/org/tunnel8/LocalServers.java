package org.tunnel8;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Servers of every kind on this machine, which note who comes: UDP and TCP that echo, on one port, and HTTP. */
final class LocalServers implements AutoCloseable {
    static final String ANSWER = "d8:intervali1800e5:peers0:e";

    final BlockingQueue<InetSocketAddress> datagrams = new LinkedBlockingQueue<>();
    final BlockingQueue<Socket> connections = new LinkedBlockingQueue<>();
    final BlockingQueue<InetSocketAddress> requests = new LinkedBlockingQueue<>();

    private final ServerSocket tcp;
    private final DatagramSocket udp;
    private final HttpServer http;

    LocalServers() throws IOException {
        InetAddress here = InetAddress.getByName("127.0.0.1");
        ServerSocket free = new ServerSocket(0, 50, here);
        DatagramSocket sameOfUdp = bound(here, free.getLocalPort());
        while (sameOfUdp == null) {
            free.close();
            free = new ServerSocket(0, 50, here);
            sameOfUdp = bound(here, free.getLocalPort());
        }
        tcp = free;
        udp = sameOfUdp;
        http = HttpServer.create(new InetSocketAddress(here, 0), 0);
        http.createContext("/announce", exchange -> {
            requests.add(exchange.getRemoteAddress());
            byte[] body = ANSWER.getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(200, body.length);
            try (exchange) {
                exchange.getResponseBody().write(body);
            }
        });
        http.start();
        start(this::echoDatagrams);
        start(this::accept);
    }

    /** Null if somebody has the port. */
    private static DatagramSocket bound(InetAddress here, int port) throws IOException {
        try {
            return new DatagramSocket(new InetSocketAddress(here, port));
        } catch (BindException e) {
            return null;
        }
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "local-servers");
        thread.setDaemon(true);
        thread.start();
    }

    private void echoDatagrams() {
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(new byte[4_096], 4_096);
                udp.receive(packet);
                datagrams.add((InetSocketAddress) packet.getSocketAddress());
                udp.send(packet);
            }
        } catch (IOException e) {
            // The socket was closed: the test is over.
            assertThat(udp.isClosed()).isTrue();
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket accepted = tcp.accept();
                connections.add(accepted);
                start(() -> echo(accepted));
            }
        } catch (IOException e) {
            assertThat(tcp.isClosed()).isTrue();
        }
    }

    private static void echo(Socket accepted) {
        try (accepted) {
            InputStream in = accepted.getInputStream();
            byte[] piece = new byte[8_192];
            for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
                accepted.getOutputStream().write(piece, 0, read);
            }
        } catch (IOException e) {
            // Broken off, as some tests mean to.
            assertThat(accepted).isNotNull();
        }
    }

    InetSocketAddress echo() {
        return (InetSocketAddress) udp.getLocalSocketAddress();
    }

    InetSocketAddress echoByName() {
        return InetSocketAddress.createUnresolved("localhost", udp.getLocalPort());
    }

    int httpPort() {
        return http.getAddress().getPort();
    }

    URI announce(String host) {
        return URI.create("http://" + host + ":" + httpPort() + "/announce");
    }

    void assertNobodyCame() {
        assertThat(datagrams).as("datagrams").isEmpty();
        assertThat(connections).as("connections").isEmpty();
        assertThat(requests).as("requests").isEmpty();
    }

    @Override
    public void close() throws IOException {
        udp.close();
        tcp.close();
        http.stop(0);
        for (Socket open : connections) {
            open.close();
        }
    }
}

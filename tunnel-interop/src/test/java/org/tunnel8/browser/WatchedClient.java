package org.tunnel8.browser;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.tunnel8.TunnelClient;
import org.tunnel8.TunnelDatagrams;
import org.tunnel8.examples.monitor.Monitor;
import org.tunnel8.node.TunnelNode;
import org.tunnel8.testing.EmbeddedNetwork;

/** A client on a whole network in this process, with traffic through its circuits, and its monitor. */
final class WatchedClient implements AutoCloseable {
    static final Duration LIMIT = Duration.ofSeconds(60);

    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final int PAYLOAD_BYTES = 1_000;
    private static final int DATAGRAMS_EACH_TIME = 20;
    private static final int PERIOD_MILLIS = 50;

    private final EmbeddedNetwork network =
            EmbeddedNetwork.builder().relays(4).exits(2).build();
    private final Monitor monitor = Monitor.open(new InetSocketAddress(LOOPBACK, 0), "test");
    private final DatagramSocket echo;
    private final TunnelClient client;
    private final TunnelDatagrams flow;
    private final ScheduledExecutorService sender = Executors.newSingleThreadScheduledExecutor();

    WatchedClient() throws IOException {
        echo = new DatagramSocket(0, LOOPBACK);
        Thread thread = new Thread(this::echo, "echo");
        thread.setDaemon(true);
        thread.start();
        network.start().join();
        client = TunnelClient.builder()
                .network(network.network())
                .bind(network.clientAddress(1))
                .hops(3)
                .circuits(1, 1)
                .minPeers(6)
                .metrics(monitor.registry())
                .build();
        monitor.watch(client);
        client.start().join();
        client.whenReady(LIMIT).join();
        flow = client.datagrams();
        var unused = sender.scheduleAtFixedRate(this::send, 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void send() {
        byte[] payload = new byte[PAYLOAD_BYTES];
        // As uTP begins: exits pass nothing that looks like nothing they know.
        payload[0] = 0x01;
        for (int i = 0; i < DATAGRAMS_EACH_TIME; i++) {
            flow.send((InetSocketAddress) echo.getLocalSocketAddress(), payload, 0, payload.length);
        }
    }

    private void echo() {
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(new byte[2_048], 2_048);
                echo.receive(packet);
                echo.send(packet);
            }
        } catch (IOException e) {
            if (!echo.isClosed()) {
                throw new IllegalStateException(e);
            }
        }
    }

    TunnelClient client() {
        return client;
    }

    /** Where its page is. */
    String url() {
        return monitor.url();
    }

    /** One relay of the network, to be watched instead of the client. */
    void watchARelay() {
        monitor.watch(network.relays().get(0));
    }

    /** Everybody but the client is gone, and with them its circuits. */
    void killTheNetwork() {
        network.exits().forEach(TunnelNode::close);
        network.relays().forEach(TunnelNode::close);
    }

    /** Sends the client what is of no overlay. */
    void sendRubbish(int datagrams) throws IOException {
        InetSocketAddress target = client.status().address().orElseThrow();
        try (DatagramSocket stranger = new DatagramSocket(0, LOOPBACK)) {
            for (int i = 0; i < datagrams; i++) {
                stranger.send(new DatagramPacket(new byte[60], 60, target));
            }
        }
    }

    /** The command ends, and its page with it. */
    void end() {
        sender.shutdownNow();
        client.close();
        monitor.close();
    }

    @Override
    public void close() {
        end();
        echo.close();
        network.close();
    }
}

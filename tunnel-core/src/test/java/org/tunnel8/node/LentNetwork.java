package org.tunnel8.node;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.UnaryOperator;
import org.tunnel8.TunnelClient;
import org.tunnel8.TunnelDatagrams;
import org.tunnel8.testing.EmbeddedNetwork;
import org.tunnel8.transport.PortRange;

/**
 * A network on real sockets with one relay that the test describes: every circuit of two hops runs through it, to one
 * exit and an outside socket that counts what comes.
 */
final class LentNetwork implements AutoCloseable {
    static final Duration LIMIT = Duration.ofSeconds(30);
    static final int PAYLOAD_BYTES = 1_300;

    private static final int MOST_CLIENTS = 64;
    private static final int NUMBER_AT = 20;

    private final EmbeddedNetwork network;
    private final TunnelNode relay;
    private final DatagramSocket outside;
    private final List<TunnelClient> clients = new ArrayList<>();
    private final AtomicLongArray bytesOf = new AtomicLongArray(MOST_CLIENTS);
    private final AtomicLongArray echoesOf = new AtomicLongArray(MOST_CLIENTS);
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(2, task -> {
        Thread thread = new Thread(task, "load");
        thread.setDaemon(true);
        return thread;
    });

    LentNetwork(UnaryOperator<TunnelNodeBuilder> described) throws Exception {
        network = EmbeddedNetwork.builder().relays(0).exits(1).build();
        network.start().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        relay = described
                .apply(TunnelNode.builder()
                        .name("lent-relay")
                        .network(network.network())
                        .listen(network.clientAddress(200), PortRange.any()))
                .build();
        relay.start().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        outside = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        outside.setReceiveBufferSize(4 << 20);
        Thread counting = new Thread(this::count, "outside");
        counting.setDaemon(true);
        counting.start();
    }

    private void count() {
        DatagramPacket packet = new DatagramPacket(new byte[2_048], 2_048);
        try {
            while (true) {
                packet.setLength(2_048);
                outside.receive(packet);
                ByteBuffer payload = ByteBuffer.wrap(packet.getData(), 0, packet.getLength());
                int number = payload.getInt(NUMBER_AT);
                bytesOf.addAndGet(number, packet.getLength());
                if (payload.get(NUMBER_AT + 4) != 0) {
                    outside.send(packet);
                }
            }
        } catch (IOException e) {
            // Closed: the test is over.
            timer.shutdownNow();
        }
    }

    TunnelNode relay() {
        return relay;
    }

    TunnelNode exit() {
        return network.exits().get(0);
    }

    EmbeddedNetwork embedded() {
        return network;
    }

    /** Starts a client and waits for its circuit, the only one it has. */
    TunnelClient client(int hops) throws Exception {
        TunnelClient client = TunnelClient.builder()
                .network(network.network())
                .bind(network.clientAddress(clients.size() + 1))
                .hops(hops)
                .circuits(1, 0)
                .minPeers(hops)
                .build();
        clients.add(client);
        client.start().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        client.whenReady(LIMIT).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        return client;
    }

    private byte[] payload(int number, boolean echoed) {
        ByteBuffer payload = ByteBuffer.allocate(PAYLOAD_BYTES);
        payload.put(0, (byte) 1);
        payload.putInt(NUMBER_AT, number);
        payload.put(NUMBER_AT + 4, (byte) (echoed ? 1 : 0));
        return payload.array();
    }

    /** Has a client send so much in a second from now on, as evenly as timers allow. */
    void load(TunnelClient client, int number, long bytesPerSecond, boolean echoed) {
        TunnelDatagrams flow = client.datagrams();
        flow.onDatagram((origin, buffer, offset, length) -> echoesOf.incrementAndGet(number));
        InetSocketAddress target = (InetSocketAddress) outside.getLocalSocketAddress();
        byte[] payload = payload(number, echoed);
        long begun = System.nanoTime();
        long[] sent = {0};
        timer.scheduleAtFixedRate(
                () -> {
                    double due = (System.nanoTime() - begun) / 1e9 * bytesPerSecond;
                    for (; sent[0] < due; sent[0] += PAYLOAD_BYTES) {
                        flow.send(target, payload, 0, PAYLOAD_BYTES);
                    }
                },
                0,
                2,
                TimeUnit.MILLISECONDS);
    }

    /** Payload bytes of a client that have come out. */
    long bytesOf(int number) {
        return bytesOf.get(number);
    }

    /** Echoes that have come back to a client. */
    long echoesOf(int number) {
        return echoesOf.get(number);
    }

    /** Ends a while later. */
    CompletableFuture<Void> after(Duration time) {
        return CompletableFuture.runAsync(
                () -> {}, CompletableFuture.delayedExecutor(time.toNanos(), TimeUnit.NANOSECONDS, timer));
    }

    @Override
    public void close() {
        outside.close();
        timer.shutdownNow();
        clients.forEach(TunnelClient::close);
        relay.close();
        network.close();
    }
}

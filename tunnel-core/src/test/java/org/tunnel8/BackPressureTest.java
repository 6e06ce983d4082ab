package org.tunnel8;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tunnel8.testing.EmbeddedNetwork;

/** What senders are told, and what is counted, when a client's own line is full. */
@Timeout(90)
class BackPressureTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final long BANDWIDTH = 2_000_000;
    private static final int PAYLOAD_BYTES = 1_300;
    /** What one hop adds to a payload: frame, layer, addresses. */
    private static final int ADDED_BYTES = 29 + 24 + 15;

    private static final int DATAGRAMS = 5_000;

    private final AtomicLong arrived = new AtomicLong();
    private EmbeddedNetwork network;
    private TunnelClient client;
    private DatagramSocket outside;

    @BeforeEach
    void start() throws Exception {
        outside = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        outside.setReceiveBufferSize(4 << 20);
        Thread counting = new Thread(this::count, "outside");
        counting.setDaemon(true);
        counting.start();
        network = EmbeddedNetwork.builder().relays(0).exits(1).build();
        network.start().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        client = TunnelClient.builder()
                .network(network.network())
                .bind(network.clientAddress(1))
                .hops(1)
                .circuits(1, 0)
                .minPeers(1)
                .bandwidth(BANDWIDTH)
                .build();
        client.start().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        client.whenReady(LIMIT).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        openTheWayOut();
    }

    private void count() {
        DatagramPacket packet = new DatagramPacket(new byte[2_048], 2_048);
        try {
            while (true) {
                packet.setLength(2_048);
                outside.receive(packet);
                arrived.incrementAndGet();
            }
        } catch (IOException e) {
            assertThat(outside.isClosed()).as("the test is over").isTrue();
        }
    }

    @AfterEach
    void stop() {
        outside.close();
        client.close();
        network.close();
    }

    private static byte[] payload() {
        byte[] payload = new byte[PAYLOAD_BYTES];
        payload[0] = 1;
        return payload;
    }

    /** Has the exit open its socket: until then it keeps ten datagrams and no more. */
    private void openTheWayOut() {
        try (TunnelDatagrams flow = client.datagrams()) {
            flow.send(target(), payload(), 0, PAYLOAD_BYTES);
            await().atMost(LIMIT).until(() -> arrived.get() == 1);
        }
        arrived.set(0);
    }

    private InetSocketAddress target() {
        return (InetSocketAddress) outside.getLocalSocketAddress();
    }

    @Test
    void aSenderThatWaitsForRoomLosesNothingAndKeepsToTheBandwidth() {
        int refused = 0;
        long begun = System.nanoTime();
        try (TunnelDatagrams flow = client.datagrams()) {
            for (int i = 0; i < DATAGRAMS; ) {
                if (flow.send(target(), payload(), 0, PAYLOAD_BYTES)) {
                    i++;
                } else {
                    refused++;
                    flow.whenRoom().join();
                }
            }
            await().atMost(LIMIT).pollInterval(Duration.ofMillis(5)).until(() -> arrived.get() == DATAGRAMS);
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        double rate = DATAGRAMS * (long) (PAYLOAD_BYTES + ADDED_BYTES) / seconds;

        System.out.printf("%d datagrams, refused %d times, %.0f bytes/s of %d%n", DATAGRAMS, refused, rate, BANDWIDTH);
        assertThat(refused).isPositive();
        // A tenth of a second's worth goes at once, and a busy machine may come late.
        assertThat(rate).isBetween(BANDWIDTH * 0.85, BANDWIDTH * 1.05);
        assertThat(client.status().drops()).doesNotContainKey("SOCKS5_UPLINK_FULL");
        assertThat(client.status().port().droppedInAll()).isZero();
    }

    @Test
    void thereIsRoomAtOnceWhereNothingWaits() {
        try (TunnelDatagrams flow = client.datagrams()) {
            assertThat(flow.whenRoom()).isCompleted();
        }
    }

    private static TunnelDatagrams filled(TunnelClient client, InetSocketAddress target) {
        TunnelDatagrams flow = client.datagrams();
        while (flow.send(target, payload(), 0, PAYLOAD_BYTES)) {
            assertThat(client.status().state()).isEqualTo(TunnelStatus.State.READY);
        }
        return flow;
    }

    private static void assertClosed(CompletableFuture<Void> room) {
        assertThatThrownBy(() -> room.orTimeout(10, TimeUnit.SECONDS).join())
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        TunnelException.class,
                        closed -> assertThat(closed.kind()).isEqualTo(TunnelException.Kind.CLOSED));
    }

    @Test
    void whoWaitsForRoomOfAFlowThatIsClosedIsToldSo() {
        TunnelDatagrams flow = filled(client, target());
        CompletableFuture<Void> room = flow.whenRoom();
        flow.close();

        assertClosed(room);
        assertClosed(flow.whenRoom());
    }

    @Test
    void whoWaitsForRoomOfAClientThatIsClosedIsToldSo() {
        TunnelDatagrams flow = filled(client, target());
        CompletableFuture<Void> room = flow.whenRoom();
        client.close();

        assertClosed(room);
        assertClosed(flow.whenRoom());
    }

    @Test
    void whatTheProxyLosesToAFullLineIsCounted() throws Exception {
        int sent = 3_000;
        try (Socket control = new Socket(
                        InetAddress.getLoopbackAddress(),
                        client.socks5().address().getPort());
                DatagramSocket application = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            InetSocketAddress relay = associate(control);
            ByteBuffer datagram = ByteBuffer.allocate(10 + PAYLOAD_BYTES);
            datagram.put(new byte[] {0, 0, 0, 1}).put(target().getAddress().getAddress());
            datagram.putShort((short) target().getPort()).put(payload());
            for (int i = 0; i < sent; i++) {
                application.send(new DatagramPacket(datagram.array(), datagram.capacity(), relay));
                if (i % 50 == 0) {
                    // Faster than the line, slower than would overflow the system's own buffers.
                    client.status();
                }
            }
            await().atMost(LIMIT).until(() -> lost() + arrived.get() == sent);
        }
        assertThat(lost()).isPositive();
        assertThat(arrived.get()).isPositive();
    }

    private long lost() {
        return client.status().drops().getOrDefault("SOCKS5_UPLINK_FULL", 0L);
    }

    /** Opens an association by hand; where its datagrams go. */
    private static InetSocketAddress associate(Socket control) throws IOException {
        control.getOutputStream().write(new byte[] {5, 1, 0});
        assertThat(control.getInputStream().readNBytes(2)).containsExactly(5, 0);
        control.getOutputStream().write(new byte[] {5, 3, 0, 1, 0, 0, 0, 0, 0, 0});
        ByteBuffer answer = ByteBuffer.wrap(control.getInputStream().readNBytes(10));
        assertThat(answer.get(1)).isZero();
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), Short.toUnsignedInt(answer.getShort(8)));
    }
}

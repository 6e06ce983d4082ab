package org.tunnel8;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tunnel8.testing.EmbeddedNetwork;

/** Raw datagrams through a real circuit of one hop: targets of every kind, and the bounds of both directions. */
@Timeout(60)
class TunnelDatagramsTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private static EmbeddedNetwork network;
    private static TunnelClient client;

    /** A datagram that came back, and the thread it was told on. */
    private record Back(InetSocketAddress origin, byte[] payload, String thread) {}

    @BeforeAll
    static void start() throws Exception {
        network = EmbeddedNetwork.builder().relays(0).exits(1).build();
        network.start().get(30, TimeUnit.SECONDS);
        client = TunnelClient.builder()
                .network(network.network())
                .bind(network.clientAddress(1))
                .hops(1)
                .circuits(1, 0)
                .minPeers(1)
                .build();
        client.start().get(10, TimeUnit.SECONDS);
        client.whenReady(LIMIT).get(30, TimeUnit.SECONDS);
    }

    @AfterAll
    static void stop() {
        client.close();
        network.close();
    }

    private static byte[] utp(int length) {
        byte[] payload = new byte[length];
        payload[0] = 1;
        return payload;
    }

    private static boolean send(TunnelDatagrams flow, InetSocketAddress target, int length) {
        return flow.send(target, utp(length), 0, length);
    }

    private static long drops(String reason) {
        return client.status().drops().getOrDefault(reason, 0L);
    }

    private static BlockingQueue<Back> collect(TunnelDatagrams flow) {
        BlockingQueue<Back> back = new LinkedBlockingQueue<>();
        flow.onDatagram((origin, buffer, offset, length) -> back.add(new Back(
                origin,
                Arrays.copyOfRange(buffer, offset, offset + length),
                Thread.currentThread().getName())));
        return back;
    }

    @Test
    void receiversRunOnTheCallbackThread() throws Exception {
        try (UdpEcho echo = new UdpEcho();
                TunnelDatagrams flow = client.datagrams()) {
            BlockingQueue<Back> back = collect(flow);
            assertThat(send(flow, echo.address(), 1_300)).isTrue();

            Back first = back.poll(10, TimeUnit.SECONDS);
            assertThat(first).isNotNull();
            assertThat(first.origin()).isEqualTo(echo.address());
            assertThat(first.payload()).isEqualTo(utp(1_300));
            assertThat(first.thread()).isEqualTo("tunnel8-callbacks");
        }
    }

    @Test
    void anIpv6TargetIsReachedThroughTheExit() throws Exception {
        InetAddress loopback = InetAddress.getByName("::1");
        assumeThat(hasIpv6(loopback)).as("this machine has ::1").isTrue();
        try (UdpEcho echo = new UdpEcho(loopback);
                TunnelDatagrams flow = client.datagrams()) {
            BlockingQueue<Back> back = collect(flow);
            assertThat(send(flow, echo.address(), 100)).isTrue();

            Back first = back.poll(10, TimeUnit.SECONDS);
            assertThat(first).isNotNull();
            assertThat(first.origin())
                    .isEqualTo(new InetSocketAddress(loopback, echo.address().getPort()));
        }
    }

    private static boolean hasIpv6(InetAddress address) {
        try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(address, 0))) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void aNameIsResolvedByTheExit() throws Exception {
        try (UdpEcho echo = new UdpEcho();
                TunnelDatagrams flow = client.datagrams()) {
            BlockingQueue<Back> back = collect(flow);
            assertThat(send(
                            flow,
                            InetSocketAddress.createUnresolved(
                                    "localhost", echo.address().getPort()),
                            100))
                    .isTrue();

            Back first = back.poll(10, TimeUnit.SECONDS);
            assertThat(first).isNotNull();
            assertThat(first.origin()).isEqualTo(echo.address());
        }
    }

    @Test
    void theLongestPayloadFitsAndALongerOneIsRefused() throws Exception {
        try (UdpEcho echo = new UdpEcho();
                TunnelDatagrams flow = client.datagrams()) {
            BlockingQueue<Back> back = collect(flow);
            assertThat(send(flow, echo.address(), TunnelDatagrams.MAX_PAYLOAD_BYTES))
                    .isTrue();
            assertThat(back.poll(10, TimeUnit.SECONDS)).isNotNull();

            assertThat(send(flow, echo.address(), 2_000)).isFalse();
            InetSocketAddress named = InetSocketAddress.createUnresolved("a.name.of.some.length.example", 80);
            assertThat(send(flow, named, TunnelDatagrams.MAX_PAYLOAD_BYTES)).isFalse();
        }
    }

    @Test
    void whatIsRefusedLeavesRoomForWhatIsNot() throws Exception {
        byte[] payload = utp(30);
        InetSocketAddress target = new InetSocketAddress("127.0.0.1", 9);
        InetSocketAddress broken = InetSocketAddress.createUnresolved("\ud800.example", 80);
        InetSocketAddress endless = InetSocketAddress.createUnresolved("x".repeat(70_000), 80);
        InetSocketAddress tooLong = InetSocketAddress.createUnresolved("x".repeat(800), 80);
        try (UdpEcho echo = new UdpEcho();
                TunnelDatagrams flow = client.datagrams()) {
            BlockingQueue<Back> back = collect(flow);
            for (int i = 0; i < 1_200; i++) {
                assertThatThrownBy(() -> flow.send(target, payload, 20, 11))
                        .isInstanceOf(IndexOutOfBoundsException.class);
                assertThatThrownBy(() -> flow.send(target, payload, 0, -1))
                        .isInstanceOf(IndexOutOfBoundsException.class);
                assertThat(flow.send(broken, payload, 0, 30)).isFalse();
                assertThat(flow.send(endless, payload, 0, 30)).isFalse();
            }
            // Taken, since it fits into a datagram; the head of the message needs more room than there is.
            flow.send(tooLong, payload, 0, 30);

            assertThat(send(flow, echo.address(), 100)).isTrue();
            assertThat(back.poll(10, TimeUnit.SECONDS)).isNotNull();
            assertThat(drops("TOO_LARGE")).isPositive();
        }
    }

    @Test
    void aReceiverThatFailsHearsOfTheNext() throws Exception {
        try (UdpEcho echo = new UdpEcho();
                TunnelDatagrams flow = client.datagrams()) {
            BlockingQueue<Integer> seen = new LinkedBlockingQueue<>();
            flow.onDatagram((origin, buffer, offset, length) -> {
                seen.add(length);
                if (length % 2 == 0) {
                    throw new AssertionError("a failure of the application's, meant to be logged");
                }
            });
            for (int i = 0; i < 6; i++) {
                send(flow, echo.address(), 100 + i);
            }

            await().atMost(LIMIT).until(() -> seen.size() == 6);
        }
    }

    @Test
    void aReceiverThatHangsCostsDatagramsButNoMemoryAndNobodyElse() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        try (UdpEcho echo = new UdpEcho();
                TunnelDatagrams flow = client.datagrams()) {
            BlockingQueue<Integer> seen = new LinkedBlockingQueue<>();
            flow.onDatagram((origin, buffer, offset, length) -> {
                seen.add(length);
                try {
                    release.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            await().atMost(LIMIT).until(() -> {
                send(flow, echo.address(), 100);
                return !seen.isEmpty();
            });
            long before = drops("RECEIVER_TOO_SLOW");
            await().atMost(LIMIT).pollInterval(Duration.ofMillis(5)).until(() -> {
                for (int i = 0; i < 100; i++) {
                    send(flow, echo.address(), 100);
                }
                return drops("RECEIVER_TOO_SLOW") > before;
            });
            assertThat(client.status().state()).isEqualTo(TunnelStatus.State.READY);

            release.countDown();
            await().atMost(LIMIT).until(() -> seen.size() > 1_000);
        }
    }
}

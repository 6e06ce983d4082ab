package org.tunnel8.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tunnel8.proxy.ProxyFixture.eventually;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.tunnel8.transport.udp.TransportLoop;

/** The proxy as a whole: its start, its limits and its end. */
class Socks5ServerTest {
    private static final Socks5Settings SETTINGS = Socks5Settings.defaults();
    private static final String HEADER = "00000001010203041ae1";

    @Test
    void listensOnAFreePortOfLoopback() throws Exception {
        try (ProxyFixture proxy = new ProxyFixture(SETTINGS)) {
            assertThat(proxy.server.address().getAddress()).isEqualTo(InetAddress.getByName("127.0.0.1"));
            assertThat(proxy.server.address().getPort()).isPositive();
        }
    }

    @Test
    void servesIpv6() throws Exception {
        InetAddress loopback = InetAddress.getByName("::1");
        try (ProxyFixture proxy = new ProxyFixture(SETTINGS.withListen(new InetSocketAddress(loopback, 0)));
                SocksClient tcp = proxy.connect();
                UdpClient udp = new UdpClient(loopback)) {
            InetSocketAddress bound = tcp.greet().associate();
            assertThat(bound.getAddress()).isEqualTo(loopback);
            udp.send(bound, HEADER, "hello".getBytes(StandardCharsets.US_ASCII));
            proxy.tunnel.flow(0).bringBack(proxy.tunnel.flow(0).takeSent().target(), new byte[] {1});
            assertThat(udp.receive()).isEqualTo(HEADER + "01");
        }
    }

    @Test
    void servesEveryAddressOfTheMachineWithCredentials() throws Exception {
        Socks5Settings settings = SETTINGS.withCredentials(Socks5Credentials.of("user", "password"))
                .withListen(new InetSocketAddress(InetAddress.getByName("0.0.0.0"), 0));
        try (ProxyFixture proxy = new ProxyFixture(settings);
                SocksClient tcp = new SocksClient(new InetSocketAddress(
                        "127.0.0.9", proxy.server.address().getPort()));
                UdpClient udp = new UdpClient()) {
            InetSocketAddress bound =
                    tcp.logIn("user", "password").expect("0100").associate();
            assertThat(bound.getAddress()).isEqualTo(InetAddress.getByName("127.0.0.9"));
            udp.send(bound, HEADER, new byte[] {1});
            assertThat(proxy.tunnel.flow(0).takeSent().payload()).containsExactly(1);
        }
    }

    @Test
    void saysWhichPortIsTaken() throws Exception {
        try (ProxyFixture proxy = new ProxyFixture(SETTINGS)) {
            InetSocketAddress taken = proxy.server.address();
            assertThatThrownBy(() -> Socks5Server.start(proxy.loop, SETTINGS.withListen(taken), proxy.tunnels())
                            .get(SocksClient.PATIENCE_MILLIS, TimeUnit.MILLISECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(String.valueOf(taken.getPort()));
        }
    }

    @Test
    void failsOnAClosedLoop() {
        TransportLoop loop = TransportLoop.open("closed-loop");
        loop.close();
        assertThatThrownBy(() -> Socks5Server.start(loop, SETTINGS, ProxyFixture.unusedTunnels(loop))
                        .get(SocksClient.PATIENCE_MILLIS, TimeUnit.MILLISECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void closesConnectionsBeyondTheLimit() throws Exception {
        try (ProxyFixture proxy = new ProxyFixture(SETTINGS.withLimits(2, 2))) {
            SocksClient first = proxy.connect();
            first.greet();
            SocksClient second = proxy.connect();
            second.greet();
            try (SocksClient third = proxy.connect()) {
                third.expectEnd();
            }
            assertThat(proxy.refused(Socks5Refusal.CONNECTION_LIMIT)).isEqualTo(1);
            first.associate();
            second.close();
            eventually(() -> assertThat(proxy.server.statistics().connections()).isEqualTo(1));
            try (SocksClient next = proxy.connect()) {
                next.greet().associate();
            }
        }
    }

    @Test
    void refusesAssociationsBeyondTheLimit() throws Exception {
        try (ProxyFixture proxy = new ProxyFixture(SETTINGS.withLimits(10, 2))) {
            SocksClient first = proxy.connect();
            first.greet().associate();
            SocksClient second = proxy.connect(); // held, as a socket that nobody holds is closed
            second.greet().associate();
            try (SocksClient third = proxy.connect()) {
                third.greet()
                        .send(SocksClient.ASSOCIATE)
                        .expect("050100 01 00000000 0000")
                        .expectOrderlyEnd();
            }
            assertThat(proxy.refused(Socks5Refusal.ASSOCIATION_LIMIT)).isEqualTo(1);
            first.close();
            eventually(() -> assertThat(proxy.server.associations()).isEqualTo(1));
            proxy.connect().greet().associate();
            assertThat(proxy.tunnel.flows()).hasSize(3);
            second.close();
        }
    }

    @Test
    void keepsNothingOfClientsThatCameAndWent() throws Exception {
        try (ProxyFixture proxy = new ProxyFixture(SETTINGS.withLimits(4, 4))) {
            for (int i = 0; i < 200; i++) {
                eventually(() ->
                        assertThat(proxy.server.statistics().connections()).isLessThan(4));
                SocksClient client = proxy.connect();
                client.greet();
                if (i % 3 != 0) {
                    client.associate();
                }
                if (i % 2 == 0) {
                    client.reset();
                } else {
                    client.close();
                }
            }
            eventually(() -> assertThat(proxy.server.statistics().connections()).isZero());
            assertThat(proxy.server.associations()).isZero();
            assertThat(proxy.tunnel.flows()).allMatch(LoopbackTunnel.LoopbackFlow::isClosed);
        }
    }

    @Test
    void closesEverythingWhenItCloses() throws Exception {
        try (ProxyFixture proxy = new ProxyFixture(SETTINGS)) {
            List<SocksClient> clients = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                SocksClient client = proxy.connect();
                client.greet().associate();
                clients.add(client);
            }
            clients.add(proxy.connect().greet());
            proxy.server.close();
            proxy.server.whenClosed().get(SocksClient.PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            assertThat(proxy.server.associations()).isZero();
            assertThat(proxy.server.statistics().connections()).isZero();
            assertThat(proxy.tunnel.flows()).hasSize(3).allMatch(LoopbackTunnel.LoopbackFlow::isClosed);
            for (SocksClient client : clients) {
                client.expectOrderlyEnd();
            }
            assertThatThrownBy(proxy::connect).isInstanceOf(ConnectException.class);
            proxy.server.close();
            assertThat(proxy.server.whenClosed()).isCompleted();
        }
    }

    @Test
    void isClosedOnReturnWhenItsLoopClosesIt() throws Exception {
        try (ProxyFixture proxy = new ProxyFixture(SETTINGS)) {
            proxy.connect().greet().associate();
            CompletableFuture<Boolean> done = new CompletableFuture<>();
            proxy.loop.execute(() -> {
                proxy.server.close();
                done.complete(proxy.server.whenClosed().isDone()
                        && proxy.server.associations() == 0
                        && proxy.tunnel.flow(0).isClosed());
            });
            assertThat(done.get(SocksClient.PATIENCE_MILLIS, TimeUnit.MILLISECONDS))
                    .isTrue();
        }
    }

    @Test
    void freesItsPortForTheNext() throws Exception {
        InetSocketAddress address;
        try (ProxyFixture proxy = new ProxyFixture(SETTINGS)) {
            address = proxy.server.address();
            proxy.connect().greet().associate();
        }
        try (ProxyFixture proxy = new ProxyFixture(SETTINGS.withListen(address))) {
            proxy.connect().greet().associate();
        }
    }

    @Test
    void canBeClosedAfterItsLoop() throws Exception {
        ProxyFixture proxy = new ProxyFixture(SETTINGS);
        proxy.loop.close();
        proxy.close();
        assertThat(proxy.server.whenClosed()).isCompleted();
    }

    @Test
    void closesAgainWhenNobodyWaitsForIt() throws Exception {
        TransportLoop loop = TransportLoop.open("abandoned");
        try {
            CountDownLatch held = new CountDownLatch(1);
            loop.execute(() -> awaitQuietly(held));
            InetSocketAddress address;
            try (UdpClient probe = new UdpClient()) {
                address = new InetSocketAddress("127.0.0.1", probe.port());
            }
            CompletableFuture<Socks5Server> started =
                    Socks5Server.start(loop, SETTINGS.withListen(address), ProxyFixture.unusedTunnels(loop));
            started.cancel(false);
            held.countDown();
            // Listening takes a turn of the loop after the first, and what it ends with another.
            for (int turn = 0; turn < 4; turn++) {
                CompletableFuture<Void> passed = new CompletableFuture<>();
                loop.execute(() -> passed.complete(null));
                passed.get(SocksClient.PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            }
            assertThatThrownBy(() -> new SocksClient(address)).isInstanceOf(ConnectException.class);
        } finally {
            loop.close();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

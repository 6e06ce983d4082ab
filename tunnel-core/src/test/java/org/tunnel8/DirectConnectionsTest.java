package org.tunnel8;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tunnel8.DirectConsent.Scope;
import org.tunnel8.TunnelEvent.DirectConnectionsAllowed;
import org.tunnel8.TunnelEvent.DirectConnectionsEnded;
import org.tunnel8.TunnelEvent.DirectConnectionsEnded.Reason;
import org.tunnel8.TunnelEvent.DirectConnectionsUsed;

/** A client without any circuit, with real servers beside it: what leaves directly, and above all what does not (FR-022). */
@Timeout(60)
class DirectConnectionsTest {
    private static final String COMMUNITY = "00112233445566778899aabbccddeeff00112233";
    private static final Duration LIMIT = Duration.ofSeconds(20);
    /** Streams and exchanges that may go directly wait 3 s for a circuit before. */
    private static final Duration LONGER_THAN_ANY_WAIT = Duration.ofMillis(4_500);

    private static final DirectConsent CONSENT = DirectConsent.userAcceptsIpExposure(Duration.ofMinutes(10));
    private static final byte[] PAYLOAD = payload(60);

    private final BlockingQueue<TunnelEvent> events = new LinkedBlockingQueue<>();
    private LocalServers servers;
    private TunnelClient client;

    @BeforeEach
    void start() throws IOException {
        servers = new LocalServers();
        client = TunnelClient.builder()
                .bind(InetAddress.getByName("127.0.0.1"))
                .layerCipher("jdk")
                .network(TunnelNetwork.of(COMMUNITY, List.of()))
                .onEvent(events::add)
                .build();
        client.start().join();
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        servers.close();
    }

    private static byte[] payload(int length) {
        byte[] payload = new byte[length];
        new Random(length).nextBytes(payload);
        payload[0] = 1;
        return payload;
    }

    private static BlockingQueue<byte[]> answers(TunnelDatagrams flow) {
        BlockingQueue<byte[]> answers = new LinkedBlockingQueue<>();
        flow.onDatagram(
                (origin, buffer, offset, length) -> answers.add(Arrays.copyOfRange(buffer, offset, offset + length)));
        return answers;
    }

    private static void send(TunnelDatagrams flow, InetSocketAddress target) {
        assertThat(flow.send(target, PAYLOAD, 0, PAYLOAD.length)).isTrue();
    }

    private static byte[] next(BlockingQueue<byte[]> answers) throws InterruptedException {
        return answers.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    private <E extends TunnelEvent> E event(Class<E> type) throws InterruptedException {
        TunnelEvent event = events.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
        while (!type.isInstance(event)) {
            assertThat(event).as("an event %s", type.getSimpleName()).isNotNull();
            event = events.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
        return type.cast(event);
    }

    private static byte[] httpRequest() {
        return "GET /announce HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    }

    /** Begins everything that an application can begin, at every kind of target. */
    private List<CompletableFuture<?>> useEveryRoute(ProxyUser udp, ProxyUser stream, ProxyUser exchange)
            throws IOException {
        TunnelDatagrams flow = client.datagrams();
        send(flow, servers.echo());
        send(flow, servers.echoByName());
        InetSocketAddress through = udp.associate();
        udp.send(through, servers.echo(), PAYLOAD);
        udp.send(through, servers.echoByName(), PAYLOAD);
        stream.connect(servers.echo());
        exchange.connect(InetSocketAddress.createUnresolved("localhost", servers.httpPort()));
        assertThat(exchange.connected()).isZero();
        exchange.write(httpRequest());
        return List.of(
                client.connect(servers.echo()),
                client.connect(servers.echoByName()),
                client.http(servers.announce("127.0.0.1"), LONGER_THAN_ANY_WAIT),
                client.http(servers.announce("localhost"), LONGER_THAN_ANY_WAIT));
    }

    @Test
    void withoutALeaseNothingArrivesByAnyRoute() throws Exception {
        try (ProxyUser udp = new ProxyUser(client.socks5().address());
                ProxyUser stream = new ProxyUser(client.socks5().address());
                ProxyUser exchange = new ProxyUser(client.socks5().address())) {
            List<CompletableFuture<?>> begun = useEveryRoute(udp, stream, exchange);

            assertThat(begun.get(3)).failsWithin(LIMIT);
            await().atMost(LIMIT).until(() -> client.status().drops().getOrDefault("NO_CIRCUIT", 0L) >= 4);
            servers.assertNobodyCame();
            assertThat(begun.get(0)).isNotDone();
            assertThat(client.status().direct()).isEqualTo(DirectStatus.NONE);
        }
    }

    @Test
    void underALeaseAllOfItArrivesAndIsAnswered() throws Exception {
        DirectLease lease = client.directConnections(CONSENT);
        assertThat(lease.isActive()).isTrue();
        assertThat(event(DirectConnectionsAllowed.class).until()).isEqualTo(lease.until());

        try (ProxyUser udp = new ProxyUser(client.socks5().address());
                ProxyUser stream = new ProxyUser(client.socks5().address());
                ProxyUser exchange = new ProxyUser(client.socks5().address())) {
            List<CompletableFuture<?>> begun = useEveryRoute(udp, stream, exchange);
            assertThat(event(DirectConnectionsUsed.class).scope()).isEqualTo(Scope.DATAGRAMS);

            assertThat(udp.receive()).isEqualTo(PAYLOAD);
            assertThat(udp.receive()).isEqualTo(PAYLOAD);
            assertThat(stream.connected()).isZero();
            stream.write(PAYLOAD);
            assertThat(stream.read(PAYLOAD.length)).isEqualTo(PAYLOAD);
            assertThat(new String(exchange.readAll(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 200")
                    .endsWith(LocalServers.ANSWER);
            for (CompletableFuture<?> each : begun) {
                assertThat(each).succeedsWithin(LIMIT);
            }
            HttpReply reply = (HttpReply) begun.get(2).join();
            assertThat(reply.body()).asString().isEqualTo(LocalServers.ANSWER);
            await().atMost(LIMIT).until(() -> servers.datagrams.size() == 4);
            int own = client.status().address().orElseThrow().getPort();
            assertThat(servers.datagrams).noneMatch(from -> from.getPort() == own);

            DirectStatus direct = client.status().direct();
            assertThat(direct.leases()).hasSize(1);
            assertThat(direct.leases().get(0).used()).isTrue();
            assertThat(direct.datagramsSent()).isEqualTo(4);
            assertThat(direct.datagramsReceived()).isEqualTo(4);
            assertThat(direct.streams()).isEqualTo(3);
            assertThat(direct.exchanges()).isEqualTo(3);
        }
    }

    @Test
    void datagramsOfTheApiAreAnsweredAndAnOwnSocketIsUsedForEachFlow() throws Exception {
        try (DirectLease lease = client.directConnections(CONSENT);
                TunnelDatagrams one = client.datagrams();
                TunnelDatagrams other = client.datagrams()) {
            BlockingQueue<byte[]> answers = answers(one);
            BlockingQueue<byte[]> others = answers(other);
            send(one, servers.echo());
            send(one, servers.echo());
            send(other, servers.echoByName());

            assertThat(next(answers)).isEqualTo(PAYLOAD);
            assertThat(next(answers)).isEqualTo(PAYLOAD);
            assertThat(next(others)).isEqualTo(PAYLOAD);
            assertThat(List.copyOf(servers.datagrams)).hasSize(3);
            assertThat(List.copyOf(servers.datagrams).stream().distinct()).hasSize(2);
            assertThat(lease.isActive()).isTrue();
        }
    }

    @Test
    void aStreamCarriesMuchBothWaysAndEndsInOrder() throws Exception {
        try (DirectLease lease = client.directConnections(CONSENT)) {
            byte[] much = payload(3_000_000);
            TunnelSocket socket = client.connect(servers.echo()).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            CompletableFuture<Void> written = CompletableFuture.runAsync(
                    () -> {
                        try {
                            socket.output().write(much);
                            socket.shutdownOutput();
                        } catch (IOException e) {
                            throw new IllegalStateException(e);
                        }
                    },
                    task -> new Thread(task, "writer").start());

            assertThat(socket.input().readAllBytes()).isEqualTo(much);
            assertThat(written).succeedsWithin(LIMIT);
            await().atMost(LIMIT).until(() -> client.status().direct().openStreams() == 0);
            assertThat(client.status().direct().bytesSent()).isEqualTo(much.length);
            assertThat(client.status().direct().bytesReceived()).isEqualTo(much.length);
            assertThat(lease.isActive()).isTrue();
        }
    }

    @Test
    void aStreamThatNobodyTakesIsRefused() throws Exception {
        InetSocketAddress nobody;
        try (LocalServers gone = new LocalServers()) {
            nobody = gone.echo();
        }
        client.directConnections(CONSENT);
        assertThat(client.connect(nobody))
                .failsWithin(LIMIT)
                .withThrowableThat()
                .havingRootCause()
                .isInstanceOfSatisfying(
                        TunnelException.class,
                        e -> assertThat(e.kind()).isEqualTo(TunnelException.Kind.CONNECTION_REFUSED));
    }

    @Test
    void aLeaseIsForItsKindOfTrafficAndItsIsolationKeyAlone() throws Exception {
        client.directConnections(CONSENT.only(Scope.DATAGRAMS).onlyIsolationKey("a"));
        try (TunnelDatagrams meant = client.datagrams(FlowOptions.standard().isolated("a"));
                TunnelDatagrams other = client.datagrams(FlowOptions.standard().isolated("b"));
                TunnelDatagrams none = client.datagrams()) {
            BlockingQueue<byte[]> answers = answers(meant);
            send(other, servers.echo());
            send(none, servers.echo());
            CompletableFuture<?> stream =
                    client.connect(servers.echo(), FlowOptions.standard().isolated("a"));
            CompletableFuture<?> exchange = client.http(
                    servers.announce("localhost"),
                    LONGER_THAN_ANY_WAIT,
                    FlowOptions.standard().isolated("a"));
            send(meant, servers.echo());

            assertThat(next(answers)).isEqualTo(PAYLOAD);
            assertThat(exchange).failsWithin(LIMIT);
            assertThat(servers.datagrams).hasSize(1);
            assertThat(servers.connections).isEmpty();
            assertThat(servers.requests).isEmpty();
            assertThat(stream).isNotDone();
            assertThat(client.status().direct().leases())
                    .containsExactly(new DirectStatus.Lease(
                            Set.of(Scope.DATAGRAMS),
                            true,
                            client.status().direct().leases().get(0).until(),
                            true));
        }
    }

    @Test
    void whatWaitsGoesDirectlyOnceTheUserConsents() throws Exception {
        CompletableFuture<TunnelSocket> stream = client.connect(servers.echo());
        CompletableFuture<HttpReply> exchange = client.http(servers.announce("localhost"), LIMIT);
        await().pollDelay(LONGER_THAN_ANY_WAIT).atMost(LIMIT).until(() -> servers.connections.isEmpty());
        servers.assertNobodyCame();

        client.directConnections(CONSENT);
        assertThat(stream).succeedsWithin(Duration.ofSeconds(2));
        assertThat(exchange).succeedsWithin(Duration.ofSeconds(5));
    }

    @Test
    void revokedALeaseStopsAllOfItAtOnce() throws Exception {
        DirectLease lease = client.directConnections(CONSENT);
        try (TunnelDatagrams flow = client.datagrams()) {
            BlockingQueue<byte[]> answers = answers(flow);
            send(flow, servers.echo());
            assertThat(next(answers)).isEqualTo(PAYLOAD);
            TunnelSocket socket = client.connect(servers.echo()).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            socket.output().write(PAYLOAD);
            InputStream input = socket.input();
            assertThat(input.readNBytes(PAYLOAD.length)).isEqualTo(PAYLOAD);
            Socket atTheServer = servers.connections.take();
            CompletableFuture<TunnelSocket> late = client.connect(servers.echo());

            lease.revoke();
            assertThat(lease.isActive()).isFalse();
            assertThat(event(DirectConnectionsEnded.class).reason()).isEqualTo(Reason.REVOKED);
            assertThatThrownBy(() -> input.read()).isInstanceOf(IOException.class);
            await().atMost(LIMIT).until(atTheServer::isClosed);
            DirectStatus ended = client.status().direct();
            assertThat(ended.isAllowed()).isFalse();
            assertThat(ended.openStreams()).isZero();

            servers.datagrams.clear();
            send(flow, servers.echo());
            // Longer than what has begun waits before it goes directly.
            await().pollDelay(LONGER_THAN_ANY_WAIT).atMost(LIMIT).until(() -> servers.datagrams.isEmpty());
            servers.assertNobodyCame();
            assertThat(late).isNotDone();
            assertThat(client.status().direct().datagramsSent()).isEqualTo(1);
            lease.close();
        }
    }

    @Test
    void aLeaseEndsByItsTime() throws Exception {
        DirectLease lease = client.directConnections(DirectConsent.userAcceptsIpExposure(Duration.ofMillis(700)));
        try (TunnelDatagrams flow = client.datagrams()) {
            assertThat(event(DirectConnectionsEnded.class).reason()).isEqualTo(Reason.EXPIRED);
            assertThat(lease.isActive()).isFalse();
            assertThat(client.status().direct()).isEqualTo(DirectStatus.NONE);
            send(flow, servers.echo());
            await().atMost(LIMIT).until(() -> client.status().drops().getOrDefault("NO_CIRCUIT", 0L) >= 1);
            servers.assertNobodyCame();
        }
    }

    @Test
    void anotherLeaseGoesOnWhereOneHasEnded() throws Exception {
        DirectLease longer = client.directConnections(CONSENT);
        DirectLease shorter = client.directConnections(DirectConsent.userAcceptsIpExposure(Duration.ofMinutes(1)));
        try (TunnelDatagrams flow = client.datagrams()) {
            BlockingQueue<byte[]> answers = answers(flow);
            send(flow, servers.echo());
            assertThat(next(answers)).isEqualTo(PAYLOAD);
            longer.revoke();
            send(flow, servers.echo());
            assertThat(next(answers)).isEqualTo(PAYLOAD);
            shorter.revoke();
            assertThat(List.copyOf(servers.datagrams).stream().distinct()).hasSize(2);
            assertThat(client.status().direct().isAllowed()).isFalse();
        }
    }

    @Test
    void theClientsEndIsTheLeases() throws Exception {
        DirectLease lease = client.directConnections(CONSENT);
        TunnelSocket socket = client.connect(servers.echo()).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        Socket atTheServer = servers.connections.take();

        client.close();
        assertThat(lease.isActive()).isFalse();
        assertThat(event(DirectConnectionsEnded.class).reason()).isEqualTo(Reason.CLOSED);
        await().atMost(LIMIT).until(atTheServer::isClosed);
        assertThat(client.status().direct().isAllowed()).isFalse();
        assertThat(client.status().direct().streams()).isEqualTo(1);
        assertThat(socket.isClosed()).isTrue();
        lease.revoke();
        assertThatThrownBy(() -> client.directConnections(CONSENT))
                .isInstanceOfSatisfying(
                        TunnelException.class, e -> assertThat(e.kind()).isEqualTo(TunnelException.Kind.CLOSED));
    }

    @Test
    void whatIsNoHostIsNotSentTo() throws Exception {
        client.directConnections(CONSENT);
        try (TunnelDatagrams flow = client.datagrams()) {
            for (String target : List.of("224.0.0.251", "0.0.0.0", "255.255.255.255", "ff02::1", "::")) {
                send(flow, new InetSocketAddress(target, 5353));
            }
            send(flow, InetSocketAddress.createUnresolved("224.0.0.251", 5353));
            await().atMost(LIMIT)
                    .until(() -> client.status().drops().getOrDefault("DIRECT_TARGET_REFUSED", 0L) >= 5
                            && client.status().drops().getOrDefault("DIRECT_NAME_UNRESOLVED", 0L) >= 1);
            assertThat(client.status().direct().datagramsSent()).isZero();
        }
    }

    @Test
    void leasesAreBounded() {
        for (int i = 0; i < DirectLeases.MAX_LEASES; i++) {
            client.directConnections(CONSENT);
        }
        assertThatThrownBy(() -> client.directConnections(CONSENT))
                .isInstanceOfSatisfying(
                        TunnelException.class,
                        e -> assertThat(e.kind()).isEqualTo(TunnelException.Kind.TOO_MANY_LEASES));
    }
}

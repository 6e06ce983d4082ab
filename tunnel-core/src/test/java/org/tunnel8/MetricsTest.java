package org.tunnel8;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tunnel8.node.TunnelNode;
import org.tunnel8.testing.EmbeddedNetwork;

/** What Micrometer reads of a client and of the nodes that serve it is what they did. */
@Timeout(120)
class MetricsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String CLIENT = "measured";

    private static final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private static final AtomicInteger circuitsReady = new AtomicInteger();
    private static EmbeddedNetwork network;
    private static TunnelClient client;
    private static LocalServers outside;

    @BeforeAll
    static void start() throws Exception {
        outside = new LocalServers();
        network = EmbeddedNetwork.builder().relays(4).exits(2).metrics(registry).build();
        network.start().get(60, TimeUnit.SECONDS);
        client = newClient()
                .metrics(registry, CLIENT)
                .onEvent(event -> circuitsReady.addAndGet(
                        event instanceof TunnelEvent.CircuitReady ready && ready.hops() == 3 ? 1 : 0))
                .build();
        client.start().get(60, TimeUnit.SECONDS);
        client.whenReady(PATIENCE).join();
    }

    @AfterAll
    static void stop() throws IOException {
        client.close();
        network.close();
        outside.close();
    }

    /** What a test before has begun says its last words, which are not to be counted in the next. */
    @BeforeEach
    void waitForQuiet() {
        AtomicLong carried = new AtomicLong(-1);
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(100)).until(() -> {
            long now = count(CLIENT, "tunnel8.data.packets");
            return gauge(CLIENT, "tunnel8.streams.open") == 0 && carried.getAndSet(now) == now;
        });
    }

    private static TunnelClientBuilder newClient() {
        return TunnelClient.builder()
                .network(network.network())
                .bind(network.clientAddress(1))
                .hops(3)
                .circuits(1, 1)
                .minPeers(4);
    }

    private static List<Meter> metersOf(String node) {
        return registry.getMeters().stream()
                .filter(meter -> node.equals(meter.getId().getTag("node")))
                .filter(meter -> !MeterTable.isBucket(meter))
                .toList();
    }

    /** The sum of the counters of a name that bear all of these tags. */
    private static long count(String node, String name, String... tags) {
        return registry.find(name).tag("node", node).tags(tags).functionCounters().stream()
                .mapToLong(counter -> (long) counter.count())
                .sum();
    }

    private static long countOfAll(Set<String> nodes, String name, String... tags) {
        return nodes.stream().mapToLong(node -> count(node, name, tags)).sum();
    }

    private static double gauge(String node, String name, String... tags) {
        return registry.find(name).tag("node", node).tags(tags).gauges().stream()
                .mapToDouble(Gauge::value)
                .sum();
    }

    private static Set<String> nodes(String prefix) {
        return registry.getMeters().stream()
                .map(meter -> String.valueOf(meter.getId().getTag("node")))
                .filter(name -> name.startsWith(prefix))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static byte[] utp(int length) {
        byte[] payload = new byte[length];
        payload[0] = 1;
        return payload;
    }

    /** Sends datagrams of a length to the echo, one after the other. */
    private static void exchange(TunnelDatagrams flow, int datagrams, int length) throws InterruptedException {
        BlockingQueue<Integer> back = new LinkedBlockingQueue<>();
        flow.onDatagram((origin, buffer, offset, bytes) -> back.add(bytes));
        for (int i = 0; i < datagrams; i++) {
            assertThat(flow.send(outside.echo(), utp(length), 0, length)).isTrue();
            assertThat(back.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(length);
        }
    }

    @Test
    void aDatagramCountsAtEveryPlaceItPasses() throws Exception {
        Set<String> relays = nodes("tunnel8-relay");
        Set<String> exits = nodes("tunnel8-exit");
        String[] sent = {"direction", "sent"};
        String[] received = {"direction", "received"};
        long[] before = figuresOfDatagrams(relays, exits, sent, received);
        try (TunnelDatagrams flow = client.datagrams()) {
            exchange(flow, 25, 300);
        }
        long[] after = figuresOfDatagrams(relays, exits, sent, received);
        long[] grown = new long[before.length];
        Arrays.setAll(grown, i -> after[i] - before[i]);

        assertThat(grown)
                .as("client's data and bytes there and back; exits' packets and bytes there and back; data at exits")
                .containsExactly(25, 7_500, 25, 7_500, 25, 7_500, 25, 7_500, 25, 25, 25, 25);
    }

    private static long[] figuresOfDatagrams(Set<String> relays, Set<String> exits, String[] sent, String[] received) {
        return new long[] {
            count(CLIENT, "tunnel8.data.packets", sent),
            count(CLIENT, "tunnel8.data.bytes", sent),
            count(CLIENT, "tunnel8.data.packets", received),
            count(CLIENT, "tunnel8.data.bytes", received),
            countOfAll(exits, "tunnel8.exit.packets", sent),
            countOfAll(exits, "tunnel8.exit.bytes", sent),
            countOfAll(exits, "tunnel8.packets", "direction", "received", "peer", "outside"),
            countOfAll(exits, "tunnel8.bytes", "direction", "received", "peer", "outside"),
            countOfAll(exits, "tunnel8.packets", "direction", "received", "message", "data", "peer", "previous-hop"),
            countOfAll(exits, "tunnel8.packets", "direction", "sent", "message", "data", "peer", "previous-hop"),
            count(CLIENT, "tunnel8.packets", "direction", "sent", "message", "data", "peer", "first-hop"),
            count(CLIENT, "tunnel8.packets", "direction", "received", "message", "data", "peer", "first-hop"),
        };
    }

    @Test
    void relaysCountWhatTheyPassOnFromNeighbourToNeighbour() throws Exception {
        Set<String> relays = nodes("tunnel8-relay");
        long cells = countOfAll(relays, "tunnel8.relay.cells");
        long bytes = countOfAll(relays, "tunnel8.relay.bytes");
        String[] toNext = {"direction", "sent", "message", "cell", "peer", "next-hop"};
        String[] toPrevious = {"direction", "sent", "message", "cell", "peer", "previous-hop"};
        long next = countOfAll(relays, "tunnel8.packets", toNext);
        long previous = countOfAll(relays, "tunnel8.packets", toPrevious);
        try (TunnelDatagrams flow = client.datagrams()) {
            exchange(flow, 20, 1_000);
        }

        // Two relays stand between client and exit; pings pass them too.
        assertThat(countOfAll(relays, "tunnel8.packets", toNext) - next).isBetween(40L, 400L);
        assertThat(countOfAll(relays, "tunnel8.packets", toPrevious) - previous).isBetween(40L, 400L);
        long passed = countOfAll(relays, "tunnel8.relay.cells") - cells;
        assertThat(passed).isBetween(80L, 800L);
        assertThat(countOfAll(relays, "tunnel8.relay.bytes") - bytes).isBetween(80_000L, 80_000L + passed * 200);
        assertThat(relays.stream().mapToDouble(relay -> gauge(relay, "tunnel8.relay.circuits", "kind", "relayed")))
                .anyMatch(circuits -> circuits > 0);
    }

    @Test
    void aStreamCountsItsBytesAndItsEnd() throws Exception {
        byte[] content = new byte[200_000];
        new Random(7).nextBytes(content);
        long begun = count(CLIENT, "tunnel8.streams.begun", "origin", "own");
        long closed = count(CLIENT, "tunnel8.streams.ended", "reason", "closed");
        long sent = count(CLIENT, "tunnel8.streams.bytes", "direction", "sent");
        long received = count(CLIENT, "tunnel8.streams.bytes", "direction", "received");
        long packets = count(CLIENT, "tunnel8.streams.packets", "direction", "sent");
        try (UtpPeer peer = UtpPeer.echoing();
                TunnelSocket socket = client.connect(peer.address()).get(60, TimeUnit.SECONDS)) {
            assertThat(gauge(CLIENT, "tunnel8.streams.open")).isEqualTo(1);
            CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> write(socket, content));
            assertThat(socket.input().readAllBytes()).isEqualTo(content);
            writing.get(60, TimeUnit.SECONDS);
            await().atMost(PATIENCE)
                    .until(() -> count(CLIENT, "tunnel8.streams.ended", "reason", "closed") == closed + 1);
        }

        assertThat(count(CLIENT, "tunnel8.streams.begun", "origin", "own")).isEqualTo(begun + 1);
        assertThat(count(CLIENT, "tunnel8.streams.bytes", "direction", "sent")).isEqualTo(sent + content.length);
        assertThat(count(CLIENT, "tunnel8.streams.bytes", "direction", "received"))
                .isEqualTo(received + content.length);
        assertThat(count(CLIENT, "tunnel8.streams.packets", "direction", "sent"))
                .isGreaterThan(packets + content.length / 1_400);
        assertThat(gauge(CLIENT, "tunnel8.streams.open")).isZero();
    }

    private static void write(TunnelSocket socket, byte[] content) {
        try (OutputStream out = socket.output()) {
            out.write(content);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void eachIsolationKeyCountsUnderANumberOfItsOwnAsLongAsItIsInUse() throws Exception {
        FlowOptions first = FlowOptions.standard().isolated("0123456789abcdef-secret");
        FlowOptions second = FlowOptions.standard().isolated("another secret");
        String numberOfFirst;
        String numberOfSecond;
        try (TunnelDatagrams one = client.datagrams(first);
                TunnelDatagrams other = client.datagrams(second)) {
            numberOfFirst = client.isolationNumber("0123456789abcdef-secret").orElseThrow();
            numberOfSecond = client.isolationNumber("another secret").orElseThrow();
            long before = count(CLIENT, "tunnel8.isolation.bytes", "key", numberOfFirst, "direction", "sent");
            long beforeOther = count(CLIENT, "tunnel8.isolation.packets", "key", numberOfSecond);
            long withoutKey = count(CLIENT, "tunnel8.isolation.packets", "key", "none");

            await().atMost(PATIENCE).until(() -> client.status().readyCircuits() >= 3);
            exchange(one, 7, 200);
            exchange(other, 3, 100);

            assertThat(count(CLIENT, "tunnel8.isolation.bytes", "key", numberOfFirst, "direction", "sent") - before)
                    .isEqualTo(1_400);
            assertThat(count(CLIENT, "tunnel8.isolation.packets", "key", numberOfSecond) - beforeOther)
                    .isEqualTo(6);
            assertThat(count(CLIENT, "tunnel8.isolation.packets", "key", "none"))
                    .isEqualTo(withoutKey);
        }
        assertThat(numberOfFirst).isNotEqualTo(numberOfSecond);
        assertThat(client.isolationNumber("0123456789abcdef-secret")).isEmpty();
        try (TunnelDatagrams third = client.datagrams(FlowOptions.standard().isolated("a third"))) {
            assertThat(third).isNotNull();
            assertThat(client.isolationNumber("a third"))
                    .contains(List.of(numberOfFirst, numberOfSecond).stream()
                            .min(String::compareTo)
                            .orElseThrow());
        }
    }

    @Test
    void anHttpExchangeCountsAtTheExitThatPerformsIt() throws Exception {
        Set<String> exits = nodes("tunnel8-exit");
        long replies = countOfAll(exits, "tunnel8.exit.http.replies");
        long asked = count(CLIENT, "tunnel8.packets", "direction", "sent", "message", "http-request");
        client.http(outside.announce("127.0.0.1")).get(60, TimeUnit.SECONDS);

        assertThat(countOfAll(exits, "tunnel8.exit.http.replies")).isEqualTo(replies + 1);
        assertThat(countOfAll(exits, "tunnel8.exit.http.bytes")).isPositive();
        assertThat(count(CLIENT, "tunnel8.packets", "direction", "sent", "message", "http-request"))
                .isEqualTo(asked + 1);
        assertThat(countOfAll(exits, "tunnel8.packets", "direction", "received", "message", "http-request"))
                .isPositive();
    }

    @Test
    void theProxyCountsWhatPassesIt() throws Exception {
        byte[] content = new byte[10_000];
        long before = count(CLIENT, "tunnel8.socks5.streams.bytes", "direction", "received");
        try (UtpPeer peer = UtpPeer.echoing();
                Socket socket = new Socket(client.proxy())) {
            socket.connect(peer.address(), 60_000);
            assertThat(gauge(CLIENT, "tunnel8.socks5.streams")).isEqualTo(1);
            socket.getOutputStream().write(content);
            assertThat(socket.getInputStream().readNBytes(content.length)).isEqualTo(content);
        }
        assertThat(count(CLIENT, "tunnel8.socks5.streams.bytes", "direction", "received"))
                .isEqualTo(before + content.length);
        assertThat(count(CLIENT, "tunnel8.socks5.streams.opened")).isPositive();
    }

    @Test
    void everyDropCountsUnderItsReason() {
        long before = count(CLIENT, "tunnel8.drops", "reason", "too-large");
        InetSocketAddress tooLong = InetSocketAddress.createUnresolved("x".repeat(800), 80);
        try (TunnelDatagrams flow = client.datagrams()) {
            await().atMost(PATIENCE).until(() -> {
                flow.send(tooLong, utp(30), 0, 30);
                return count(CLIENT, "tunnel8.drops", "reason", "too-large", "source", "engine") > before;
            });
        }
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(count(CLIENT, "tunnel8.drops", "source", "engine", "reason", "too-large"))
                                .isEqualTo(client.status().drops().get("TOO_LARGE")));
    }

    @Test
    void packetsAddUpToAllThereWereAndEachIsKnownForWhatItIs() {
        for (String node : nodes("tunnel8-")) {
            assertThat(count(node, "tunnel8.packets", "message", "other"))
                    .as("packets of %s that nobody knows", node)
                    .isZero();
        }
        assertThat(count(CLIENT, "tunnel8.packets", "message", "other")).isZero();

        long before = sentByClient();
        Traffic traffic = client.status().traffic();
        long after = sentByClient();
        assertThat(traffic.packetsSent()).isBetween(before, after);
        await().atMost(PATIENCE).untilAsserted(() -> {
            long counted = count(CLIENT, "tunnel8.bytes", "direction", "received");
            assertThat(count(CLIENT, "tunnel8.port.bytes", "direction", "received", "port", "own"))
                    .isEqualTo(counted);
        });
    }

    private static long sentByClient() {
        return count(CLIENT, "tunnel8.packets", "direction", "sent");
    }

    @Test
    void bootstrapServersAndPeersAreToldApart() {
        assertThat(count(CLIENT, "tunnel8.packets", "direction", "sent", "peer", "bootstrap-server"))
                .isPositive();
        assertThat(count(
                        CLIENT,
                        "tunnel8.packets",
                        "direction",
                        "received",
                        "peer",
                        "bootstrap-server",
                        "message",
                        "introduction-response"))
                .isPositive();
        assertThat(count(CLIENT, "tunnel8.packets", "direction", "received", "peer", "peer"))
                .isPositive();
    }

    @Test
    void gaugesSayWhatTheStatusSays() {
        await().atMost(PATIENCE).untilAsserted(() -> {
            TunnelStatus status = client.status();
            assertThat(gauge(CLIENT, "tunnel8.circuits", "hops", "3"))
                    .isEqualTo(status.circuits().size());
            assertThat(gauge(CLIENT, "tunnel8.circuits", "state", "ready", "hops", "3"))
                    .isEqualTo(status.readyCircuits());
            assertThat(gauge(CLIENT, "tunnel8.peers", "state", "reachable")
                            + gauge(CLIENT, "tunnel8.peers", "state", "unreachable"))
                    .isEqualTo(status.peers());
            assertThat(gauge(CLIENT, "tunnel8.peers.candidates", "role", "exit-bt"))
                    .isEqualTo(status.exits());
            assertThat(gauge(CLIENT, "tunnel8.table.size", "table", "own-circuits"))
                    .isEqualTo(status.circuits().size());
        });
        assertThat(gauge(CLIENT, "tunnel8.bootstrap.state", "state", "answered"))
                .isEqualTo(1);
        assertThat(gauge(CLIENT, "tunnel8.bootstrap.state")).isEqualTo(1);
        assertThat(gauge(CLIENT, "tunnel8.bootstrap.servers", "state", "answering"))
                .isEqualTo(1);
        assertThat(gauge(CLIENT, "tunnel8.client.state", "state", "ready")).isEqualTo(1);
        assertThat(gauge(CLIENT, "tunnel8.client.trouble")).isZero();
        assertThat(gauge(CLIENT, "tunnel8.nat.type")).isEqualTo(1);
        assertThat(gauge(CLIENT, "tunnel8.table.bound", "table", "peers")).isEqualTo(500);
        assertThat(gauge("tunnel8-relay1", "tunnel8.peers", "state", "reachable"))
                .isPositive();
        assertThat(count(CLIENT, "tunnel8.signatures.checked")).isPositive();
        assertThat(registry.get("tunnel8.engine.cpu")
                        .tag("node", CLIENT)
                        .functionCounter()
                        .count())
                .isPositive();
    }

    @Test
    void histogramsHoldWhatCircuitsTook() {
        await().atMost(PATIENCE).untilAsserted(() -> {
            Timer builds = timer("tunnel8.circuit.build", "hops", "3");
            assertThat(builds.count()).isEqualTo(circuitsReady.get());
            assertThat(builds.totalTime(TimeUnit.MILLISECONDS)).isPositive();
            assertThat(builds.takeSnapshot().histogramCounts())
                    .extracting(bucket -> bucket.bucket(TimeUnit.MILLISECONDS))
                    .containsExactly(100d, 250d, 500d, 1_000d, 2_500d, 5_000d, 10_000d, 30_000d);
            for (String position : List.of("1", "2", "3")) {
                assertThat(timer("tunnel8.hop.build", "position", position).count())
                        .isGreaterThanOrEqualTo(builds.count());
            }
            // A new circuit is pinged several times.
            assertThat(timer("tunnel8.circuit.round.trip", "hops", "3").count()).isGreaterThan(builds.count());
            assertThat(registry.get("tunnel8.peer.round.trip")
                            .tag("node", CLIENT)
                            .timer()
                            .count())
                    .isGreaterThanOrEqualTo(4);
        });
        assertThat(count(CLIENT, "tunnel8.measurements.lost")).isZero();
    }

    private static Timer timer(String name, String... tags) {
        return registry.get(name).tag("node", CLIENT).tags(tags).timer();
    }

    @Test
    void circuitsThatEndCountUnderTheirReason() {
        long before = count(CLIENT, "tunnel8.circuits.closed", "hops", "1", "reason", "unneeded");
        try (TunnelDatagrams flow =
                client.datagrams(FlowOptions.standard().hops(1).isolated("short"))) {
            await().atMost(PATIENCE).until(() -> {
                flow.send(outside.echo(), utp(100), 0, 100);
                return gauge(CLIENT, "tunnel8.circuits", "state", "ready", "hops", "1") > 0;
            });
        }
        await().atMost(PATIENCE)
                .until(() -> count(CLIENT, "tunnel8.circuits.closed", "hops", "1", "reason", "unneeded") > before);
    }

    @Test
    void noTagNamesAnybody() throws Exception {
        Set<String> values = registry.getMeters().stream()
                .flatMap(meter ->
                        StreamSupport.stream(meter.getId().getTagsAsIterable().spliterator(), false))
                .map(Tag::getValue)
                .collect(Collectors.toSet());
        assertThat(values)
                .allSatisfy(value -> assertThat(value)
                        .doesNotContain("secret")
                        .doesNotContainPattern("\\d{1,3}(\\.\\d{1,3}){3}|[0-9a-f]{16,}|[/\\\\:]"));
    }

    @Test
    void theDocumentListsAllMetersWithAllTagsAndNoOthers() throws Exception {
        await().atMost(PATIENCE)
                .until(() -> metersOf(CLIENT).stream()
                        .anyMatch(meter -> meter.getId().getName().equals("tunnel8.table.size")));
        for (TunnelNode node : network.exits()) {
            assertThat(node.status()).isNotNull();
        }
        await().atMost(PATIENCE)
                .until(() -> nodes("tunnel8-").stream()
                        .allMatch(node -> registry.find("tunnel8.table.size")
                                        .tag("node", node)
                                        .gauge()
                                != null));

        assertThat(MeterTable.differences(registry.getMeters())).isEmpty();
    }

    @Test
    void theNumberOfMetersIsAboutTheDocumentedOne() throws Exception {
        await().atMost(PATIENCE)
                .until(() -> metersOf(CLIENT).stream()
                        .anyMatch(meter -> meter.getId().getName().equals("tunnel8.table.size")));
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(metersOf(CLIENT)).hasSizeBetween(told("a client") - 40, told("a client") + 40);
            assertThat(metersOf("tunnel8-exit1")).hasSizeBetween(told("a node") - 40, told("a node") + 40);
        });
    }

    private static int told(String of) throws IOException {
        return MeterTable.number(of);
    }
}

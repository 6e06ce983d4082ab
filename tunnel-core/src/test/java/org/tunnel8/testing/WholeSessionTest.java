package org.tunnel8.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;
import org.tunnel8.TunnelClient;
import org.tunnel8.TunnelDatagrams;
import org.tunnel8.TunnelEvent;
import org.tunnel8.TunnelStatus;
import org.tunnel8.node.TunnelNode;

/** A session from its start to its end on real sockets: what the log says of it, and which threads call the application. */
@Timeout(90)
class WholeSessionTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    /** Dotted or colon-separated addresses, and runs of digits long enough for a piece of a key. */
    private static final Pattern ADDRESS_OR_KEY =
            Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|[0-9a-fA-F]{0,4}(:[0-9a-fA-F]{0,4}){3,}|[0-9a-fA-F]{16,}");

    /** What other libraries say at their own levels is for whoever turns these on. */
    private final Logger root = (Logger) LoggerFactory.getLogger("org.tunnel8");

    private final ListAppender<ILoggingEvent> captured = new ListAppender<>();
    private final Level level = root.getLevel();
    private final Set<String> callbackThreads = ConcurrentHashMap.newKeySet();
    private final Set<Integer> ports = ConcurrentHashMap.newKeySet();
    private final List<String> keys = new ArrayList<>();

    @BeforeEach
    void capture() {
        root.setLevel(Level.TRACE);
        root.setAdditive(false);
        captured.start();
        root.addAppender(captured);
    }

    @AfterEach
    void release() {
        root.detachAppender(captured);
        root.setAdditive(true);
        root.setLevel(level);
    }

    private void heard(TunnelEvent event) {
        callbackThreads.add(Thread.currentThread().getName());
        if (event instanceof TunnelEvent.CircuitReady) {
            throw new IllegalStateException("an application that fails, with 203.0.113.7:6881 in what it says");
        }
    }

    private void note(TunnelNode node) {
        ports.add(node.address().getPort());
        keys.add(HexFormat.of().formatHex(node.publicKey()).substring(20, 36));
    }

    private static byte[] utp() {
        byte[] payload = new byte[400];
        payload[0] = 1;
        return payload;
    }

    @Test
    void theLogNamesNobodyAndCallbacksRunOnTheirOwnThread() throws Exception {
        try (EmbeddedNetwork network =
                        EmbeddedNetwork.builder().relays(3).exits(2).build();
                DatagramSocket silent =
                        new DatagramSocket(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0))) {
            network.start().join();
            network.relays().forEach(this::note);
            network.exits().forEach(this::note);
            ports.add(network.network().bootstrap().get(0).getPort());
            ports.add(silent.getLocalPort());
            try (TunnelClient client = TunnelClient.builder()
                    .network(network.network())
                    .bind(network.clientAddress(1))
                    .hops(2)
                    .circuits(1, 1)
                    .minPeers(4)
                    .onEvent(this::heard)
                    .build()) {
                client.start().join();
                client.whenReady(LIMIT).join();
                ports.add(client.socks5().address().getPort());
                client.status().address().ifPresent(own -> ports.add(own.getPort()));
                use(client, silent);
                network.exits().get(0).close();
                await().atMost(LIMIT).until(() -> client.status().readyCircuits() > 0);
                use(client, silent);
                assertThat(client.status().state()).isEqualTo(TunnelStatus.State.READY);
            }
        }

        assertThat(callbackThreads).containsExactly("tunnel8-callbacks");
        assertThat(captured.list.stream().map(ILoggingEvent::getLevel).distinct())
                .as("levels at which something was logged")
                .contains(Level.DEBUG, Level.INFO, Level.WARN);
        assertThat(captured.list.stream().map(WholeSessionTest::text).collect(Collectors.toList()))
                .allSatisfy(this::assertNamesNobody);
    }

    private static void use(TunnelClient client, DatagramSocket silent) {
        try (TunnelDatagrams flow = client.datagrams()) {
            byte[] payload = utp();
            long before = client.status().traffic().dataPacketsSent();
            flow.onDatagram((origin, buffer, offset, length) -> {});
            for (int i = 0; i < 20; i++) {
                flow.send((InetSocketAddress) silent.getLocalSocketAddress(), payload, 0, payload.length);
                flow.send(InetSocketAddress.createUnresolved("no-such-host.invalid", 80), payload, 0, payload.length);
                flow.send(new InetSocketAddress("192.168.77.1", 80), payload, 0, payload.length);
            }
            await().atMost(LIMIT).until(() -> client.status().traffic().dataPacketsSent() > before);
        }
    }

    private static String text(ILoggingEvent event) {
        String thrown = event.getThrowableProxy() == null ? "" : ThrowableProxyUtil.asString(event.getThrowableProxy());
        return event.getLevel() + " " + event.getFormattedMessage() + " " + event.getKeyValuePairs() + " " + thrown;
    }

    private void assertNamesNobody(String line) {
        assertThat(line).doesNotContainPattern(ADDRESS_OR_KEY).doesNotContain("no-such-host");
        ports.forEach(port -> assertThat(line).doesNotContainPattern("\\b" + port + "\\b"));
        keys.forEach(key -> assertThat(line).doesNotContainIgnoringCase(key));
    }

    @Test
    void aNodeThatClosesTellsItsNeighboursSo() {
        List<String> reasons = new ArrayList<>();
        try (EmbeddedNetwork network =
                EmbeddedNetwork.builder().relays(0).exits(2).build()) {
            network.start().join();
            try (TunnelClient client = TunnelClient.builder()
                    .network(network.network())
                    .bind(network.clientAddress(1))
                    .hops(1)
                    .circuits(1, 1)
                    .minPeers(2)
                    .onEvent(event -> {
                        if (event instanceof TunnelEvent.CircuitClosed closed) {
                            synchronized (reasons) {
                                reasons.add(closed.reason());
                            }
                        }
                    })
                    .build()) {
                client.start().join();
                await().atMost(LIMIT).until(() -> client.status().readyCircuits() == 2);

                network.exits().forEach(TunnelNode::close);

                await().atMost(Duration.ofSeconds(2)).until(() -> {
                    synchronized (reasons) {
                        return reasons.contains("DESTROYED") && client.status().readyCircuits() == 0;
                    }
                });
                assertThat(client.status().state()).isEqualTo(TunnelStatus.State.UNAVAILABLE);
                assertThat(client.whenReady(Duration.ofMillis(50))).failsWithin(LIMIT);
            }
        }
    }
}

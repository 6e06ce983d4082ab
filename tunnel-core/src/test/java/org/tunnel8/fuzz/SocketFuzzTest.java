package org.tunnel8.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.tunnel8.CircuitStatus;
import org.tunnel8.TunnelClient;
import org.tunnel8.node.NodeStatus;
import org.tunnel8.node.TunnelNode;
import org.tunnel8.testing.EmbeddedNetwork;
import org.tunnel8.virtual.Seed;

/**
 * Hostile datagrams by the thousand through real sockets into the nodes of an embedded network, while a client's circuit
 * through them keeps echoing: no listener throws, nothing is logged with an exception, memory does not grow.
 */
@Tag("fuzz")
class SocketFuzzTest {
    private static final String DATAGRAMS = "tunnel8.fuzz.socketDatagrams";
    private static final long SMALL_SHARE = 20_000;
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int MAX_CIRCUITS = 100;
    /** Datagrams sent before the nodes are waited for, so that the system need not drop any. */
    private static final int BATCH = 100;

    private static final int BATCHES_PER_ECHO = 20;
    /** Tables that were empty at the start: peers, circuits, names, and what the attacker itself keeps. */
    private static final long MAX_GROWTH_BYTES = 48L << 20;

    private final long seed = Seed.take(getClass());
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void record() {
        log.start();
        root.addAppender(log);
    }

    @AfterEach
    void stop() {
        root.detachAppender(log);
    }

    @Test
    void nodesOnRealSocketsWithstandHostileDatagrams() throws Exception {
        long datagrams = Long.getLong(DATAGRAMS, SMALL_SHARE);
        try (EmbeddedNetwork network = EmbeddedNetwork.builder()
                .relays(1)
                .exits(1)
                .maxJoinedCircuits(MAX_CIRCUITS)
                .build()) {
            network.start().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            TunnelNode relay = network.relays().get(0);
            TunnelNode exit = network.exits().get(0);
            try (SocketAttack attack = new SocketAttack(network, seed);
                    TunnelClient client = TunnelClient.builder()
                            .network(network.network())
                            .bind(network.clientAddress(1))
                            .hops(2)
                            .circuits(1, 0)
                            .minPeers(2)
                            .build();
                    SocketEcho echo = new SocketEcho(client)) {
                client.start().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
                client.whenReady(LIMIT).join();
                assertThat(echo.answers()).as("an echo before the attack").isTrue();
                Duration age = oldest(client);
                long before = heapBytes();
                long begun = System.nanoTime();

                for (long sent = 0; sent < datagrams; sent += BATCH) {
                    attack.send(BATCH);
                    relay.status();
                    attack.outside(exit.outsideAddresses());
                    if (sent / BATCH % BATCHES_PER_ECHO == 0) {
                        assertThat(echo.answers())
                                .as("an echo after %d datagrams with seed %d", sent, seed)
                                .isTrue();
                    }
                }
                Duration took = Duration.ofNanos(System.nanoTime() - begun);
                assertThat(echo.answers()).as("an echo after the attack").isTrue();
                long grown = heapBytes() - before;
                System.out.println("SocketFuzzTest: " + echo);
                report(attack, took, grown, List.of(relay.status(), exit.status()));

                assertThat(oldest(client)).as("age of the circuit that was up").isGreaterThan(age.plus(took));
                assertThat(grown).as("growth of the heap").isLessThan(MAX_GROWTH_BYTES);
                assertThat(attack.isAnswered(relay))
                        .as("the relay still answers")
                        .isTrue();
                assertThat(attack.isAnswered(exit)).as("the exit still answers").isTrue();
                for (TunnelNode node : List.of(relay, exit)) {
                    assertThat(node.status().port().listenerFailures()).isZero();
                    assertThat(node.status().outside().listenerFailures()).isZero();
                    assertThat(node.status().joinedCircuits()).isLessThanOrEqualTo(MAX_CIRCUITS);
                    assertThat(node.status().outsideSockets()).isLessThanOrEqualTo(2 * MAX_CIRCUITS);
                }
            }
        }
        assertThat(List.copyOf(log.list))
                .filteredOn(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
                .noneMatch(event -> event.getThrowableProxy() != null)
                .noneMatch(event -> event.getLevel().equals(Level.ERROR));
    }

    private static Duration oldest(TunnelClient client) {
        return client.status().circuits().stream()
                .filter(CircuitStatus::ready)
                .map(CircuitStatus::age)
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
    }

    /** What is left in the heap after a collection. */
    private static long heapBytes() {
        ManagementFactory.getMemoryMXBean().gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private void report(SocketAttack attack, Duration took, long grown, List<NodeStatus> nodes) {
        System.out.printf(
                "SocketFuzzTest: %,d datagrams in %.1f s, heap grew by %,d KiB, seed %d; %s%n",
                attack.sent(), took.toMillis() / 1e3, grown / 1024, seed, attack);
        for (NodeStatus node : nodes) {
            System.out.printf(
                    "  arrived at the port %,d, at outside sockets %,d; peers %d, circuits %d and %d, dropped %s%n",
                    node.port().received(),
                    node.outside().received(),
                    node.peers(),
                    node.joinedCircuits(),
                    node.relayedCircuits(),
                    node.drops());
        }
        Set<String> warnings = new TreeSet<>();
        log.list.stream()
                .filter(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
                .forEach(event -> warnings.add(event.getMessage()));
        System.out.println("  warnings logged: " + warnings);
    }
}

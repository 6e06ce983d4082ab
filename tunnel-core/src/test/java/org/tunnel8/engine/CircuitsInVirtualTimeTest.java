package org.tunnel8.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tunnel8.circuit.Circuit;
import org.tunnel8.circuit.CircuitSettings;
import org.tunnel8.circuit.CloseReason;
import org.tunnel8.circuit.FlowTable;
import org.tunnel8.engine.EngineNode.Received;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.simulation.SignatureMode;
import org.tunnel8.virtual.Passage;
import org.tunnel8.virtual.VirtualNetwork;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.HostAddress;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.cell.CellFrame;
import org.tunnel8.wire.walk.PeerFlags;

/** Circuits from end to end in virtual time: built, used, lost and replaced. */
class CircuitsInVirtualTimeTest {
    private static final int RELAY = PeerFlags.RELAY | PeerFlags.SPEED_TEST;
    private static final int EXIT = RELAY | PeerFlags.EXIT_BT | PeerFlags.EXIT_IPV8;
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final VirtualNetwork network = new VirtualNetwork(8).signatures(SignatureMode.REPLACED);
    private final List<EngineNode> relays = new ArrayList<>();
    private final List<EngineNode> exits = new ArrayList<>();
    private final OutsideEcho echo = new OutsideEcho(network, "93.184.216.34:6881");
    private final EngineNode bootstrap = EngineNode.bootstrap(network, "5.0.0.1:6421");

    @BeforeEach
    void startNetwork() {
        for (int i = 1; i <= 4; i++) {
            relays.add(EngineNode.server(network, "5.0.1." + i + ":7001", RELAY, bootstrap));
        }
        for (int i = 1; i <= 2; i++) {
            exits.add(EngineNode.server(network, "5.0.2." + i + ":7001", EXIT, bootstrap));
        }
        network.runFor(Duration.ofSeconds(30));
    }

    private EngineNode client(int hops) {
        return EngineNode.client(network, "5.0.3.1:7001", CircuitSettings.of(hops, 2, 4), bootstrap);
    }

    private EngineNode readyClient(int hops) {
        EngineNode client = client(hops);
        assertThat(network.runUntil(() -> client.circuits().ready() == 3, MINUTE))
                .as("three circuits become ready")
                .isTrue();
        return client;
    }

    private static byte[] utp(int number) {
        byte[] payload = new byte[60];
        payload[0] = 1;
        payload[19] = (byte) number;
        return payload;
    }

    private IpAddress outside() {
        return new IpAddress(echo.address());
    }

    private Set<InetSocketAddress> exitSockets() {
        Set<InetSocketAddress> all = new HashSet<>();
        exits.forEach(exit -> all.addAll(exit.outsideAddresses()));
        return all;
    }

    private EngineNode hop(Circuit circuit, int index) {
        List<EngineNode> all = new ArrayList<>(relays);
        all.addAll(exits);
        return all.stream()
                .filter(node ->
                        node.identity().publicKey().equals(circuit.hopKeys().get(index)))
                .findFirst()
                .orElseThrow();
    }

    private Circuit primary(EngineNode client) {
        return client.circuits().circuits().stream()
                .filter(circuit -> client.circuits().isPrimary(circuit))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void dataGoesOutAtTheExitAndComesBack(int hops) {
        EngineNode client = readyClient(hops);
        List<Received> back = new ArrayList<>();
        FlowTable.Flow flow = client.flow(back);

        assertThat(client.send(flow, outside(), utp(1))).isTrue();
        assertThat(network.runUntil(() -> !back.isEmpty(), MINUTE)).isTrue();

        assertThat(back.get(0).origin()).isEqualTo(outside());
        assertThat(back.get(0).payload().toBytes()).isEqualTo(utp(1));
        assertThat(exitSockets()).containsAll(echo.seen());
        assertThat(primary(client).hops()).isEqualTo(hops);
        assertThat(new HashSet<>(primary(client).hopKeys())).hasSize(hops);
    }

    @Test
    void theOutsideAndAllButTheFirstHopNeverHearFromTheClient() {
        EngineNode client = readyClient(3);
        List<Received> back = new ArrayList<>();
        FlowTable.Flow flow = client.flow(back);
        network.forgetPassages();
        Set<InetSocketAddress> firstHops = new HashSet<>();
        client.circuits()
                .circuits()
                .forEach(circuit -> firstHops.add(hop(circuit, 0).address()));

        for (int i = 0; i < 50; i++) {
            client.send(flow, outside(), utp(i));
        }
        network.runFor(Duration.ofSeconds(5));

        assertThat(back).hasSize(50);
        assertThat(network.passages().stream()
                        .filter(passage -> passage.from().equals(client.address()))
                        .filter(CircuitsInVirtualTimeTest::isCell)
                        .map(Passage::to))
                .isNotEmpty()
                .allMatch(firstHops::contains);
        assertThat(network.passages())
                .noneMatch(passage ->
                        passage.from().equals(client.address()) && passage.to().equals(echo.address()));
    }

    private static boolean isCell(Passage passage) {
        return CommunityId.TRIBLER.matchesPrefix(passage.bytes(), 0, passage.bytes().length)
                && CellFrame.isCell(passage.bytes(), 0, passage.bytes().length);
    }

    @Test
    void hostNamesAreResolvedByTheExitAlone() {
        EngineNode client = readyClient(2);
        exits.forEach(exit -> exit.name("tracker.example", echo.address().getAddress()));
        List<Received> back = new ArrayList<>();

        client.send(client.flow(back), new HostAddress("tracker.example", 6_881), utp(1));
        network.runFor(Duration.ofSeconds(5));

        assertThat(back).hasSize(1);
        assertThat(client.asked()).isEmpty();
        assertThat(exits.stream().filter(exit -> exit.asked().contains("tracker.example")))
                .hasSize(1);
    }

    @Test
    void anIdleCircuitLivesForAnHourAndIsReplacedBeforeItsExitForgetsIt() {
        EngineNode client = readyClient(3);
        Circuit first = primary(client);

        network.runFor(Duration.ofMinutes(50));
        assertThat(first.state()).isEqualTo(Circuit.State.READY);
        assertThat(client.closed()).isEmpty();

        network.runFor(Duration.ofMinutes(8));
        assertThat(first.state()).isEqualTo(Circuit.State.CLOSED);
        assertThat(client.closed()).containsOnly(CloseReason.WORN_OUT);
        assertThat(client.circuits().ready()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void aCircuitInUseWhoseHopDiesIsGivenUpWithinFiveSecondsAndTheFlowMovesOn(int hopIndex) {
        EngineNode client = readyClient(3);
        List<Received> back = new ArrayList<>();
        FlowTable.Flow flow = client.flow(back);
        client.send(flow, outside(), utp(0));
        network.runFor(Duration.ofSeconds(1));
        assertThat(back).hasSize(1);
        Circuit lost = primary(client);

        hop(lost, hopIndex).die();
        long diedNanos = network.nowNanos();
        for (int i = 0; i < 60 && lost.state() == Circuit.State.READY; i++) {
            client.send(flow, outside(), utp(i));
            network.runFor(Duration.ofMillis(100));
        }

        assertThat(lost.state()).isEqualTo(Circuit.State.CLOSED);
        assertThat(Duration.ofNanos(network.nowNanos() - diedNanos)).isLessThan(Duration.ofSeconds(5));
        back.clear();
        // A standby may have run over the dead node as well, and is then found out in the same way.
        assertThat(network.runUntil(
                        () -> {
                            client.send(flow, outside(), utp(9));
                            network.runFor(Duration.ofMillis(500));
                            return !back.isEmpty();
                        },
                        Duration.ofSeconds(30)))
                .isTrue();
    }

    @Test
    void anIdleCircuitWhoseExitDiesIsFoundOutByItsPings() {
        EngineNode client = readyClient(2);
        Circuit lost = primary(client);

        hop(lost, 1).die();

        assertThat(network.runUntil(() -> lost.state() == Circuit.State.CLOSED, Duration.ofSeconds(31)))
                .isTrue();
        assertThat(network.runUntil(() -> client.circuits().ready() == 3, Duration.ofSeconds(30)))
                .isTrue();
    }

    @Test
    void oneWayTrafficDoesNotCostTheCircuit() {
        EngineNode client = readyClient(3);
        echo.mute();
        FlowTable.Flow flow = client.flow(new ArrayList<>());
        Circuit used = primary(client);

        for (int i = 0; i < 600; i++) {
            client.send(flow, outside(), utp(i));
            network.runFor(Duration.ofMillis(100));
        }
        network.runFor(Duration.ofSeconds(1));

        assertThat(used.state()).isEqualTo(Circuit.State.READY);
        assertThat(client.closed()).isEmpty();
        assertThat(client.becameReady()).hasSize(3);
        assertThat(echo.seen()).hasSize(600);
    }

    @Test
    void stoppingTheClientFreesEveryHopAtOnce() {
        EngineNode client = readyClient(3);

        client.stop();
        network.runFor(Duration.ofSeconds(1));

        for (EngineNode node : relays) {
            assertThat(node.engine().relay().joinedCircuits()).isZero();
            assertThat(node.engine().relay().relayedCircuits()).isZero();
        }
        exits.forEach(exit -> assertThat(exit.engine().relay().joinedCircuits()).isZero());
    }

    @Test
    void hopsForgetACircuitWhoseOwnerDiesWithoutAWord() {
        EngineNode client = readyClient(3);
        client.die();

        network.runFor(Duration.ofSeconds(26));

        relays.forEach(
                node -> assertThat(node.engine().relay().relayedCircuits()).isZero());
        exits.forEach(exit -> assertThat(exit.engine().relay().joinedCircuits()).isZero());
    }

    @Test
    void aFirstHopThatStopsEndsItsCircuitsAtOnceAndOthersTakeTheirPlace() {
        EngineNode client = readyClient(3);
        Circuit lost = primary(client);

        hop(lost, 0).stop();
        network.runFor(Duration.ofSeconds(1));

        assertThat(client.closed()).contains(CloseReason.DESTROYED);
        assertThat(network.runUntil(() -> client.circuits().ready() == 3, Duration.ofSeconds(30)))
                .isTrue();
    }

    @Test
    void circuitsComeUpInSpiteOfHeavyLoss() {
        network.loss(0.12);
        EngineNode client = client(3);

        assertThat(network.runUntil(() -> client.circuits().ready() >= 1, Duration.ofSeconds(30)))
                .isTrue();
        assertThat(network.runUntil(() -> client.circuits().ready() == 3, Duration.ofMinutes(2)))
                .isTrue();
    }

    @Test
    void aForgedPlaintextCellIsNoSignOfLife() {
        EngineNode client = readyClient(1);
        Circuit lost = primary(client);
        EngineNode exit = hop(lost, 0);
        exit.die();
        byte[] forged = new byte[CellFrame.HEADER_BYTES + 3];
        CellFrame.writeHeader(forged, 0, CommunityId.TRIBLER, lost.id(), true, false);
        forged[CellFrame.HEADER_BYTES] = 3;
        network.forgetPassages();

        for (int i = 0; i < 62 && lost.state() == Circuit.State.READY; i++) {
            network.send(exit.address(), client.address(), forged);
            network.runFor(Duration.ofMillis(500));
        }

        assertThat(lost.state()).isEqualTo(Circuit.State.CLOSED);
        assertThat(client.drops(DropReason.PLAINTEXT_REFUSED)).isPositive();
    }

    @Test
    void aTunnelMessageThatComesInThroughTheExitIsNeverAnswered() {
        EngineNode client = readyClient(2);
        List<Received> back = new ArrayList<>();
        client.send(client.flow(back), outside(), utp(1));
        network.runFor(Duration.ofSeconds(1));
        InetSocketAddress exitSocket = echo.seen().get(0);
        byte[] create = new byte[CellFrame.HEADER_BYTES + 120];
        CellFrame.writeHeader(create, 0, CommunityId.TRIBLER, 77, true, false);
        create[CellFrame.HEADER_BYTES] = 2;
        network.forgetPassages();
        back.clear();

        network.send(echo.address(), exitSocket, create);
        network.runFor(Duration.ofSeconds(2));

        assertThat(client.drops(DropReason.TUNNELLED_MESSAGE_REFUSED)).isEqualTo(1);
        assertThat(back).isEmpty();
        assertThat(network.passages()).noneMatch(passage -> passage.to().equals(echo.address()));
    }

    @Test
    void anExitRefusesTargetsThatAreNotForStrangers() {
        EngineNode client = readyClient(1);
        FlowTable.Flow flow = client.flow(new ArrayList<>());
        client.send(flow, outside(), utp(0));
        network.runFor(Duration.ofSeconds(1));
        network.forgetPassages();

        for (String refused : List.of("127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "224.0.0.1")) {
            client.send(flow, Address.parse(refused, 80), utp(1));
        }
        network.runFor(Duration.ofSeconds(1));

        EngineNode exit = hop(primary(client), 0);
        assertThat(exit.drops(DropReason.EXIT_TARGET_REFUSED)).isEqualTo(5);
        assertThat(network.passages())
                .noneMatch(passage -> exit.outsideAddresses().contains(passage.from()));
    }

    @Test
    void anExitRefusesPayloadsThatAreNotBitTorrent() {
        EngineNode client = readyClient(1);
        FlowTable.Flow flow = client.flow(new ArrayList<>());

        client.send(flow, outside(), "GET / HTTP/1.1".getBytes(StandardCharsets.US_ASCII));
        network.runFor(Duration.ofSeconds(1));

        assertThat(echo.seen()).isEmpty();
        assertThat(hop(primary(client), 0).drops(DropReason.EXIT_PAYLOAD_REFUSED))
                .isEqualTo(1);
    }

    @Test
    void noPairOfKeyAndCounterIsUsedTwice() {
        EngineNode client = readyClient(1);
        FlowTable.Flow flow = client.flow(new ArrayList<>());
        for (int i = 0; i < 20; i++) {
            client.send(flow, outside(), utp(i));
        }
        network.runFor(Duration.ofSeconds(2));

        // On one hop a link's direction is sealed under one key; the counter stands in front of the ciphertext.
        Set<String> seen = new HashSet<>();
        for (Passage passage : network.passages()) {
            if (isCell(passage) && !CellFrame.plaintext(passage.bytes(), 0)) {
                String keyAndCounter = CellFrame.circuitId(passage.bytes(), 0) + "/"
                        + passage.from() + "/"
                        + ByteBuffer.wrap(passage.bytes()).getLong(CellFrame.HEADER_BYTES);
                assertThat(seen.add(keyAndCounter)).as(keyAndCounter).isTrue();
                if (passage.from().equals(client.address())) {
                    assertThat(ByteBuffer.wrap(passage.bytes()).getLong(CellFrame.HEADER_BYTES))
                            .as("forward counters start at 3 (D10)")
                            .isGreaterThanOrEqualTo(3);
                }
            }
        }
        assertThat(seen).hasSizeGreaterThan(20);
    }
}

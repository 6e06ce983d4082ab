package org.tunnel8.engine;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.tunnel8.peer.PeerRole;
import org.tunnel8.simulation.SignatureMode;
import org.tunnel8.virtual.Passage;
import org.tunnel8.virtual.VirtualNetwork;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.HostAddress;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.cell.CellFrame;
import org.tunnel8.wire.walk.PeerFlags;

/** Which circuits a client keeps, and which of them carries what (D15), in virtual time. */
class PoolInVirtualTimeTest {
    private static final int RELAY = PeerFlags.RELAY | PeerFlags.SPEED_TEST;
    private static final int EXIT = RELAY | PeerFlags.EXIT_BT;
    /** Partners remembered for each circuit. */
    private static final int ORIGINS = 4_096;

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private VirtualNetwork network;
    private OutsideEcho echo;
    private EngineNode bootstrap;
    private List<EngineNode> exits;

    @BeforeEach
    void startNetwork() {
        begin(15);
    }

    private void begin(long seed) {
        network = new VirtualNetwork(seed).signatures(SignatureMode.REPLACED);
        echo = new OutsideEcho(network, "93.184.216.34:6881");
        bootstrap = EngineNode.bootstrap(network, "5.0.0.1:6421");
        exits = new ArrayList<>();
        for (int i = 1; i <= 4; i++) {
            exits.add(EngineNode.server(network, "5.0.2." + i + ":7001", EXIT, bootstrap));
        }
        network.runFor(Duration.ofSeconds(30));
    }

    private EngineNode client(CircuitSettings settings) {
        return EngineNode.client(network, "5.0.3.1:7001", settings, bootstrap);
    }

    private EngineNode readyClient(int standbys) {
        return readyClient(CircuitSettings.of(1, standbys, 3));
    }

    private EngineNode readyClient(CircuitSettings settings) {
        EngineNode client = client(settings);
        assertThat(network.runUntil(() -> client.circuits().ready() == 1 + settings.standbys(), MINUTE))
                .isTrue();
        return client;
    }

    private static byte[] utp(int number) {
        byte[] payload = new byte[60];
        payload[0] = 1;
        payload[19] = (byte) number;
        return payload;
    }

    /** The circuit over which a flow's next datagram leaves. */
    private Circuit circuitOf(EngineNode client, FlowTable.Flow flow) {
        network.forgetPassages();
        assertThat(client.send(flow, new IpAddress(echo.address()), utp(7))).isTrue();
        Passage cell = network.passages().get(network.passages().size() - 1);
        int id = CellFrame.circuitId(cell.bytes(), 0);
        return client.circuits().circuits().stream()
                .filter(circuit -> circuit.id() == id)
                .findFirst()
                .orElseThrow();
    }

    private void blind(Circuit circuit) {
        network.lose(passage -> isCellOf(passage, circuit.id()));
    }

    private static boolean isCellOf(Passage passage, int circuitId) {
        byte[] bytes = passage.bytes();
        return CommunityId.TRIBLER.matchesPrefix(bytes, 0, bytes.length)
                && CellFrame.isCell(bytes, 0, bytes.length)
                && CellFrame.circuitId(bytes, 0) == circuitId;
    }

    @Test
    void flowsOfDifferentKeysShareNoCircuit() {
        EngineNode client = readyClient(2);
        List<FlowTable.Flow> flows = new ArrayList<>();
        for (String key : List.of("alice", "bob", "carol")) {
            flows.add(client.flow(new ArrayList<>(), key));
        }
        flows.add(client.flow(new ArrayList<>()));
        assertThat(network.runUntil(() -> client.circuits().ready() == 6, MINUTE))
                .as("one for each of four, and two standbys")
                .isTrue();

        Set<Circuit> used = new HashSet<>();
        flows.forEach(flow -> used.add(circuitOf(client, flow)));
        assertThat(used).hasSize(4);
        FlowTable.Flow again = client.flow(new ArrayList<>(), "bob");
        assertThat(circuitOf(client, again)).isSameAs(circuitOf(client, flows.get(1)));
    }

    @Test
    void whatHasCarriedOneKeysTrafficNeverCarriesAnothers() {
        EngineNode client = readyClient(2);
        FlowTable.Flow alice = client.flow(new ArrayList<>(), "alice");
        Circuit first = circuitOf(client, alice);
        blind(first);
        client.send(alice, new IpAddress(echo.address()), utp(1));
        assertThat(network.runUntil(first::isSuspect, Duration.ofSeconds(10))).isTrue();
        FlowTable.Flow later = client.flow(new ArrayList<>(), "alice");
        assertThat(circuitOf(client, later)).isNotSameAs(first);
        network.lose(passage -> false);
        network.runFor(Duration.ofSeconds(3));
        assertThat(first.state()).as("it has recovered").isEqualTo(Circuit.State.READY);
        assertThat(first.isSuspect()).isFalse();

        Set<Circuit> others = new HashSet<>();
        for (int i = 0; i < 5; i++) {
            FlowTable.Flow flow = client.flow(new ArrayList<>(), "other" + i);
            if (network.runUntil(() -> client.circuits().ready() >= 8, Duration.ofSeconds(5))) {
                client.send(flow, new IpAddress(echo.address()), utp(2));
            }
            if (client.send(flow, new IpAddress(echo.address()), utp(3))) {
                others.add(circuitOf(client, flow));
            }
        }
        assertThat(others).isNotEmpty().doesNotContain(first);
    }

    @Test
    void aCircuitOfAKeyIsClosedWithTheKeysLastFlow() {
        EngineNode client = readyClient(2);
        FlowTable.Flow alice = client.flow(new ArrayList<>(), "alice");
        FlowTable.Flow second = client.flow(new ArrayList<>(), "alice");
        Circuit used = circuitOf(client, alice);
        assertThat(circuitOf(client, second)).isSameAs(used);

        alice.close();
        assertThat(used.state()).isEqualTo(Circuit.State.READY);
        second.close();

        assertThat(used.state()).isEqualTo(Circuit.State.CLOSED);
        assertThat(client.closed()).containsExactly(CloseReason.UNNEEDED);
        network.runFor(MINUTE);
        assertThat(client.circuits().ready()).isEqualTo(3);
    }

    @Test
    void closesNoMoreThanTheSurplus() {
        EngineNode client = readyClient(2);
        List<FlowTable.Flow> flows = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            flows.add(client.flow(new ArrayList<>(), "key" + i));
        }
        assertThat(network.runUntil(() -> client.circuits().ready() == 7, MINUTE))
                .isTrue();
        int built = client.becameReady().size();

        // None of them has been used: all are standbys, four too many.
        flows.forEach(FlowTable.Flow::close);
        network.runFor(MINUTE);

        assertThat(client.circuits().ready()).isEqualTo(3);
        assertThat(client.closed()).hasSize(4).containsOnly(CloseReason.UNNEEDED);
        assertThat(client.becameReady()).hasSize(built);
    }

    @Test
    void neverKeepsMoreCircuitsThanItMay() {
        EngineNode client = readyClient(2);
        for (int i = 0; i < 30; i++) {
            client.flow(new ArrayList<>(), "key" + i);
        }
        int most = 0;
        for (int i = 0; i < 200; i++) {
            network.runFor(Duration.ofMillis(100));
            most = Math.max(most, client.circuits().circuits().size());
        }

        assertThat(most).isEqualTo(CircuitSettings.DEFAULT_MAX_CIRCUITS);
    }

    @Test
    void wornCircuitsAreReplacedEvenWhereThereIsNoRoomForMore() {
        EngineNode client = readyClient(new CircuitSettings(1, 2, 3, 3, Duration.ofMinutes(2), 1L << 40));
        List<Circuit> first = client.circuits().circuits();
        FlowTable.Flow flow = client.flow(new ArrayList<>());
        assertThat(first).contains(circuitOf(client, flow));

        network.runFor(Duration.ofMinutes(3));

        assertThat(first).allMatch(circuit -> circuit.state() == Circuit.State.CLOSED);
        assertThat(client.closed()).containsOnly(CloseReason.WORN_OUT);
        assertThat(client.circuits().ready()).isEqualTo(3);
        assertThat(first).doesNotContain(circuitOf(client, flow));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void aWornPrimaryWithoutRoomForASuccessorIsReplacedOnceItIsQuiet(long seed) {
        begin(seed);
        EngineNode client = readyClient(new CircuitSettings(1, 1, 2, 3, Duration.ofMinutes(2), 1L << 40));
        FlowTable.Flow alice = client.flow(new ArrayList<>(), "alice");
        FlowTable.Flow bob = client.flow(new ArrayList<>());
        List<Circuit> first = client.circuits().circuits();
        Circuit busy = circuitOf(client, alice);
        assertThat(first).containsExactlyInAnyOrder(busy, circuitOf(client, bob));

        Runnable aSecondOfTraffic = () -> {
            client.send(alice, new IpAddress(echo.address()), utp(1));
            network.runFor(Duration.ofSeconds(1));
        };
        for (int i = 0; i < 120 && client.closed().isEmpty(); i++) {
            aSecondOfTraffic.run();
        }
        assertThat(client.closed()).as("the quiet one").containsExactly(CloseReason.WORN_OUT);
        assertThat(busy.state()).as("not without need").isEqualTo(Circuit.State.READY);
        for (int i = 0; i < 20; i++) {
            aSecondOfTraffic.run();
        }
        assertThat(busy.state()).as("its limit is reached").isEqualTo(Circuit.State.CLOSED);
        assertThat(first).allMatch(circuit -> circuit.state() == Circuit.State.CLOSED);
        assertThat(client.closed()).containsOnly(CloseReason.WORN_OUT);
        assertThat(client.circuits().ready()).isEqualTo(2);
        assertThat(circuitOf(client, alice)).isNotSameAs(circuitOf(client, bob));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void noCircuitInUseMakesRoomBeforeItsLimitForTheSuccessorOfOneThatStillWorks(long seed) {
        begin(seed);
        EngineNode client = readyClient(new CircuitSettings(1, 1, 4, 3, Duration.ofMinutes(10), 1L << 40));
        List<FlowTable.Flow> flows =
                List.of(client.flow(new ArrayList<>(), "alice"), client.flow(new ArrayList<>(), "bob"));
        assertThat(network.runUntil(() -> client.circuits().ready() == 4, MINUTE))
                .isTrue();

        for (int i = 0; i < 590; i++) {
            List<Circuit> used =
                    flows.stream().map(flow -> circuitOf(client, flow)).toList();
            network.runFor(Duration.ofSeconds(1));
            assertThat(used).as("after %d s", i).allMatch(circuit -> circuit.state() == Circuit.State.READY);
        }
        assertThat(client.closed()).as("what is kept for others").contains(CloseReason.WORN_OUT);
    }

    @Test
    void asManyKeysAsThereMayBeCircuitsHaveOneEach() {
        EngineNode client = readyClient(2);
        List<FlowTable.Flow> flows = new ArrayList<>();
        for (int i = 0; i < CircuitSettings.DEFAULT_MAX_CIRCUITS; i++) {
            flows.add(client.flow(new ArrayList<>(), "key" + i));
        }
        assertThat(network.runUntil(() -> client.circuits().ready() == CircuitSettings.DEFAULT_MAX_CIRCUITS, MINUTE))
                .isTrue();

        Set<Circuit> used = new HashSet<>();
        flows.forEach(flow -> used.add(circuitOf(client, flow)));
        assertThat(used).hasSize(CircuitSettings.DEFAULT_MAX_CIRCUITS);
    }

    @Test
    void anExitThatNeverAnswersDoesNotKeepAStandbyFromComingUp() {
        exits.get(0).die();
        EngineNode mute = exits.get(0);
        // It goes on introducing itself, but answers no create.
        network.join(mute);
        network.lose(passage -> passage.to().equals(mute.address())
                && CommunityId.TRIBLER.matchesPrefix(passage.bytes(), 0, passage.bytes().length)
                && CellFrame.isCell(passage.bytes(), 0, passage.bytes().length));
        EngineNode client = client(CircuitSettings.of(1, 3, 4));

        assertThat(network.runUntil(() -> client.circuits().ready() == 4, MINUTE))
                .isTrue();
        int failed = client.closed().size();
        assertThat(failed).isPositive();
        network.runFor(Duration.ofMinutes(5));

        assertThat(client.circuits().ready()).isEqualTo(4);
        assertThat(client.closed().size()).isEqualTo(failed);
    }

    @Test
    void growingPausesKeepAClientWithoutLuckFromFloodingTheNetwork() {
        network.lose(passage -> CommunityId.TRIBLER.matchesPrefix(passage.bytes(), 0, passage.bytes().length)
                && CellFrame.isCell(passage.bytes(), 0, passage.bytes().length));
        EngineNode client = client(CircuitSettings.of(1, 2, 3));
        network.runFor(Duration.ofSeconds(30));
        int soon = client.closed().size();
        network.runFor(Duration.ofMinutes(5));

        assertThat(soon).isPositive();
        assertThat(client.closed().size() - soon).isLessThan(3 * 5 * 60 / 5);
        network.lose(passage -> false);
        assertThat(network.runUntil(() -> client.circuits().ready() == 3, Duration.ofSeconds(20)))
                .isTrue();
    }

    @Test
    void aHopThatDestroysWhatItAcceptedLosesStanding() {
        EngineNode client = readyClient(0);
        Circuit circuit = client.circuits().circuits().get(0);
        EngineNode exit = exits.stream()
                .filter(node ->
                        node.identity().publicKey().equals(circuit.hopKeys().get(0)))
                .findFirst()
                .orElseThrow();
        double before = client.engine().peers().scoreOf(exit.identity().publicKey(), PeerRole.EXIT);

        exit.engine().relay().stop();
        network.runFor(Duration.ofSeconds(1));

        assertThat(client.closed()).containsExactly(CloseReason.DESTROYED);
        assertThat(client.engine().peers().scoreOf(exit.identity().publicKey(), PeerRole.EXIT))
                .isLessThan(0.9 * before);
    }

    @Test
    void answersOfANameReachTheFlowThatAskedIt() {
        EngineNode client = readyClient(0);
        exits.forEach(exit -> exit.name("tracker.example", echo.address().getAddress()));
        List<Received> first = new ArrayList<>();
        List<Received> second = new ArrayList<>();
        FlowTable.Flow one = client.flow(first);
        FlowTable.Flow other = client.flow(second);
        client.send(one, new IpAddress(EngineNode.at("93.184.216.99:1")), utp(1));

        client.send(other, new HostAddress("tracker.example", echo.address().getPort()), utp(2));
        network.runFor(Duration.ofSeconds(2));

        assertThat(second).extracting(Received::payload).hasSize(1);
        assertThat(first).isEmpty();
    }

    @Test
    void flowsOnOneCircuitHearOfTheirOwnPartnersAndTheOldestOfStrangers() {
        EngineNode client = readyClient(0);
        OutsideEcho second = new OutsideEcho(network, "93.184.216.35:6881");
        List<Received> a = new ArrayList<>();
        List<Received> b = new ArrayList<>();
        FlowTable.Flow one = client.flow(a);
        FlowTable.Flow other = client.flow(b);
        client.send(one, new IpAddress(echo.address()), utp(1));
        client.send(other, new IpAddress(second.address()), utp(2));
        network.runFor(Duration.ofSeconds(1));
        client.send(one, new IpAddress(echo.address()), utp(3));
        network.runFor(Duration.ofSeconds(1));

        assertThat(a).extracting(received -> received.payload().toBytes()[19]).containsExactly((byte) 1, (byte) 3);
        assertThat(b).extracting(received -> received.payload().toBytes()[19]).containsExactly((byte) 2);

        network.send(EngineNode.at("93.184.216.77:5"), echo.seen().get(0), utp(9));
        network.runFor(Duration.ofSeconds(1));
        assertThat(a).hasSize(3);

        one.close();
        network.send(EngineNode.at("93.184.216.77:5"), echo.seen().get(0), utp(9));
        network.runFor(Duration.ofSeconds(1));
        assertThat(a).hasSize(3);
        assertThat(b).hasSize(2);
    }

    @Test
    void whomAFlowSpokeToBeforeThousandsOfOthersIsForgotten() {
        EngineNode client = readyClient(0);
        List<Received> a = new ArrayList<>();
        List<Received> b = new ArrayList<>();
        client.send(client.flow(a), new IpAddress(echo.address()), utp(1));
        FlowTable.Flow other = client.flow(b);
        OutsideEcho second = new OutsideEcho(network, "93.184.216.35:6881");
        client.send(other, new IpAddress(second.address()), utp(2));
        network.runFor(Duration.ofSeconds(1));
        assertThat(b).hasSize(1);

        for (int i = 1; i <= ORIGINS; i++) {
            String partner = "93.185." + i / 256 + '.' + i % 256 + ":6881";
            client.send(other, new IpAddress(EngineNode.at(partner)), utp(3));
        }
        network.runFor(Duration.ofSeconds(1));
        network.send(second.address(), second.seen().get(0), utp(9));
        network.runFor(Duration.ofSeconds(1));

        assertThat(b).as("the flow that spoke to the sender once").hasSize(1);
        assertThat(a).as("the oldest flow, as for every stranger").hasSize(2);
    }

    @Test
    void anOutageOfOurOwnLineIsNotTakenForALimitOfTheHops() {
        exits.subList(1, 4).forEach(EngineNode::stop);
        EngineNode client = EngineNode.client(network, "5.0.3.1:7001", CircuitSettings.of(1, 2, 1), bootstrap);
        assertThat(network.runUntil(() -> client.circuits().ready() == 3, MINUTE))
                .isTrue();
        network.runFor(Duration.ofMinutes(5));
        network.lose(passage ->
                passage.from().equals(client.address()) || passage.to().equals(client.address()));
        network.runFor(Duration.ofSeconds(50));
        assertThat(client.closed()).contains(CloseReason.UNRESPONSIVE);
        network.lose(passage -> false);
        assertThat(network.runUntil(() -> client.circuits().ready() == 3, Duration.ofMinutes(5)))
                .isTrue();

        network.runFor(Duration.ofMinutes(10));

        assertThat(client.closed()).doesNotContain(CloseReason.WORN_OUT);
    }

    @Test
    void spreadFlowsOfOneKeyLeaveACircuitForAnother() {
        EngineNode client = client(CircuitSettings.of(1, 2, 3).withSpread(true));
        assertThat(network.runUntil(() -> client.circuits().ready() == 3, MINUTE))
                .isTrue();
        for (int i = 0; i < 20; i++) {
            client.send(client.flow(new ArrayList<>(), "alice"), new IpAddress(echo.address()), utp(i));
            network.runFor(Duration.ofSeconds(3));
        }

        List<Received> back = new ArrayList<>();
        FlowTable.Flow bob = client.flow(back, "bob");
        network.runFor(Duration.ofSeconds(10));
        client.send(bob, new IpAddress(echo.address()), utp(1));
        network.runFor(Duration.ofSeconds(3));

        assertThat(back).hasSize(1);
    }
}

package org.tunnel8.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.tunnel8.circuit.Circuit;
import org.tunnel8.circuit.CircuitSettings;
import org.tunnel8.circuit.CloseReason;
import org.tunnel8.circuit.FlowTable;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.engine.EngineNode.Received;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.simulation.SignatureMode;
import org.tunnel8.virtual.Passage;
import org.tunnel8.virtual.VirtualNetwork;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.cell.CellFrame;
import org.tunnel8.wire.walk.PeerFlags;

/** What becomes of flows when circuits fail, wear out or come up late, in virtual time. */
class FailoverInVirtualTimeTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration STEP = Duration.ofMillis(50);

    private final VirtualNetwork network = new VirtualNetwork(31).signatures(SignatureMode.REPLACED);
    private final OutsideEcho echo = new OutsideEcho(network, "93.184.216.34:6881");
    private final EngineNode bootstrap = EngineNode.bootstrap(network, "5.0.0.1:6421");
    private final List<EngineNode> relays = new ArrayList<>();
    private final List<EngineNode> exits = new ArrayList<>();

    @BeforeEach
    void startNetwork() {
        for (int i = 1; i <= 9; i++) {
            relays.add(EngineNode.server(network, "6." + i + ".1.1:7001", PeerFlags.RELAY, bootstrap));
        }
        for (int i = 1; i <= 4; i++) {
            exits.add(
                    EngineNode.server(network, "7." + i + ".1.1:7001", PeerFlags.RELAY | PeerFlags.EXIT_BT, bootstrap));
        }
        network.runFor(Duration.ofSeconds(30));
    }

    private EngineNode readyClient(CircuitSettings settings, int circuits) {
        EngineNode client = EngineNode.client(network, "5.0.3.1:7001", settings, bootstrap);
        assertThat(network.runUntil(() -> client.circuits().ready() == circuits, MINUTE))
                .isTrue();
        network.runFor(Duration.ofSeconds(5));
        return client;
    }

    private static byte[] utp(int number) {
        byte[] payload = new byte[60];
        payload[0] = 1;
        payload[19] = (byte) number;
        return payload;
    }

    private EngineNode node(PublicKey key) {
        List<EngineNode> all = new ArrayList<>(relays);
        all.addAll(exits);
        return all.stream()
                .filter(each -> each.identity().publicKey().equals(key))
                .findFirst()
                .orElseThrow();
    }

    private Circuit primary(EngineNode client) {
        return client.circuits().circuits().stream()
                .filter(client.circuits()::isPrimary)
                .findFirst()
                .orElseThrow();
    }

    /** Sends now and then for a while; the longest time that nothing came back. */
    private Duration longestSilence(EngineNode client, FlowTable.Flow flow, List<Received> back, Duration time) {
        long longest = 0;
        long heardNanos = network.nowNanos();
        long end = network.nowNanos() + time.toNanos();
        int heard = back.size();
        while (network.nowNanos() < end) {
            client.send(flow, new IpAddress(echo.address()), utp(1));
            network.runFor(STEP);
            if (back.size() > heard) {
                heard = back.size();
                heardNanos = network.nowNanos();
            }
            longest = Math.max(longest, network.nowNanos() - heardNanos);
        }
        return Duration.ofNanos(longest);
    }

    @Test
    void standbysShareNoHopWithThePrimaryWhereThereAreOthers() {
        EngineNode client = readyClient(CircuitSettings.of(3, 2, 10), 3);

        List<PublicKey> hops = client.circuits().circuits().stream()
                .flatMap(circuit -> circuit.hopKeys().stream())
                .toList();
        assertThat(hops).hasSize(9).doesNotHaveDuplicates();
    }

    @Test
    void aFlowIsOnAnotherCircuitBeforeItsDeadOneIsGivenUp() {
        EngineNode client = readyClient(CircuitSettings.of(3, 2, 10), 3);
        List<Received> back = new ArrayList<>();
        List<Boolean> told = new ArrayList<>();
        client.engine().advance(network.nowNanos());
        FlowTable.Flow flow = client.engine()
                .openFlow(
                        new FlowTable.Receiver() {
                            @Override
                            public void onDatagram(Address origin, byte[] buffer, int offset, int length) {
                                back.add(new Received(origin, ByteString.of(buffer, offset, length)));
                            }

                            @Override
                            public void onMoved(boolean onAnother) {
                                told.add(onAnother);
                            }
                        },
                        null);
        longestSilence(client, flow, back, Duration.ofSeconds(2));
        Circuit lost = primary(client);

        node(lost.hopKeys().get(1)).die();
        Duration silence = longestSilence(client, flow, back, Duration.ofSeconds(3));

        assertThat(silence).isLessThan(Duration.ofMillis(2_200));
        assertThat(told).containsExactly(true);
        assertThat(lost.state()).as("not given up yet").isEqualTo(Circuit.State.READY);
        assertThat(client.moved()).containsExactly(CloseReason.UNRESPONSIVE);
        assertThat(network.runUntil(() -> lost.state() == Circuit.State.CLOSED, Duration.ofSeconds(5)))
                .isTrue();
        assertThat(client.closed()).containsExactly(CloseReason.UNRESPONSIVE);
        assertThat(told).hasSize(1);
        assertThat(network.runUntil(() -> client.circuits().ready() == 3, Duration.ofSeconds(10)))
                .isTrue();
    }

    @Test
    void aFlowWhoseCircuitTakesNothingInLeavesItThoughCellsComeBack() {
        EngineNode client = readyClient(CircuitSettings.of(2, 1, 10), 2);
        List<Received> back = new ArrayList<>();
        FlowTable.Flow flow = client.flow(back);
        longestSilence(client, flow, back, Duration.ofSeconds(1));
        Circuit deaf = primary(client);
        EngineNode first = node(deaf.hopKeys().get(0));
        network.lose(passage -> passage.from().equals(first.address())
                && isCell(passage)
                && !passage.to().equals(client.address())
                && passage.bytes().length > CellFrame.HEADER_BYTES);
        // The outside goes on sending by itself.
        for (int i = 0; i < 600 && deaf.state() == Circuit.State.READY; i++) {
            network.send(echo.address(), echo.seen().get(0), utp(9));
            network.runFor(STEP);
        }

        assertThat(deaf.state()).isEqualTo(Circuit.State.CLOSED);
        assertThat(client.closed()).contains(CloseReason.UNRESPONSIVE);
    }

    private static boolean isCell(Passage passage) {
        return CommunityId.TRIBLER.matchesPrefix(passage.bytes(), 0, passage.bytes().length)
                && CellFrame.isCell(passage.bytes(), 0, passage.bytes().length);
    }

    @Test
    void aWornCircuitIsLeftToTheFlowsOnItUntilItsLimitAndNewFlowsGoElsewhere() {
        Duration limit = Duration.ofMinutes(10);
        EngineNode client = readyClient(new CircuitSettings(2, 1, 8, 10, limit, 1L << 40), 2);
        List<Received> back = new ArrayList<>();
        FlowTable.Flow early = client.flow(back);
        client.send(early, new IpAddress(echo.address()), utp(0));
        network.runFor(Duration.ofSeconds(1));
        Circuit old = primary(client);

        while (client.circuits().isPrimary(old)) {
            client.send(early, new IpAddress(echo.address()), utp(1));
            network.runFor(Duration.ofSeconds(2));
        }
        Duration age = Duration.ofNanos(network.nowNanos() - old.createdNanos());
        assertThat(age).isBetween(Duration.ofSeconds(520), Duration.ofSeconds(590));
        int seen = echo.seen().size();
        for (int i = 0; i < 3; i++) {
            client.send(early, new IpAddress(echo.address()), utp(2));
            network.runFor(Duration.ofSeconds(1));
        }
        assertThat(new HashSet<>(echo.seen().subList(seen - 1, echo.seen().size())))
                .as("the same exit's socket")
                .hasSize(1);
        assertThat(old.state()).isEqualTo(Circuit.State.READY);

        while (old.state() == Circuit.State.READY) {
            client.send(early, new IpAddress(echo.address()), utp(3));
            network.runFor(Duration.ofSeconds(1));
        }
        assertThat(Duration.ofNanos(network.nowNanos() - old.createdNanos())).isBetween(limit, limit.plusSeconds(3));
        assertThat(client.closed()).containsOnly(CloseReason.WORN_OUT);
    }

    @Test
    void eachNumberOfHopsInUseHasAPrimaryAndStandbysOfItsOwn() {
        EngineNode client = readyClient(CircuitSettings.of(3, 1, 10), 2);
        List<Received> back = new ArrayList<>();
        client.engine().advance(network.nowNanos());
        FlowTable.Flow flow = client.engine()
                .openFlow(
                        (origin, buffer, offset, length) ->
                                back.add(new Received(origin, ByteString.of(buffer, offset, length))),
                        null,
                        1);
        assertThat(network.runUntil(() -> client.circuits().ready() == 4, MINUTE))
                .isTrue();
        client.send(flow, new IpAddress(echo.address()), utp(1));
        network.runFor(Duration.ofSeconds(1));

        assertThat(back).hasSize(1);
        assertThat(hopCounts(client)).containsExactlyInAnyOrder(3, 3, 1, 1);
        ExitHeard exit = new ExitHeard(echo, exits);
        Circuit ridden = client.circuits().circuits().stream()
                .filter(circuit -> circuit.goalHops() == 1 && client.circuits().isPrimary(circuit))
                .findFirst()
                .orElseThrow();
        assertThat(exit.key()).isEqualTo(ridden.hopKeys().get(0));

        flow.close();
        network.runFor(Duration.ofSeconds(10));
        assertThat(hopCounts(client)).containsExactlyInAnyOrder(3, 3);
    }

    /** Whose exit the echo has last heard. */
    private record ExitHeard(OutsideEcho echo, List<EngineNode> exits) {
        PublicKey key() {
            return exits.stream()
                    .filter(exit -> exit.outsideAddresses()
                            .contains(echo.seen().get(echo.seen().size() - 1)))
                    .map(exit -> exit.identity().publicKey())
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static List<Integer> hopCounts(EngineNode client) {
        return client.circuits().circuits().stream().map(Circuit::goalHops).toList();
    }

    @Test
    void spreadFlowsRideAllReadyCircuits() {
        EngineNode client = readyClient(CircuitSettings.of(2, 2, 10).withSpread(true), 3);
        for (int i = 0; i < 6; i++) {
            FlowTable.Flow flow = client.flow(new ArrayList<>());
            client.send(flow, new IpAddress(echo.address()), utp(i));
            network.runFor(Duration.ofSeconds(1));
        }

        Set<Object> sockets = new HashSet<>(echo.seen());
        assertThat(sockets).hasSize(3);
    }

    @Test
    void aSlowHopIsRacedAndTheLoserLeavesNothingBehind() {
        // Whoever extends over this relay waits: it hears creates and answers late.
        EngineNode client = readyClient(CircuitSettings.of(2, 0, 10), 1);
        Set<EngineNode> silent = new HashSet<>(exits.subList(0, 3));
        network.lose(passage -> silent.stream().anyMatch(exit -> passage.from().equals(exit.address()))
                && isCell(passage)
                && CellFrame.plaintext(passage.bytes(), 0));
        client.circuits()
                .circuits()
                .forEach(circuit -> node(circuit.exitKey()).engine().relay().stop());
        long begun = network.nowNanos();

        assertThat(network.runUntil(() -> client.circuits().ready() == 1, MINUTE))
                .isTrue();

        assertThat(Duration.ofNanos(network.nowNanos() - begun)).isLessThan(Duration.ofSeconds(8));
        network.lose(passage -> false);
        network.runFor(Duration.ofSeconds(2));
        assertThat(client.circuits().circuits()).hasSize(1);
        int entries = 0;
        for (EngineNode relay : relays) {
            entries += relay.engine().relay().joinedCircuits()
                    + relay.engine().relay().relayedCircuits();
        }
        assertThat(entries).as("entries at relays").isEqualTo(1);
    }

    @Test
    void aCellThatComesTwiceIsDeliveredOnceInBothDirections() {
        EngineNode client = readyClient(CircuitSettings.of(2, 0, 10), 1);
        List<Received> back = new ArrayList<>();
        FlowTable.Flow flow = client.flow(back);
        network.forgetPassages();
        client.send(flow, new IpAddress(echo.address()), utp(1));
        network.runFor(Duration.ofSeconds(1));
        List<Passage> cells = network.passages().stream()
                .filter(FailoverInVirtualTimeTest::isCell)
                .collect(Collectors.toList());
        assertThat(cells).hasSize(4);
        for (Passage cell : cells) {
            network.send(cell.from(), cell.to(), cell.bytes());
        }
        network.runFor(Duration.ofSeconds(1));

        assertThat(echo.seen()).hasSize(1);
        assertThat(back).hasSize(1);
        assertThat(client.drops(DropReason.REPLAYED)).isPositive();
        EngineNode exit =
                node(Objects.requireNonNull(client.circuits().circuits().get(0).exitKey()));
        assertThat(exit.drops(DropReason.REPLAYED)).isPositive();
    }

    @Test
    void aWornCircuitThatIsInUseIsNotEndedToMakeRoomForAStandby() {
        Duration limit = Duration.ofMinutes(10);
        EngineNode client = readyClient(new CircuitSettings(2, 1, 2, 10, limit, 1L << 40), 2);
        List<Received> back = new ArrayList<>();
        FlowTable.Flow early = client.flow(back);
        client.send(early, new IpAddress(echo.address()), utp(0));
        network.runFor(Duration.ofSeconds(1));
        Circuit old = primary(client);

        while (old.state() == Circuit.State.READY) {
            client.send(early, new IpAddress(echo.address()), utp(1));
            network.runFor(Duration.ofSeconds(1));
        }

        assertThat(Duration.ofNanos(network.nowNanos() - old.createdNanos())).isBetween(limit, limit.plusSeconds(3));
        assertThat(network.runUntil(() -> client.circuits().ready() == 2, Duration.ofSeconds(10)))
                .isTrue();
    }

    @Test
    void aWornCircuitThatItsFlowsHaveLeftEndsThoughTheOutsideGoesOnSending() {
        Duration limit = Duration.ofMinutes(30);
        EngineNode client = readyClient(new CircuitSettings(2, 1, 8, 10, limit, 1L << 40), 2);
        FlowTable.Flow flow = client.flow(new ArrayList<>());
        client.send(flow, new IpAddress(echo.address()), utp(0));
        network.runFor(Duration.ofSeconds(1));
        Circuit old = primary(client);
        while (client.circuits().isPrimary(old)) {
            client.send(flow, new IpAddress(echo.address()), utp(1));
            network.runFor(Duration.ofSeconds(1));
        }
        InetSocketAddress socket = echo.seen().get(echo.seen().size() - 1);

        flow.close();
        for (int i = 0; i < 800; i++) {
            network.send(echo.address(), socket, utp(2));
            network.runFor(STEP);
        }

        assertThat(old.state()).isEqualTo(Circuit.State.CLOSED);
    }

    /** Does something when its flow is told that it has moved. */
    private static final class Mover implements FlowTable.Receiver {
        private final List<Boolean> told = new ArrayList<>();
        private Runnable action = () -> {};

        @Override
        public void onDatagram(Address origin, byte[] buffer, int offset, int length) {}

        @Override
        public void onMoved(boolean onAnother) {
            told.add(onAnother);
            action.run();
        }
    }

    private FlowTable.Flow open(EngineNode client, Mover mover) {
        client.engine().advance(network.nowNanos());
        FlowTable.Flow flow = client.engine().openFlow(mover, "alice");
        client.send(flow, new IpAddress(echo.address()), utp(1));
        return flow;
    }

    private Circuit carrying(EngineNode client, FlowTable.Flow flow) {
        network.forgetPassages();
        client.send(flow, new IpAddress(echo.address()), utp(7));
        int id = CellFrame.circuitId(
                network.passages().get(network.passages().size() - 1).bytes(), 0);
        return client.circuits().circuits().stream()
                .filter(circuit -> circuit.id() == id)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aFlowThatIsUsedWhileAnotherHearsOfTheMoveRidesItsNewCircuitOnce() {
        EngineNode client = readyClient(CircuitSettings.of(2, 1, 10), 2);
        Mover mover = new Mover();
        FlowTable.Flow first = open(client, mover);
        FlowTable.Flow second = open(client, new Mover());
        mover.action = () -> client.send(second, new IpAddress(echo.address()), utp(2));
        network.runFor(Duration.ofSeconds(5));
        node(carrying(client, first).hopKeys().get(0)).engine().relay().stop();
        network.runFor(Duration.ofSeconds(1));
        assertThat(mover.told).containsExactly(true);
        Circuit now = carrying(client, second);
        assertThat(carrying(client, first)).isSameAs(now);

        first.close();
        second.close();

        assertThat(now.state()).as("nobody rides it").isEqualTo(Circuit.State.CLOSED);
    }

    @Test
    void aFlowThatIsClosedWhileAnotherHearsOfTheMoveHearsNothing() {
        EngineNode client = readyClient(CircuitSettings.of(2, 1, 10), 2);
        Mover mover = new Mover();
        Mover silent = new Mover();
        FlowTable.Flow first = open(client, mover);
        FlowTable.Flow second = open(client, silent);
        mover.action = second::close;
        network.runFor(Duration.ofSeconds(5));
        node(carrying(client, first).hopKeys().get(0)).engine().relay().stop();
        network.runFor(Duration.ofSeconds(1));

        assertThat(mover.told).containsExactly(true);
        assertThat(silent.told).isEmpty();
    }

    @Test
    void aFlowHearsOnceThatItsClientStops() {
        EngineNode client = readyClient(CircuitSettings.of(2, 2, 10), 3);
        Mover mover = new Mover();
        FlowTable.Flow flow = client.engine().openFlow(mover, null);
        assertThat(flow.isCarried()).isTrue();

        client.stop();

        assertThat(mover.told).containsExactly(false);
        assertThat(client.moved()).containsExactly(CloseReason.SHUTDOWN);
        assertThat(flow.isCarried()).isFalse();
    }
}

package org.tunnel8.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tunnel8.circuit.CircuitSettings;
import org.tunnel8.circuit.CloseReason;
import org.tunnel8.metrics.Counters;
import org.tunnel8.metrics.Counters.Kind;
import org.tunnel8.metrics.MessageKind;
import org.tunnel8.metrics.OtherSide;
import org.tunnel8.metrics.PacketCounts;
import org.tunnel8.metrics.PacketCounts.Direction;
import org.tunnel8.virtual.Passage;
import org.tunnel8.virtual.Seed;
import org.tunnel8.virtual.VirtualNetwork;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.cell.CellFrame;
import org.tunnel8.wire.cell.CellMessageId;
import org.tunnel8.wire.walk.PeerFlags;

/** What an engine measures of its circuits, and as what it counts its packets, in virtual time. */
class TimingsInVirtualTimeTest {
    private static final int RELAY = PeerFlags.RELAY;
    private static final int EXIT = RELAY | PeerFlags.EXIT_BT;
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final VirtualNetwork network = new VirtualNetwork(Seed.take(getClass()));
    private final EngineNode bootstrap = EngineNode.bootstrap(network, "5.0.0.1:6421");
    private final List<EngineNode> nodes = new ArrayList<>(List.of(bootstrap));
    private final Set<InetSocketAddress> silent = new HashSet<>();
    private final Measured measured = new Measured();

    private static final class Measured implements Timings {
        final List<String> failures = new ArrayList<>();
        final List<Long> failedAfter = new ArrayList<>();
        final List<CloseReason> closed = new ArrayList<>();
        final long[] hopNanos = new long[4];
        final int[] hops = new int[4];
        final List<Long> builds = new ArrayList<>();
        final List<Long> roundTrips = new ArrayList<>();
        final List<Long> peerRoundTrips = new ArrayList<>();

        @Override
        public void circuitReady(int count, long tookNanos) {
            assertThat(count).isEqualTo(3);
            builds.add(tookNanos);
        }

        @Override
        public void circuitClosed(int count, CloseReason reason) {
            assertThat(count).isEqualTo(3);
            closed.add(reason);
        }

        @Override
        public void hopAdded(int position, long tookNanos) {
            hops[position]++;
            hopNanos[position] += tookNanos;
        }

        @Override
        public void hopFailed(int position, CloseReason reason, long afterNanos) {
            failures.add(position + " " + reason);
            failedAfter.add(afterNanos);
        }

        @Override
        public void circuitRoundTrip(int count, long nanos) {
            roundTrips.add(nanos);
        }

        @Override
        public void peerRoundTrip(long nanos) {
            peerRoundTrips.add(nanos);
        }
    }

    private void startNetwork(int relays, int exits) {
        for (int i = 1; i <= relays; i++) {
            nodes.add(EngineNode.server(network, "5." + i + ".1.1:7001", RELAY, bootstrap));
        }
        for (int i = 1; i <= exits; i++) {
            nodes.add(EngineNode.server(network, "6." + i + ".1.1:7001", EXIT, bootstrap));
        }
        network.runFor(Duration.ofSeconds(30));
    }

    private EngineNode client() {
        EngineNode client = EngineNode.client(network, "5.0.3.1:7001", CircuitSettings.of(3, 1, 5), bootstrap);
        client.measuredBy(measured);
        nodes.add(client);
        return client;
    }

    private static boolean isCreate(Passage passage) {
        byte[] bytes = passage.bytes();
        return CommunityId.TRIBLER.matchesPrefix(bytes, 0, bytes.length)
                && CellFrame.isCell(bytes, 0, bytes.length)
                && CellFrame.plaintext(bytes, 0)
                && bytes[CellFrame.HEADER_BYTES] == CellMessageId.CREATE;
    }

    @Test
    void aCircuitTakesAsLongAsItsHopsAndIsMeasuredOnce() {
        startNetwork(6, 3);
        EngineNode client = client();
        assertThat(network.runUntil(() -> client.circuits().ready() == 2, MINUTE))
                .isTrue();
        network.runFor(Duration.ofSeconds(10));

        assertThat(measured.builds)
                .hasSize(2)
                .allSatisfy(nanos -> assertThat(nanos).isPositive());
        assertThat(measured.hops).containsExactly(0, 2, 2, 2);
        long hops = measured.hopNanos[1] + measured.hopNanos[2] + measured.hopNanos[3];
        assertThat(hops).isEqualTo(measured.builds.get(0) + measured.builds.get(1));
        assertThat(measured.roundTrips)
                .hasSizeGreaterThan(20)
                .allSatisfy(nanos -> assertThat(nanos).isPositive());
        assertThat(measured.peerRoundTrips).hasSizeGreaterThanOrEqualTo(5);
        assertThat(measured.failures).isEmpty();
        assertThat(measured.closed).isEmpty();

        client.engine().stop(network.nowNanos());
        assertThat(measured.closed).containsOnly(CloseReason.SHUTDOWN).hasSize(2);
        assertThat(measured.failures).as("an end that was wanted fails no hop").isEmpty();
    }

    @Test
    void aHopThatDoesNotAnswerFailsAtItsPositionAfterTheTimeItWasGiven() {
        startNetwork(6, 3);
        network.lose(passage -> silent.contains(passage.to()) && isCreate(passage));
        nodes.stream().map(EngineNode::address).forEach(silent::add);
        client();
        network.runFor(MINUTE);

        assertThat(measured.failures).isNotEmpty().containsOnly("1 FIRST_HOP_SILENT");
        assertThat(measured.failedAfter)
                .allSatisfy(nanos ->
                        assertThat(Duration.ofNanos(nanos)).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(10)));
        assertThat(measured.builds).isEmpty();
        assertThat(measured.closed).hasSameSizeAs(measured.failures);
    }

    @Test
    void everyPacketIsCountedOnceAndIsKnownForWhatItIs() {
        startNetwork(6, 3);
        EngineNode client = client();
        assertThat(network.runUntil(() -> client.circuits().ready() == 2, MINUTE))
                .isTrue();
        network.runFor(Duration.ofSeconds(30));
        client.engine().stop(network.nowNanos());
        network.runFor(Duration.ofSeconds(1));

        for (EngineNode node : nodes) {
            Counters counters = node.engine().counters();
            PacketCounts packets = counters.packets();
            assertThat(sum(packets, Direction.SENT)).isEqualTo(counters.traffic(Kind.PACKETS_SENT));
            assertThat(sum(packets, Direction.RECEIVED)).isEqualTo(counters.traffic(Kind.PACKETS_RECEIVED));
            for (OtherSide side : OtherSide.values()) {
                assertThat(packets.packets(Direction.SENT, MessageKind.OTHER, side))
                        .isZero();
                assertThat(packets.packets(Direction.RECEIVED, MessageKind.OTHER, side))
                        .isZero();
            }
        }
        PacketCounts own = client.engine().counters().packets();
        assertThat(own.packets(Direction.SENT, MessageKind.CREATE, OtherSide.FIRST_HOP))
                .isEqualTo(2);
        assertThat(own.packets(Direction.RECEIVED, MessageKind.CREATED, OtherSide.FIRST_HOP))
                .isEqualTo(2);
        assertThat(own.packets(Direction.SENT, MessageKind.EXTEND, OtherSide.FIRST_HOP))
                .isEqualTo(4);
        assertThat(own.packets(Direction.SENT, MessageKind.DESTROY, OtherSide.FIRST_HOP))
                .isEqualTo(2);
        assertThat(total(MessageKind.CREATE, Direction.RECEIVED, OtherSide.PREVIOUS_HOP))
                .as("each hop was asked once")
                .isEqualTo(6);
        assertThat(total(MessageKind.CREATE, Direction.SENT, OtherSide.NEXT_HOP))
                .isEqualTo(4);
        assertThat(total(MessageKind.CREATED, Direction.RECEIVED, OtherSide.NEXT_HOP))
                .isEqualTo(4);
        assertThat(total(MessageKind.EXTENDED, Direction.SENT, OtherSide.PREVIOUS_HOP))
                .isEqualTo(4);
        assertThat(total(MessageKind.DESTROY, Direction.RECEIVED, OtherSide.PREVIOUS_HOP))
                .as("the owner's destroy reaches every hop")
                .isEqualTo(6);
    }

    private long total(MessageKind kind, Direction direction, OtherSide side) {
        return nodes.stream()
                .mapToLong(node -> node.engine().counters().packets().packets(direction, kind, side))
                .sum();
    }

    private static long sum(PacketCounts packets, Direction direction) {
        long sum = 0;
        for (MessageKind kind : MessageKind.values()) {
            for (OtherSide side : OtherSide.values()) {
                sum += packets.packets(direction, kind, side);
            }
        }
        return sum;
    }
}

package org.tunnel8.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tunnel8.TunnelClient;
import org.tunnel8.TunnelDatagrams;
import org.tunnel8.TunnelNetwork;
import org.tunnel8.circuit.CloseReason;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.interop.MixedNetwork.Make;
import org.tunnel8.interop.MixedNetwork.Member;
import org.tunnel8.node.NodeRole;
import org.tunnel8.node.TunnelNode;
import org.tunnel8.transport.PortRange;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.cell.CellFrame;
import org.tunnel8.wire.walk.ConnectionType;
import org.tunnel8.wire.walk.IntroductionRequest;
import org.tunnel8.wire.walk.IntroductionResponse;
import org.tunnel8.wire.walk.WalkCodec;
import org.tunnel8.wire.walk.WalkStyle;

/**
 * What docs/DECISIONS.md adds to the reference's behaviour, seen on the wire. One half of D5 and one of D10 are questions of
 * {@link QuestionsTest}; D14's two forms are read in {@link MixedPathsTest}.
 */
@RequiresIpv8
class DecisionsOnTheWireTest {
    private static final CommunityId COMMUNITY =
            CommunityId.parse(TunnelNetwork.tribler().communityId());
    private static final String CLIENT = "client";
    private static final Duration READY = Duration.ofSeconds(60);
    /** Circuits that may be built until the dead exit is in one: it is left out of all with a chance of 1 in 16,384. */
    private static final int FLOWS = 14;

    private static final int CREATE = 2;
    private static final int CREATED = 3;
    private static final int PONG = 7;
    private static final int QUIET_MILLIS = 3_000;

    private static byte[] plaintextCell(int circuitId, int messageId, int bytes) {
        byte[] cell = new byte[CellFrame.HEADER_BYTES + 1 + bytes];
        CellFrame.writeHeader(cell, 0, COMMUNITY, circuitId, true, false);
        cell[CellFrame.HEADER_BYTES] = (byte) messageId;
        return cell;
    }

    private static DatagramSocket socket() throws SocketException {
        DatagramSocket socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        socket.setSoTimeout(QUIET_MILLIS);
        return socket;
    }

    private static boolean hears(DatagramSocket socket) throws Exception {
        try {
            socket.receive(new DatagramPacket(new byte[2_048], 2_048));
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        }
    }

    /** D1: an exit that has died is noticed although somebody forges cells in the clear on its circuit. */
    @Test
    void forgedPlaintextCellsAreNoSignOfLife() throws Exception {
        try (OutsidePeer outside = new OutsidePeer();
                MixedNetwork network = MixedNetwork.builder().theirs(0, 1).start();
                PathClient client = PathClient.join(network.network(), 1, 0, 1);
                PathClient.OwnFlow flow = client.open("flow", outside.address());
                DatagramSocket forger = socket()) {
            Eventually.holds(READY, () -> client.ready() == 2);
            List<Integer> ids = client.circuitIds();
            PythonHost host = network.exits().get(0).host();
            assertThat(host).isNotNull();
            host.kill();
            long killed = System.nanoTime();
            Eventually.holds(Duration.ofSeconds(40), () -> {
                for (int id : ids) {
                    for (int message : new int[] {CREATED, PONG}) {
                        byte[] forged = plaintextCell(id, message, 100);
                        forger.send(new DatagramPacket(forged, forged.length, client.address()));
                    }
                }
                return client.ready() == 0;
            });
            Figures.print(
                    "D1: a killed exit is noticed on an idle circuit after %.1f s, forged cells or not",
                    (System.nanoTime() - killed) / 1e9);
            assertThat(client.drops("PLAINTEXT_REFUSED")).isPositive();
            assertThat(flow.received()).isZero();
        }
    }

    /** D5: where an exit is dead, each circuit is extended once, and destroyed when that is not answered. */
    @Test
    void anUnansweredExtendEndsTheCircuit() {
        try (OutsidePeer outside = new OutsidePeer();
                MixedNetwork network =
                        MixedNetwork.builder().theirs(1, 2).processes(true).start();
                PathClient client = PathClient.join(network.network(), 2, 0, 3)) {
            Eventually.holds(READY, () -> client.ready() == 1);
            Member relay = network.relays().get(0);
            PythonHost host = relay.host();
            PythonHost dead = network.exits().get(0).host();
            assertThat(host).isNotNull();
            assertThat(dead).isNotNull();
            dead.kill();
            host.call("tap", "name", relay.name(), "limit", 2_000);
            List<PathClient.OwnFlow> flows = new ArrayList<>();
            // Each flow takes a circuit of its own, and each circuit one of the exits at random: by and by the dead
            // one.
            Eventually.holds(READY, () -> {
                if (flows.size() < FLOWS && flows.stream().allMatch(flow -> flow.send(0))) {
                    flows.add(client.open("flow " + flows.size(), outside.address()));
                }
                return client.failures().contains(CloseReason.EXTEND_TIMED_OUT);
            });
            Eventually.holds(READY, () -> flows.stream().allMatch(flow -> flow.send(1)));
            Eventually.holds(READY, () -> flows.stream().allMatch(flow -> flow.received() > 0));
            long joined = creates(host, relay.name(), "in");
            assertThat(joined).as("circuits that the relay joined").isGreaterThanOrEqualTo(2);
            assertThat(creates(host, relay.name(), "out"))
                    .as("creates that its extends led to")
                    .isLessThanOrEqualTo(joined);
            assertThat(relay.pythonStatus().get("destroys").getAsInt())
                    .isGreaterThanOrEqualTo(client.failures().size());
        }
    }

    private static long creates(PythonHost host, String name, String direction) {
        return circuits(host, name).stream()
                .filter(cells -> cells.stream()
                        .anyMatch(cell -> cell.direction.equals(direction)
                                && CellFrame.plaintext(cell.bytes, 0)
                                && cell.bytes[CellFrame.HEADER_BYTES] == CREATE))
                .count();
    }

    /** D17: an outsider's create comes through py-ipv8's exit to our client, which answers nobody. */
    @Test
    void anOutsidersCreateThroughAnExitGetsNoAnswer() throws Exception {
        try (OutsidePeer outside = new OutsidePeer();
                MixedNetwork network = MixedNetwork.builder().theirs(1, 1).start();
                TunnelClient client = TunnelClient.builder()
                        .bind(InetAddress.getLoopbackAddress())
                        .network(network.network())
                        .hops(2)
                        .minPeers(2)
                        .build();
                DatagramSocket outsider = socket()) {
            client.start().join();
            client.whenReady(READY).join();
            TunnelDatagrams flow = client.datagrams();
            byte[] opener = Datagrams.utp(1);
            flow.send(outside.address(), opener, 0, opener.length);
            Eventually.holds(READY, () -> !outside.sources().isEmpty());
            byte[] cell = plaintextCell(0x5ca1ab1e, CREATE, 2 + 2 + 74 + 2 + 32);
            ByteBuffer.wrap(cell, CellFrame.HEADER_BYTES + 1, cell.length - CellFrame.HEADER_BYTES - 1)
                    .putShort((short) 7)
                    .putShort((short) 74)
                    .put(IdentityKey.generate(new SecureRandom()).publicKey().toBytes())
                    .putShort((short) 32)
                    .put(IdentityKey.generate(new SecureRandom()).publicKey().encryptionKey());
            outsider.send(new DatagramPacket(
                    cell, cell.length, outside.sources().iterator().next()));
            Eventually.holds(READY, () -> client.status().drops().getOrDefault("TUNNELLED_MESSAGE_REFUSED", 0L) == 1);
            assertThat(hears(outsider)).isFalse();
            flow.close();
        }
    }

    /** D18: our relay extends neither to itself nor to the asker nor to a stranger at a private address. */
    @Test
    void strangeExtendsAreRefused() {
        try (MixedNetwork network =
                MixedNetwork.builder().theirs(1, 1).ours(1, 0).start()) {
            PythonHost client = network.startTheirClient(CLIENT);
            Member relay = network.relays().stream()
                    .filter(member -> member.make() == Make.OURS)
                    .findFirst()
                    .orElseThrow();
            client.call("extend_strangely", "name", CLIENT, "relay", relay.description());
            Eventually.holds(
                    Duration.ofSeconds(10),
                    () -> relay.node().status().drops().getOrDefault("EXTEND_REFUSED", 0L) == 3);
            assertThat(relay.node().status().relayedCircuits()).isZero();
        }
    }

    /** D19: answers that nobody asked for do not change our idea of our address, and LAN addresses stay at home. */
    @Test
    void unaskedResponsesTeachNoAddress() throws Exception {
        InetSocketAddress lie = new InetSocketAddress(InetAddress.getByAddress(new byte[] {(byte) 203, 0, 113, 9}), 9);
        try (DatagramSocket peer = socket();
                TunnelNode node = TunnelNode.builder()
                        .roles(EnumSet.of(NodeRole.RELAY))
                        .listen(InetAddress.getLoopbackAddress(), PortRange.any())
                        .network(TunnelNetwork.of(TunnelNetwork.tribler().communityId(), List.of((InetSocketAddress)
                                peer.getLocalSocketAddress())))
                        .build()) {
            peer.setSoTimeout(60_000);
            node.start().join();
            IntroductionRequest first = request(peer);
            for (int i = 0; i < 8; i++) {
                byte[] response = WalkCodec.encode(
                        COMMUNITY,
                        new IntroductionResponse(
                                WalkStyle.OLD,
                                new IpAddress(lie),
                                IpAddress.UNSPECIFIED,
                                IpAddress.UNSPECIFIED,
                                IpAddress.UNSPECIFIED,
                                IpAddress.UNSPECIFIED,
                                IntroductionResponse.oldFlags(ConnectionType.UNKNOWN, false, false, false),
                                first.identifier() + 1 + i & 0xffff,
                                ByteString.of(new byte[] {0, 1})),
                        1,
                        IdentityKey.generate(new SecureRandom()));
                peer.send(new DatagramPacket(response, response.length, node.address()));
            }
            Eventually.holds(Duration.ofSeconds(10), () -> node.status().drops().getOrDefault("UNSOLICITED", 0L) == 8);
            IntroductionRequest next = request(peer);
            for (IntroductionRequest request : List.of(first, next)) {
                assertThat(request.sourceWan().endpoint()).isNotEqualTo(lie);
                assertThat(request.sourceLan()).isNotEqualTo(new IpAddress(lie));
            }
            assertThat(node.status().peers()).isZero();
        }
    }

    private static IntroductionRequest request(DatagramSocket peer) throws Exception {
        DatagramPacket packet = new DatagramPacket(new byte[2_048], 2_048);
        while (true) {
            peer.receive(packet);
            try {
                if (WalkCodec.decode(packet.getData(), 0, packet.getLength()).message()
                        instanceof IntroductionRequest request) {
                    return request;
                }
            } catch (MalformedMessageException e) {
                throw new AssertionError("our node sends what cannot be read", e);
            }
        }
    }

    /** D10, our client: its cells under the FORWARD key of py-ipv8's last hop, and that hop's candidate list. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void ourClientNeverRepeatsTheCounterOfTheirCandidateList(int hops) {
        try (OutsidePeer outside = new OutsidePeer();
                MixedNetwork network =
                        MixedNetwork.builder().theirs(hops - 1, 1).start()) {
            Member exit = network.exits().get(0);
            PythonHost host = exit.host();
            assertThat(host).isNotNull();
            host.call("tap", "name", exit.name(), "limit", 400);
            try (PathClient client = PathClient.join(network.network(), hops, 0, hops);
                    PathClient.OwnFlow flow = client.open("flow", outside.address())) {
                Eventually.holds(READY, () -> client.ready() == 2);
                for (int i = 0; i < 10; i++) {
                    int expected = i + 1;
                    assertThat(flow.send(i)).isTrue();
                    Eventually.holds(READY, () -> flow.received() == expected);
                }
            }
            Collection<List<Cell>> circuits = circuits(host, exit.name());
            assertThat(circuits).hasSize(2).allSatisfy(cells -> {
                assertThat(listCounters(cells)).containsExactly(2L);
                assertThat(counters(cells, "in")).isNotEmpty().startsWith(3L);
                assertThat(together(listCounters(cells), counters(cells, "in"))).doesNotHaveDuplicates();
            });
        }
    }

    /** D10, our exit: its candidate list under the FORWARD key, the cells of py-ipv8's client, and its own cells. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void ourCandidateListHasACounterThatTheirClientNeverUses(int hops) {
        try (OutsidePeer outside = new OutsidePeer();
                MixedNetwork network = MixedNetwork.builder()
                        .bootstrap(Make.OURS)
                        .theirs(hops - 1, 0)
                        .ours(0, 1)
                        .start()) {
            PythonHost client = network.startTheirClient(CLIENT);
            List<String> path = network.members().stream().map(Member::key).toList();
            // Whoever stands in front of our exit sees the layers that are between the client and it.
            Member front = network.members().get(0);
            PythonHost tapped = hops == 1 ? client : front.host();
            String name = hops == 1 ? CLIENT : front.name();
            assertThat(tapped).isNotNull();
            tapped.call("tap", "name", name, "limit", 400);
            long circuit = client.callForObject("build", "name", CLIENT, "path", path)
                    .get("circuit")
                    .getAsLong();
            client.call("echo", "name", CLIENT, "circuit", circuit, "port", outside.port(), "count", 10);
            List<List<Cell>> fromOurExit = circuits(tapped, name).stream()
                    .filter(cells ->
                            cells.stream().anyMatch(cell -> cell.direction.equals("in") && isCreated(cell.bytes)))
                    .toList();
            assertThat(fromOurExit).hasSize(1).allSatisfy(cells -> {
                assertThat(listCounters(cells)).containsExactly(1L);
                assertThat(counters(cells, "out"))
                        .hasSizeGreaterThanOrEqualTo(10)
                        .startsWith(2L);
                assertThat(together(listCounters(cells), counters(cells, "out")))
                        .doesNotHaveDuplicates();
                assertThat(counters(cells, "in")).startsWith(2L).doesNotHaveDuplicates();
            });
        }
    }

    private static List<Long> together(List<Long> some, List<Long> more) {
        return Stream.concat(some.stream(), more.stream()).toList();
    }

    /** A cell that python saw, by the direction it went in. */
    private record Cell(String direction, byte[] bytes) {
        @Override
        public String toString() {
            return direction + " " + bytes.length;
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    /** The cells that a node has sent and received, by link. */
    private static Collection<List<Cell>> circuits(PythonHost host, String name) {
        Map<Integer, List<Cell>> circuits = new LinkedHashMap<>();
        for (JsonElement row : host.call("tapped", "name", name).getAsJsonArray()) {
            byte[] bytes = HexFormat.of().parseHex(row.getAsJsonArray().get(1).getAsString());
            Cell cell = new Cell(row.getAsJsonArray().get(0).getAsString(), bytes);
            circuits.computeIfAbsent(CellFrame.circuitId(bytes, 0), id -> new ArrayList<>())
                    .add(cell);
        }
        return circuits.values();
    }

    private static boolean isCreated(byte[] cell) {
        return CellFrame.plaintext(cell, 0) && cell[CellFrame.HEADER_BYTES] == CREATED;
    }

    /** Counters of the outermost layers that went in a direction. */
    private static List<Long> counters(List<Cell> cells, String direction) {
        return cells.stream()
                .filter(cell -> cell.direction.equals(direction) && !CellFrame.plaintext(cell.bytes, 0))
                .map(cell -> ByteBuffer.wrap(cell.bytes).getLong(CellFrame.HEADER_BYTES))
                .toList();
    }

    /** Counters of the candidate lists in created cells: behind message, identifier, key with length, and auth. */
    private static List<Long> listCounters(List<Cell> cells) {
        return cells.stream()
                .filter(cell -> CellFrame.plaintext(cell.bytes, 0) && cell.bytes[CellFrame.HEADER_BYTES] == CREATED)
                .map(cell -> ByteBuffer.wrap(cell.bytes).getLong(CellFrame.HEADER_BYTES + 1 + 2 + 2 + 32 + 32))
                .toList();
    }
}

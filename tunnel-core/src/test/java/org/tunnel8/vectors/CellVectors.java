package org.tunnel8.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.LayerCipher;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.vectors.LabNode.Sent;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.Headroom;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.cell.CellCodec;
import org.tunnel8.wire.cell.CellFrame;
import org.tunnel8.wire.cell.CellMessage;
import org.tunnel8.wire.cell.CellMessageId;
import org.tunnel8.wire.cell.Data;
import org.tunnel8.wire.cell.Extend;
import org.tunnel8.wire.cell.HttpRequest;
import org.tunnel8.wire.cell.HttpResponse;
import org.tunnel8.wire.cell.Ping;
import org.tunnel8.wire.cell.TestRequest;

/**
 * Runs what cells.json tells of nodes, with the code of an owner, of relays and of a last hop: cells through one to three
 * hops, in sequences, and what each node refuses. What the messages say is checked in tunnel-transport.
 */
final class CellVectors {
    private static final int RELAY_EARLY_LIMIT = 8;

    private final VectorFile file;
    private final CommunityId community;
    private int circuits;

    private CellVectors(VectorFile file) {
        this.file = file;
        this.community = file.root().overlay("prefix");
        file.root().describedBy("sender");
    }

    static int run(VectorFile file) {
        return new CellVectors(file).run();
    }

    private int run() {
        file.root().list("vectors").forEach(entry -> entry.put(this::vector));
        file.counted("circuits of vectors", circuits);
        file.each("sequences", this::sequence);
        file.each("rejects", this::reject);
        file.elsewhere("packets_outside_cells", "tunnel-transport");
        file.elsewhere("destroy", "tunnel-transport");
        file.elsewhere("e2e", "tunnel-transport; hidden services are not built");
        file.elsewhere("truncated_payloads", "tunnel-transport");
        return file.finish();
    }

    private void vector(Entry entry) {
        byte[] message = entry.bytes("cell_message");
        List<Entry> layered = entry.list("layered");
        assertThat(layered.isEmpty()).isEqualTo(!entry.flag("encrypted"));
        for (Entry circuit : layered) {
            forward(new LabCircuit(circuit, community), circuit, message);
            if (circuit.has("backward")) {
                backward(new LabCircuit(circuit, community), circuit.in("backward"), message);
            } else {
                assertThat(message[0]).isEqualTo((byte) CellMessageId.EXTEND);
            }
            circuits++;
        }
        // The rest is about the message alone.
        entry.describedBy(
                "name", "msg_id", "natural_direction", "note", "fields", "payload", "plain_cell", "unwrapped");
        entry.describedBy("packet", "packet_circuit_id", "packet_from_a_relay_that_extends");
        entry.describedBy("packet_from_the_circuit_owner", "packet_from_the_circuit_owner_circuit_id");
    }

    private void forward(LabCircuit circuit, Entry entry, byte[] message) {
        circuit.ownersCircuit().relayEarlySent((int) entry.number("circuit_relay_early_count_before"));
        List<byte[]> packets = circuit.sendForward(message);
        Entry forward = entry.in("forward");
        checkLinks(forward.list("links"), packets);
        assertThat(circuit.openedAtLastHop()).isEqualTo(message).isEqualTo(forward.bytes("message_at_exit"));
        checkArrival(circuit, message);
        int last = circuit.hopCount() - 1;
        boolean relayEarly = CellFrame.relayEarly(packets.get(last), 0);
        assertThat(forward.bytes("plain_cell_at_exit")).isEqualTo(cell(circuit.circuitId(last), relayEarly, message));
        forward.describedBy("unwrapped_at_exit");
    }

    private void backward(LabCircuit circuit, Entry backward, byte[] message) {
        checkLinks(backward.list("links"), circuit.sendBackward(message));
        assertThat(circuit.openedAtOwner()).isEqualTo(message).isEqualTo(backward.bytes("message_at_origin"));
        assertThat(backward.bytes("plain_cell_at_origin")).isEqualTo(cell(circuit.circuitId(0), false, message));
        backward.describedBy("unwrapped_at_origin");
        checkDelivery(circuit, message);
    }

    /** The owner gives application data to the application, but no tunnel messages (D17), and answers nothing. */
    private void checkDelivery(LabCircuit circuit, byte[] message) {
        Map<DropReason, Long> drops = circuit.owner().drops();
        assertThat(circuit.owner().takeSent()).isEmpty();
        CellMessage decoded = decode(message);
        if (decoded instanceof HttpResponse response) {
            assertThat(circuit.ownersCircuit().httpResponses()).containsExactly(response);
            assertThat(drops).isEmpty();
        } else if (decoded instanceof Data data) {
            byte[] payload = data.payload().toBytes();
            if (community.matchesPrefix(payload, 0, payload.length)) {
                assertThat(drops).isEqualTo(Map.of(DropReason.TUNNELLED_MESSAGE_REFUSED, 1L));
                assertThat(circuit.ownersCircuit().received()).isEmpty();
            } else {
                assertThat(drops).isEmpty();
                assertThat(circuit.ownersCircuit().received())
                        .containsExactly(new Data(IpAddress.UNSPECIFIED, data.origin(), data.payload()));
            }
        } else {
            boolean answer = message[0] == CellMessageId.PONG || message[0] == CellMessageId.EXTENDED;
            DropReason reason = answer ? DropReason.UNSOLICITED : DropReason.UNKNOWN_MESSAGE;
            assertThat(drops).isEqualTo(Map.of(reason, 1L));
        }
    }

    /** The last hop takes what a hop may be sent, and drops the rest when it has read it. */
    private static void checkArrival(LabCircuit circuit, byte[] message) {
        CellMessage decoded = decode(message);
        Map<DropReason, Long> drops = circuit.lastHop().drops();
        if (decoded instanceof Data) {
            assertThat(circuit.outgoing()).containsExactly(message);
            assertThat(drops).isEmpty();
        } else if (decoded instanceof HttpRequest request) {
            assertThat(circuit.httpRequests()).containsExactly(request);
            assertThat(drops).isEmpty();
        } else if (decoded instanceof Ping || decoded instanceof TestRequest) {
            assertThat(circuit.answers()).hasSize(1);
            assertThat(drops).isEmpty();
        } else if (decoded instanceof Extend) {
            // A create goes out, or the key is none at all.
            assertThat(drops).isEqualTo(circuit.answers().isEmpty() ? Map.of(DropReason.BAD_KEY, 1L) : Map.of());
        } else {
            assertThat(drops).isEqualTo(Map.of(DropReason.UNKNOWN_MESSAGE, 1L));
        }
        assertThat(circuit.outgoing().size() + circuit.httpRequests().size())
                .isEqualTo(decoded instanceof Data || decoded instanceof HttpRequest ? 1 : 0);
    }

    private static void checkLinks(List<Entry> links, List<byte[]> packets) {
        assertThat(packets).hasSameSizeAs(links);
        for (int i = 0; i < links.size(); i++) {
            checkLink(links.get(i), packets.get(i));
        }
    }

    private static void checkLink(Entry link, byte[] packet) {
        assertThat(packet).as(link.where()).isEqualTo(link.bytes("packet"));
        assertThat(CellFrame.circuitId(packet, 0)).isEqualTo(link.circuitId("circuit_id"));
        assertThat(CellFrame.relayEarly(packet, 0)).isEqualTo(link.flag("relay_early"));
        if (link.has("plaintext_flag")) {
            assertThat(CellFrame.plaintext(packet, 0)).isEqualTo(link.flag("plaintext_flag"));
        }
        if (link.has("message_after_peeling")) {
            assertThat(Arrays.copyOfRange(packet, CellFrame.HEADER_BYTES, packet.length))
                    .isEqualTo(link.bytes("message_after_peeling"));
        }
        link.describedBy("link");
    }

    private void sequence(Entry entry) {
        LabCircuit circuit = new LabCircuit(entry, community);
        if (entry.has("relay_early_from_start") && !entry.flag("relay_early_from_start")) {
            circuit.ownersCircuit().relayEarlySent(RELAY_EARLY_LIMIT);
        }
        int[] relayCounts = new int[circuit.hopCount() - 1];
        Arrays.fill(relayCounts, 1);
        for (Entry cell : entry.list("cells")) {
            cell.put(each -> sequenceCell(circuit, each, relayCounts));
        }
        entry.describedBy("name", "note");
    }

    private static void sequenceCell(LabCircuit circuit, Entry cell, int[] relayCounts) {
        byte[] message = cell.bytes("message");
        if (cell.text("direction").equals("backward")) {
            checkLinks(cell.list("links"), circuit.sendBackward(message));
            assertThat(circuit.openedAtOwner()).isEqualTo(message);
            return;
        }
        assertThat(cell.text("direction")).isEqualTo("forward");
        if (cell.has("explicit_salt")) {
            circuit.nextForward(cell.number("explicit_salt"));
        }
        List<byte[]> packets = circuit.sendForward(message);
        assertThat(packets.get(0)).isEqualTo(cell.bytes("packet"));
        assertThat(CellFrame.relayEarly(packets.get(0), 0)).isEqualTo(cell.flag("relay_early"));
        if (cell.has("links")) {
            checkLinks(cell.list("links"), packets);
        }
        if (cell.has("relay_early_count_before_at_relay")) {
            checkCounts(circuit, cell, packets, relayCounts);
        }
        if (cell.has("dropped_at")) {
            int hop = packets.size();
            assertThat(cell.text("dropped_at")).isEqualTo("hop" + hop);
            assertThat(circuit.hop(hop - 1).drops()).isEqualTo(Map.of(DropReason.RELAY_EARLY_LIMIT, 1L));
            assertThat(circuit.openedAtLastHop()).isNull();
            cell.describedBy("drop_reason");
        } else {
            assertThat(circuit.openedAtLastHop()).isEqualTo(message);
            assertThat(circuit.answers()).hasSize(1);
        }
    }

    /** What each relay has passed on, and its count before, which rises with every cell. */
    private static void checkCounts(LabCircuit circuit, Entry cell, List<byte[]> packets, int[] relayCounts) {
        List<String> counts = cell.texts("relay_early_count_before_at_relay");
        List<String> relayed = cell.has("relayed") ? cell.texts("relayed") : List.of();
        assertThat(packets).hasSize(1 + relayed.size());
        for (int hop = 0; hop < counts.size(); hop++) {
            assertThat(counts.get(hop)).isEqualTo(Integer.toString(relayCounts[hop]));
            if (hop < relayed.size()) {
                relayCounts[hop]++;
                assertThat(packets.get(hop + 1)).asHexString().isEqualToIgnoringCase(relayed.get(hop));
            }
        }
        assertThat(counts).hasSize(Math.min(relayed.size() + 1, circuit.hopCount() - 1));
    }

    private void reject(Entry entry) {
        byte[] packet = entry.bytes("packet_in");
        switch (entry.text("node")) {
            case "fresh" -> rejectFresh(entry, packet);
            case "relay" -> rejectRelay(entry, packet);
            case "exit" -> rejectExit(entry, packet);
            case "origin" -> rejectOrigin(entry, packet);
            default -> throw new AssertionError("unknown node");
        }
        entry.describedBy("name", "log", "exception");
    }

    private void rejectFresh(Entry entry, byte[] packet) {
        LabNode node = new LabNode(LabCircuit.OUTSIDER, LabCircuit.IDENTITIES.get(0), community);
        List<Sent> sent = node.receive(LabCircuit.OUTSIDER, packet);
        assertThat(sent).isEmpty();
        byte[] message = Arrays.copyOfRange(packet, CellFrame.HEADER_BYTES, packet.length);
        switch (entry.text("outcome")) {
            case "delivered" -> {
                assertThat(entry.bytes("plain_cell")).isEqualTo(packet);
                if (message[0] == CellMessageId.CREATED) {
                    // D5: a created is taken under the circuit id of the create that it answers only.
                    file.differs(entry.text("name"));
                    assertThat(node.drops()).isEqualTo(Map.of(DropReason.UNKNOWN_CIRCUIT, 1L));
                } else {
                    assertThat(message[0]).isEqualTo((byte) CellMessageId.CREATE);
                    assertThat(node.creates()).containsExactly(message);
                    assertThat(node.drops()).isEmpty();
                }
            }
            case "dropped" -> {
                assertThat(node.drops()).isEqualTo(Map.of(DropReason.UNKNOWN_CIRCUIT, 1L));
                assertThat(node.creates()).isEmpty();
            }
            default -> throw new AssertionError("unknown outcome");
        }
    }

    private void rejectRelay(Entry entry, byte[] packet) {
        LabCircuit circuit = new LabCircuit(entry, community);
        LabNode relay = circuit.hop(0);
        assertThat(entry.number("max_relay_early")).isEqualTo(RELAY_EARLY_LIMIT);
        int passed = entry.has("relay_early_count_before") ? (int) entry.number("relay_early_count_before") : 1;
        for (int count = 1; count < passed; count++) {
            assertThat(relay.receive(circuit.before(0, true), unflagged(circuit, count)))
                    .hasSize(1);
        }
        List<Sent> sent = relay.receive(circuit.before(0, true), packet);
        switch (entry.text("outcome")) {
            case "relayed" -> {
                assertThat(sent).hasSize(1);
                assertThat(sent.get(0).to()).isEqualTo(circuit.hop(1).address());
                assertThat(sent.get(0).packet()).isEqualTo(entry.bytes("packet_out"));
                assertThat(relay.drops()).isEmpty();
            }
            case "dropped" -> checkDropped(relay, sent);
            default -> throw new AssertionError("unknown outcome");
        }
    }

    /** A cell on the first link that opens at the first hop and bears no flag. */
    private byte[] unflagged(LabCircuit circuit, int number) {
        byte[] buffer = LabNode.withHeadroom(new byte[] {(byte) number});
        LabCipher cipher = new LabCipher();
        cipher.next(circuit.keys(0).forward(), number, number);
        cipher.seal(circuit.keys(0).forward(), number, buffer, Headroom.FRONT_BYTES, 1);
        int start = Headroom.FRONT_BYTES - LayerCipher.COUNTER_BYTES;
        byte[] layer = Arrays.copyOfRange(buffer, start, start + 1 + LayerCipher.OVERHEAD_BYTES);
        return cell(circuit.circuitId(0), false, layer);
    }

    private void rejectExit(Entry entry, byte[] packet) {
        LabCircuit circuit = new LabCircuit(entry, community);
        int last = circuit.hopCount() - 1;
        List<Sent> sent = circuit.lastHop().receive(circuit.before(last, true), packet);
        byte[] opened = circuit.openedAtLastHop();
        boolean unlimited = entry.number("max_relay_early") <= 0;
        if (unlimited) {
            // There is no such setting here: a limit of 0 would be a hop that takes part in nothing.
            file.differs(entry.text("name"));
            assertThat(entry.text("outcome")).isEqualTo("dropped");
            assertThat(circuit.lastHop().drops()).isEmpty();
            assertThat(opened).isNotNull();
            return;
        }
        assertThat(entry.number("max_relay_early")).isEqualTo(RELAY_EARLY_LIMIT);
        switch (entry.text("outcome")) {
            case "delivered" -> {
                checkPlainCell(entry, circuit.circuitId(last), packet, opened);
                if (decode(opened) instanceof Ping) {
                    assertThat(sent).hasSize(1);
                    assertThat(circuit.lastHop().drops()).isEmpty();
                } else {
                    // It has passed the flag's check and was looked into: what it names is no key.
                    assertThat(opened[0]).isEqualTo((byte) CellMessageId.EXTEND);
                    assertThat(circuit.lastHop().drops()).isEqualTo(Map.of(DropReason.BAD_KEY, 1L));
                }
            }
            case "dropped" -> checkDropped(circuit.lastHop(), sent);
            default -> throw new AssertionError("unknown outcome");
        }
    }

    private void rejectOrigin(Entry entry, byte[] packet) {
        LabCircuit circuit = new LabCircuit(entry, community);
        assertThat(entry.number("max_relay_early")).isEqualTo(RELAY_EARLY_LIMIT);
        List<Sent> sent = circuit.owner().receive(circuit.before(-1, false), packet);
        switch (entry.text("outcome")) {
            case "delivered" -> {
                byte[] opened = circuit.openedAtOwner();
                checkPlainCell(entry, circuit.circuitId(0), packet, opened);
                checkDelivery(circuit, opened);
            }
            case "dropped" -> checkDropped(circuit.owner(), sent);
            default -> throw new AssertionError("unknown outcome");
        }
    }

    private void checkPlainCell(Entry entry, int circuitId, byte[] packet, byte @Nullable [] opened) {
        assertThat(opened).isNotNull();
        assertThat(entry.bytes("plain_cell")).isEqualTo(cell(circuitId, CellFrame.relayEarly(packet, 0), opened));
    }

    private static void checkDropped(LabNode node, List<Sent> sent) {
        assertThat(sent).isEmpty();
        assertThat(node.drops().values()).as("drops").containsExactly(1L);
        assertThat(node.drops().keySet())
                .isSubsetOf(
                        DropReason.MALFORMED,
                        DropReason.UNKNOWN_CIRCUIT,
                        DropReason.BAD_LAYER,
                        DropReason.PLAINTEXT_REFUSED,
                        DropReason.RELAY_EARLY_LIMIT,
                        DropReason.EXTEND_REFUSED);
    }

    private byte[] cell(int circuitId, boolean relayEarly, byte[] message) {
        byte[] packet = new byte[CellFrame.HEADER_BYTES + message.length];
        CellFrame.writeHeader(packet, 0, community, circuitId, false, relayEarly);
        System.arraycopy(message, 0, packet, CellFrame.HEADER_BYTES, message.length);
        return packet;
    }

    private static CellMessage decode(byte[] message) {
        try {
            return CellCodec.decode(message, 0, message.length);
        } catch (MalformedMessageException e) {
            throw new AssertionError(e);
        }
    }
}

package org.tunnel8.wire.cell;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.Arrays;
import java.util.Optional;
import org.tunnel8.crypto.LayerKey;
import org.tunnel8.crypto.SessionKeys;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.WireWriter;
import org.tunnel8.wire.vectors.CellLab;
import org.tunnel8.wire.vectors.LabCircuit;
import org.tunnel8.wire.vectors.VectorJson;

/** Follows cells of the vectors over all links of their circuits. */
final class CellJourney {
    private static final int CIRCUIT_ID_BYTES = 4;
    private static final int RELAY_EARLY_LIMIT = 8;

    private final CommunityId community;
    private final CellLab lab;

    CellJourney(CommunityId community, CellLab lab) {
        this.community = community;
        this.lab = lab;
    }

    /** A message pushed through one circuit in both directions. */
    void layered(JsonObject entry, byte[] message) {
        LabCircuit circuit = new LabCircuit(entry);
        int countBefore = entry.get("circuit_relay_early_count_before").getAsInt();
        boolean relayEarly = countBefore < RELAY_EARLY_LIMIT || message[0] == CellMessageId.EXTEND;
        forward(circuit, entry.getAsJsonObject("forward"), message, relayEarly);
        if (entry.has("backward")) {
            backward(circuit, entry.getAsJsonObject("backward"), message);
        } else {
            assertThat(message[0]).isEqualTo((byte) CellMessageId.EXTEND);
        }
    }

    private void forward(LabCircuit circuit, JsonObject entry, byte[] message, boolean relayEarly) {
        byte[] packet = forwardLinks(circuit, entry.getAsJsonArray("links"), message, relayEarly);
        int circuitId = circuit.lastCircuitId();
        byte[] plain = lab.receive(packet, circuitId, RELAY_EARLY_LIMIT, circuit.forward(circuit.hops() - 1))
                .orElseThrow();
        assertThat(plain).isEqualTo(VectorJson.hex(entry, "plain_cell_at_exit"));
        assertThat(CellLab.message(plain)).isEqualTo(message).isEqualTo(VectorJson.hex(entry, "message_at_exit"));
        assertThat(unwrapped(circuitId, message)).isEqualTo(VectorJson.hex(entry, "unwrapped_at_exit"));
    }

    /** Sends a message down the circuit, comparing every link; returns what reaches the last hop. */
    private byte[] forwardLinks(LabCircuit circuit, JsonArray links, byte[] message, boolean relayEarly) {
        byte[] packet = lab.cell(circuit.circuitId(0), false, relayEarly, circuit.sealAll(lab, message));
        checkLink(packet, links.get(0));
        for (int hop = 0; hop + 1 < circuit.hops(); hop++) {
            packet = lab.relayForward(
                            packet,
                            circuit.circuitId(hop),
                            circuit.forward(hop),
                            circuit.circuitId(hop + 1),
                            1,
                            RELAY_EARLY_LIMIT)
                    .orElseThrow();
            checkLink(packet, links.get(hop + 1));
        }
        return packet;
    }

    private void backward(LabCircuit circuit, JsonObject entry, byte[] message) {
        byte[] first = lab.cell(circuit.lastCircuitId(), false, false, circuit.sealAtExit(lab, message));
        byte[] packet = backwardLinks(circuit, entry.getAsJsonArray("links"), 0, first);
        checkOrigin(circuit, entry, packet, message, circuit.backwardKeys());
    }

    /** Sends a sealed cell of the last link up the circuit, comparing every link; returns what reaches the owner. */
    private byte[] backwardLinks(LabCircuit circuit, JsonArray links, int from, byte[] first) {
        byte[] packet = first;
        checkLink(packet, links.get(from));
        for (int hop = circuit.hops() - 2; hop >= 0; hop--) {
            packet = circuit.relayBackward(lab, hop, packet);
            checkLink(packet, links.get(from + circuit.hops() - 1 - hop));
        }
        return packet;
    }

    private void checkOrigin(LabCircuit circuit, JsonObject received, byte[] packet, byte[] message, LayerKey... keys) {
        int circuitId = circuit.circuitId(0);
        byte[] plain = lab.receive(packet, circuitId, RELAY_EARLY_LIMIT, keys).orElseThrow();
        assertThat(plain).isEqualTo(VectorJson.hex(received, "plain_cell_at_origin"));
        assertThat(CellLab.message(plain)).isEqualTo(message).isEqualTo(VectorJson.hex(received, "message_at_origin"));
        assertThat(unwrapped(circuitId, message)).isEqualTo(VectorJson.hex(received, "unwrapped_at_origin"));
    }

    private static void checkLink(byte[] packet, JsonElement element) {
        JsonObject link = element.getAsJsonObject();
        assertThat(VectorJson.hex(packet)).isEqualTo(link.get("packet").getAsString());
        assertThat(Integer.toUnsignedLong(CellFrame.circuitId(packet, 0)))
                .isEqualTo(link.get("circuit_id").getAsLong());
        assertThat(CellFrame.relayEarly(packet, 0))
                .isEqualTo(link.get("relay_early").getAsBoolean());
        if (link.has("plaintext_flag")) {
            assertThat(CellFrame.plaintext(packet, 0))
                    .isEqualTo(link.get("plaintext_flag").getAsBoolean());
        }
        if (link.has("message_after_peeling")) {
            assertThat(CellLab.message(packet)).isEqualTo(VectorJson.hex(link, "message_after_peeling"));
        }
    }

    /** Cells one after the other over one circuit. */
    void sequence(JsonObject entry) {
        LabCircuit circuit = new LabCircuit(entry);
        boolean relayEarlyFromStart = !entry.has("relay_early_from_start")
                || entry.get("relay_early_from_start").getAsBoolean();
        int ownerCount = relayEarlyFromStart ? 0 : RELAY_EARLY_LIMIT;
        int[] relayCounts = new int[circuit.hops() - 1];
        Arrays.fill(relayCounts, 1);
        for (JsonElement element : entry.getAsJsonArray("cells")) {
            JsonObject cell = element.getAsJsonObject();
            byte[] message = VectorJson.hex(cell, "message");
            if (cell.get("direction").getAsString().equals("backward")) {
                byte[] first = lab.cell(circuit.lastCircuitId(), false, false, circuit.sealAtExit(lab, message));
                byte[] packet = backwardLinks(circuit, cell.getAsJsonArray("links"), 0, first);
                assertThat(lab.receive(packet, circuit.circuitId(0), RELAY_EARLY_LIMIT, circuit.backwardKeys()))
                        .map(CellLab::message)
                        .contains(message);
                continue;
            }
            boolean relayEarly = ownerCount < RELAY_EARLY_LIMIT;
            ownerCount += relayEarly ? 1 : 0;
            assertThat(cell.get("relay_early").getAsBoolean()).isEqualTo(relayEarly);
            if (cell.has("explicit_salt")) {
                circuit.nextForward(cell.get("explicit_salt").getAsLong());
            }
            sequenceForward(circuit, cell, message, relayEarly, relayCounts);
        }
    }

    private void sequenceForward(
            LabCircuit circuit, JsonObject cell, byte[] message, boolean relayEarly, int[] relayCounts) {
        if (cell.has("links")) {
            assertThat(cell.get("packet"))
                    .isEqualTo(cell.getAsJsonArray("links")
                            .get(0)
                            .getAsJsonObject()
                            .get("packet"));
            byte[] packet = forwardLinks(circuit, cell.getAsJsonArray("links"), message, relayEarly);
            checkExit(circuit, packet, message);
            return;
        }
        byte[] packet = lab.cell(circuit.circuitId(0), false, relayEarly, circuit.sealAll(lab, message));
        assertThat(packet).isEqualTo(VectorJson.hex(cell, "packet"));
        JsonArray counts = cell.getAsJsonArray("relay_early_count_before_at_relay");
        for (int hop = 0; hop + 1 < circuit.hops(); hop++) {
            assertThat(relayCounts[hop]).isEqualTo(counts.get(hop).getAsInt());
            Optional<byte[]> relayed = lab.relayForward(
                    packet,
                    circuit.circuitId(hop),
                    circuit.forward(hop),
                    circuit.circuitId(hop + 1),
                    relayCounts[hop],
                    RELAY_EARLY_LIMIT);
            if (cell.has("dropped_at") && cell.get("dropped_at").getAsString().equals("hop" + (hop + 1))) {
                assertThat(relayed).isEmpty();
                return;
            }
            relayCounts[hop]++;
            packet = relayed.orElseThrow();
            assertThat(packet)
                    .isEqualTo(VectorJson.hex(cell.getAsJsonArray("relayed").get(hop)));
        }
        assertThat(cell.has("dropped_at")).isFalse();
        checkExit(circuit, packet, message);
    }

    private void checkExit(LabCircuit circuit, byte[] packet, byte[] message) {
        assertThat(lab.receive(packet, circuit.lastCircuitId(), RELAY_EARLY_LIMIT, circuit.forward(circuit.hops() - 1)))
                .map(CellLab::message)
                .contains(message);
    }

    /** A seeder's and a downloader's circuit, tied at the rendezvous point that is the last hop of both. */
    void endToEnd(JsonObject entry) {
        JsonObject hidden = entry.getAsJsonObject("hs_session_keys");
        SessionKeys keys = VectorJson.sessionKeys(hidden);
        long forwardCounter = hidden.get("salt_explicit_forward").getAsLong();
        long backwardCounter = hidden.get("salt_explicit_backward").getAsLong();
        LabCircuit seeder = new LabCircuit(entry.getAsJsonObject("seeder_circuit"));
        LabCircuit downloader = new LabCircuit(entry.getAsJsonObject("downloader_circuit"));
        for (String side : new String[] {"seeder_circuit", "downloader_circuit"}) {
            assertThat(entry.getAsJsonObject(side).get("hs_session_keys")).isEqualTo(hidden);
        }
        for (JsonElement element : entry.getAsJsonArray("flows")) {
            JsonObject flow = element.getAsJsonObject();
            boolean fromSeeder = flow.get("from").getAsString().equals("seeder");
            assertThat(flow.get("to").getAsString()).isEqualTo(fromSeeder ? "downloader" : "seeder");
            assertThat(flow.get("hs_direction").getAsString()).isEqualTo(fromSeeder ? "forward" : "backward");
            LayerKey key = fromSeeder ? keys.forward() : keys.backward();
            long counter = fromSeeder ? ++forwardCounter : ++backwardCounter;
            flow(flow, fromSeeder ? seeder : downloader, fromSeeder ? downloader : seeder, key, counter);
        }
    }

    private void flow(JsonObject flow, LabCircuit from, LabCircuit to, LayerKey key, long counter) {
        byte[] message = VectorJson.hex(flow, "message");
        JsonArray links = flow.getAsJsonArray("links");
        byte[] packet = forwardLinks(from, links, lab.seal(key, counter, message), true);
        byte[] inner =
                lab.open(from.forward(from.hops() - 1), CellLab.message(packet)).orElseThrow();
        byte[] crossed = lab.cell(to.lastCircuitId(), false, false, to.sealAtExit(lab, inner));
        byte[] arrived = backwardLinks(to, links, from.hops(), crossed);
        LayerKey[] keys = Arrays.copyOf(to.backwardKeys(), to.hops() + 1);
        keys[to.hops()] = key;
        checkOrigin(to, flow.getAsJsonObject("received"), arrived, message, keys);
    }

    /** One packet at one node of a fresh circuit. */
    void reject(JsonObject entry) {
        byte[] packet = VectorJson.hex(entry, "packet_in");
        Optional<byte[]> out = outcome(entry, packet);
        switch (entry.get("outcome").getAsString()) {
            case "dropped" -> assertThat(out).isEmpty();
            case "relayed" -> assertThat(out).contains(VectorJson.hex(entry, "packet_out"));
            case "delivered" -> assertThat(out).contains(VectorJson.hex(entry, "plain_cell"));
            default -> throw new AssertionError("unknown outcome");
        }
    }

    private Optional<byte[]> outcome(JsonObject entry, byte[] packet) {
        String node = entry.get("node").getAsString();
        if (node.equals("fresh")) {
            return lab.receiveUnknown(packet);
        }
        LabCircuit circuit = new LabCircuit(entry);
        int limit = entry.get("max_relay_early").getAsInt();
        int last = circuit.hops() - 1;
        JsonElement count = entry.get("relay_early_count_before");
        return switch (node) {
            case "relay" ->
                lab.relayForward(
                        packet,
                        circuit.circuitId(0),
                        circuit.forward(0),
                        circuit.circuitId(1),
                        count == null ? 1 : count.getAsInt(),
                        limit);
            case "exit" -> lab.receive(packet, circuit.circuitId(last), limit, circuit.forward(last));
            case "origin" -> lab.receive(packet, circuit.circuitId(0), limit, circuit.backwardKeys());
            default -> throw new AssertionError("unknown node");
        };
    }

    /** The form in which the recording program takes a cell apart: prefix, message id, circuit id, payload. */
    byte[] unwrapped(int circuitId, byte[] message) {
        WireWriter writer = new WireWriter(message.length + CommunityId.PREFIX_BYTES + CIRCUIT_ID_BYTES);
        writer.bytes(community.prefix(), 0, CommunityId.PREFIX_BYTES);
        writer.u8(message[0]);
        writer.u32(circuitId);
        writer.bytes(message, 1, message.length - 1);
        return writer.toByteArray();
    }
}

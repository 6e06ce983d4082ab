package org.tunnel8.wire.cell;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.Arrays;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.WireNumbers;
import org.tunnel8.wire.WireReader;
import org.tunnel8.wire.WireWriter;
import org.tunnel8.wire.vectors.CellLab;
import org.tunnel8.wire.vectors.VectorFile;
import org.tunnel8.wire.vectors.VectorJson;

/** What {@code cells.json} tells of tunnel messages, cells and their layers. */
public final class CellVectors {
    private static final int PAYLOAD_OFFSET = CommunityId.PREFIX_BYTES + 1;
    private static final int CIRCUIT_ID_BYTES = 4;

    private final VectorFile file;
    private final CommunityId community = CommunityId.TRIBLER;
    private final CellLab lab = new CellLab(community);
    private final CellJourney journey = new CellJourney(community, lab);

    private CellVectors(VectorFile file) {
        this.file = file;
    }

    /** Gives each list its check. */
    public static VectorFile checks(VectorFile file) {
        CellVectors checks = new CellVectors(file);
        return file.check("vectors", checks::vector)
                .check("packets_outside_cells", checks::outsideCells)
                .check("destroy", checks::destroy)
                .check("sequences", checks.journey::sequence)
                .check("e2e", checks.journey::endToEnd)
                .check("rejects", checks.journey::reject)
                .check("truncated_payloads", checks::truncated);
    }

    private void vector(JsonObject entry) throws Exception {
        assertThat(VectorJson.hex(file.root(), "prefix")).isEqualTo(community.prefix());
        byte[] message = VectorJson.hex(entry, "cell_message");
        CellMessage decoded = CellCodec.decode(message, 0, message.length);
        int circuitId = (int) entry.getAsJsonObject("fields").get("circuit_id").getAsLong();
        checkFields(decoded, circuitId, entry);
        assertThat(encoded(decoded)).isEqualTo(message);
        if (decoded instanceof Data data) {
            checkView(data, message);
        }

        byte[] payload = VectorJson.hex(entry, "payload");
        assertThat(WireNumbers.u32(payload, 0)).isEqualTo(circuitId);
        assertThat(tail(payload, CIRCUIT_ID_BYTES)).isEqualTo(tail(message, 1));
        byte[] unwrapped = VectorJson.hex(entry, "unwrapped");
        assertThat(unwrapped).isEqualTo(journey.unwrapped(circuitId, message));
        boolean sealed = entry.get("encrypted").getAsBoolean();
        assertThat(VectorJson.hex(entry, "plain_cell")).isEqualTo(lab.cell(circuitId, !sealed, false, message));
        if (entry.has("packet")) {
            int linkId = (int) entry.get("packet_circuit_id").getAsLong();
            assertThat(VectorJson.hex(entry, "packet")).isEqualTo(lab.cell(linkId, true, false, message));
        }
        if (entry.has("packet_from_a_relay_that_extends")) {
            int linkId =
                    (int) entry.get("packet_from_the_circuit_owner_circuit_id").getAsLong();
            assertThat(VectorJson.hex(entry, "packet_from_a_relay_that_extends"))
                    .isEqualTo(lab.cell(circuitId, true, false, message));
            assertThat(VectorJson.hex(entry, "packet_from_the_circuit_owner"))
                    .isEqualTo(lab.cell(linkId, true, true, message));
        }
        JsonArray layered = entry.getAsJsonArray("layered");
        assertThat(layered.isEmpty()).isEqualTo(!sealed);
        for (JsonElement circuit : layered) {
            journey.layered(circuit.getAsJsonObject(), message);
        }
    }

    private void outsideCells(JsonObject entry) throws Exception {
        byte[] bytes = VectorJson.hex(entry, "unsigned_packet");
        BarePacket packet = BarePacket.decode(bytes, 0, bytes.length);
        assertThat(packet.community()).isEqualTo(community);
        checkFields(packet.message(), packet.circuitId(), entry);
        assertThat(tail(bytes, PAYLOAD_OFFSET)).isEqualTo(VectorJson.hex(entry, "payload"));
        WireWriter writer = new WireWriter(bytes.length);
        assertThat(packet.encode(writer)).isEqualTo(bytes.length);
        assertThat(writer.toByteArray()).isEqualTo(bytes);
    }

    private void destroy(JsonObject entry) throws Exception {
        IdentityKey signer = VectorJson.identity(file.root().getAsJsonObject("sender"));
        assertThat(signer.publicKey().toBytes()).isEqualTo(VectorJson.hex(entry, "public_key_bin"));
        byte[] bytes = VectorJson.hex(entry, "packet");
        Destroy destroy = DestroyCodec.decode(bytes, 0, bytes.length);
        JsonObject fields = entry.getAsJsonObject("fields");
        assertThat(Integer.toUnsignedLong(destroy.circuitId()))
                .isEqualTo(fields.get("circuit_id").getAsLong());
        assertThat(destroy.reason()).isEqualTo(fields.get("reason").getAsInt());
        assertThat(destroy.community()).isEqualTo(community);
        assertThat(destroy.sender()).isEqualTo(signer.publicKey());
        assertThat(destroy.signedLength())
                .isEqualTo(entry.get("signed_part_length").getAsInt());
        assertThat(tail(bytes, destroy.signedLength())).isEqualTo(VectorJson.hex(entry, "signature"));
        byte[] payload = VectorJson.hex(entry, "payload");
        assertThat(Arrays.copyOfRange(bytes, destroy.signedLength() - payload.length, destroy.signedLength()))
                .isEqualTo(payload);
        assertThat(DestroyCodec.verify(destroy, bytes, 0)).isTrue();
        assertThat(DestroyCodec.encode(community, destroy.circuitId(), destroy.reason(), signer))
                .isEqualTo(bytes);
    }

    private void truncated(JsonObject entry) throws Exception {
        byte[] unwrapped = VectorJson.hex(entry, "unwrapped");
        assertThat(unwrapped[CommunityId.PREFIX_BYTES] & 0xff)
                .isEqualTo(entry.get("msg_id").getAsInt());
        for (JsonElement element : file.root().getAsJsonArray("vectors")) {
            JsonObject whole = element.getAsJsonObject();
            if (whole.get("name").equals(entry.get("name"))) {
                assertThat(entry.get("unwrapped")).isEqualTo(whole.get("unwrapped"));
            }
        }
        assertThat(parses(unwrapped, unwrapped.length)).isTrue();
        for (JsonElement length : entry.getAsJsonArray("prefix_lengths_that_parse")) {
            assertThat(parses(unwrapped, length.getAsInt()))
                    .as("%s bytes", length)
                    .isTrue();
        }
        for (JsonElement length : entry.getAsJsonArray("prefix_lengths_that_fail")) {
            assertThat(parses(unwrapped, length.getAsInt()))
                    .as("%s bytes", length)
                    .isFalse();
        }
    }

    /** Whether the first bytes of a message parse in the form with prefix and circuit id. */
    private boolean parses(byte[] unwrapped, int length) throws MalformedMessageException {
        byte[] cut = Arrays.copyOf(unwrapped, length);
        assertThat(community.matchesPrefix(cut, 0, length)).isTrue();
        WireReader reader = new WireReader(cut, CommunityId.PREFIX_BYTES, length - CommunityId.PREFIX_BYTES);
        int id = reader.u8();
        try {
            reader.u32();
            CellMessage message = CellCodec.decodePayload(id, reader);
            if (message instanceof Data) {
                byte[] inner = cellMessage(cut);
                checkView((Data) message, inner);
            }
            return true;
        } catch (MalformedMessageException e) {
            return false;
        }
    }

    private void checkFields(CellMessage message, int circuitId, JsonObject entry) {
        assertThat(message.messageId()).isEqualTo(entry.get("msg_id").getAsInt());
        JsonObject fields = VectorJson.plain(entry.get("fields")).getAsJsonObject();
        JsonElement expectedId = fields.remove("circuit_id");
        assertThat(CellFieldsJson.of(message)).isEqualTo(fields);
        assertThat(Integer.toUnsignedLong(circuitId)).isEqualTo(expectedId == null ? 0 : expectedId.getAsLong());
    }

    /** The packet path's view says the same as the record, and writes the same bytes without moving the payload. */
    private static void checkView(Data data, byte[] message) throws MalformedMessageException {
        DataView view = new DataView();
        view.parse(message, 0, message.length);
        assertThat(view.destination()).isEqualTo(data.destination());
        assertThat(view.origin()).isEqualTo(data.origin());
        int headerBytes = message.length - view.payloadLength();
        assertThat(view.payloadOffset()).isEqualTo(headerBytes);
        assertThat(tail(message, headerBytes)).isEqualTo(data.payload().toBytes());
        assertThat(DataView.headerBytes(data.destination(), data.origin())).isEqualTo(headerBytes);

        byte[] buffer = new byte[message.length + 3];
        int payloadOffset = headerBytes + 3;
        System.arraycopy(message, headerBytes, buffer, payloadOffset, view.payloadLength());
        assertThat(DataView.prepend(buffer, payloadOffset, data.destination(), data.origin()))
                .isEqualTo(3);
        assertThat(tail(buffer, 3)).isEqualTo(message);
    }

    private static byte[] encoded(CellMessage message) {
        WireWriter writer = new WireWriter(2048);
        int length = CellCodec.encode(message, writer);
        assertThat(length).isEqualTo(writer.length());
        return writer.toByteArray();
    }

    private static byte[] cellMessage(byte[] unwrapped) {
        byte[] message = tail(unwrapped, PAYLOAD_OFFSET + CIRCUIT_ID_BYTES - 1);
        message[0] = unwrapped[CommunityId.PREFIX_BYTES];
        return message;
    }

    private static byte[] tail(byte[] bytes, int from) {
        return Arrays.copyOfRange(bytes, from, bytes.length);
    }
}

package org.tunnel8.wire.cell;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.List;
import org.tunnel8.crypto.LayerKey;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.crypto.SessionKeys;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.WireReader;
import org.tunnel8.wire.WireWriter;
import org.tunnel8.wire.vectors.CellLab;
import org.tunnel8.wire.vectors.VectorFile;
import org.tunnel8.wire.vectors.VectorJson;

/** What the key agreement's messages carry; the cryptography of the same file is checked in tunnel-crypto. */
public final class OnionMessageVectors {
    private final CellLab lab = new CellLab(CommunityId.TRIBLER);

    private OnionMessageVectors() {}

    /** Gives each list its check. */
    public static VectorFile checks(VectorFile file) {
        OnionMessageVectors checks = new OnionMessageVectors();
        return file.check("messages", OnionMessageVectors::message)
                .check("rendezvous_info", checks::rendezvousInfo)
                .check("handshakes", checks::candidateLists)
                .elsewhere("beforenm", "auth", "kdf", "handshake_failures", "encrypt", "encrypt_run", "decrypt");
    }

    private static void message(JsonObject entry) throws Exception {
        byte[] payload = VectorJson.hex(entry, "payload");
        WireReader reader = new WireReader(payload, 0, payload.length);
        int circuitId = reader.u32();
        CellMessage message = CellCodec.decodePayload(entry.get("msg_id").getAsInt(), reader);
        assertThat(message.getClass().getSimpleName() + "Payload")
                .isEqualTo(entry.get("message").getAsString());
        JsonObject fields = CellFieldsJson.of(message);
        fields.addProperty("circuit_id", Integer.toUnsignedLong(circuitId));
        assertThat(fields).isEqualTo(VectorJson.plain(entry.get("fields")));

        WireWriter writer = new WireWriter(payload.length);
        writer.u32(circuitId);
        CellCodec.encodePayload(message, writer);
        assertThat(writer.toByteArray()).isEqualTo(payload);
    }

    private void rendezvousInfo(JsonObject entry) throws Exception {
        byte[] content = VectorJson.hex(entry, "rp_info_bin_with_length_prefix");
        RendezvousInfo info = RendezvousInfo.decode(content, 0, content.length);
        assertThat(CellFieldsJson.of(info)).isEqualTo(VectorJson.plain(entry.get("rendezvous_info")));
        WireWriter writer = new WireWriter(content.length);
        info.encode(writer);
        assertThat(writer.toByteArray()).isEqualTo(content);

        JsonObject keys = entry.getAsJsonObject("session_keys");
        long counter = keys.get("salt_explicit_forward").getAsLong() + 1;
        assertThat(entry.get("counter_forward_after").getAsLong()).isEqualTo(counter);
        LayerKey forward = VectorJson.sessionKeys(keys).forward();
        assertThat(lab.seal(forward, counter, content)).isEqualTo(VectorJson.hex(entry, "rp_info_enc"));
    }

    /** The candidate lists that a responder seals: one list of keys, with the exits marked off where the sender does so. */
    private void candidateLists(JsonObject handshake) throws Exception {
        SessionKeys keys = VectorJson.sessionKeys(handshake.getAsJsonObject("session_keys"));
        for (JsonElement element : handshake.getAsJsonArray("candidates")) {
            JsonObject entry = element.getAsJsonObject();
            JsonArray all = entry.getAsJsonArray("public_key_bins");
            assertThat(all).hasSize(entry.get("count").getAsInt());
            assertThat(entry.get("direction").getAsString()).isEqualTo("forward");

            byte[] content = VectorJson.hex(entry, "candidates_bin");
            CandidateList candidates = CandidateList.decode(content, 0, content.length);
            boolean split = entry.has("relay_candidates");
            assertThat(hex(candidates.relays())).isEqualTo(split ? entry.get("relay_candidates") : all);
            assertThat(hex(candidates.exits())).isEqualTo(split ? entry.get("exit_candidates") : new JsonArray());

            if (split) {
                JsonArray joined = hex(candidates.relays());
                joined.add(hex(candidates.exits()).get(0));
                joined.addAll(hex(candidates.exits()));
                assertThat(joined).isEqualTo(all);
            }
            WireWriter writer = new WireWriter(content.length);
            candidates.encode(writer);
            assertThat(writer.toByteArray()).isEqualTo(content);
            long counter = entry.get("explicit_salt_used").getAsLong();
            assertThat(lab.seal(keys.forward(), counter, content)).isEqualTo(VectorJson.hex(entry, "candidates_enc"));
        }
    }

    private static JsonArray hex(List<PublicKey> keys) {
        JsonArray list = new JsonArray();
        keys.forEach(key -> list.add(VectorJson.hex(key.toBytes())));
        return list;
    }
}

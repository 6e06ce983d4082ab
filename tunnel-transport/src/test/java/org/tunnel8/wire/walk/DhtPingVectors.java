package org.tunnel8.wire.walk;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.util.Arrays;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.vectors.VectorFile;
import org.tunnel8.wire.vectors.VectorJson;

/** The hash table's messages, of which we speak the ping alone: all others have to be refused. */
public final class DhtPingVectors {
    private final VectorFile file;

    private DhtPingVectors(VectorFile file) {
        this.file = file;
    }

    /** Gives each list its check. */
    public static VectorFile checks(VectorFile file) {
        DhtPingVectors checks = new DhtPingVectors(file);
        return file.check("messages", checks::message)
                .check(
                        "rejects",
                        entry -> assertThat(accepts(VectorJson.hex(entry, "packet")))
                                .isFalse())
                // Hidden services are not built.
                .elsewhere(
                        "node_ids",
                        "values_plain",
                        "values_signed",
                        "value_checks",
                        "introduction_points",
                        "tokens",
                        "closest_nodes",
                        "merging",
                        "pex");
    }

    private void message(JsonObject entry) throws Exception {
        byte[] bytes = VectorJson.hex(entry, "packet");
        int id = entry.get("msg_id").getAsInt();
        boolean isPing = id == WalkMessageId.DHT_PING_REQUEST || id == WalkMessageId.DHT_PING_RESPONSE;
        assertThat(accepts(bytes)).isEqualTo(isPing);
        if (!isPing) {
            return;
        }
        assertThat(entry.get("global_time_present").getAsBoolean()).isFalse();
        DhtPing ping = DhtPingCodec.decode(bytes, 0, bytes.length);
        IdentityKey signer = VectorJson.identity(file.root().getAsJsonObject("sender"));
        assertThat(ping.response()).isEqualTo(id == WalkMessageId.DHT_PING_RESPONSE);
        assertThat(Integer.toUnsignedLong(ping.identifier()))
                .isEqualTo(entry.getAsJsonObject("fields").get("identifier").getAsLong());
        assertThat(ping.sender()).isEqualTo(signer.publicKey());
        assertThat(ping.sender().toBytes()).isEqualTo(VectorJson.hex(entry, "public_key_bin"));
        assertThat(ping.signedLength())
                .isEqualTo(entry.get("signed_part_length").getAsInt());
        assertThat(bytes).startsWith(VectorJson.hex(entry, "prefix")).endsWith(VectorJson.hex(entry, "signature"));
        assertThat(Arrays.copyOfRange(bytes, ping.signedLength() - 4, ping.signedLength()))
                .isEqualTo(VectorJson.hex(entry, "payload"));
        assertThat(DhtPingCodec.encode(ping.response(), ping.identifier(), signer))
                .isEqualTo(bytes);
    }

    private static boolean accepts(byte[] bytes) {
        try {
            return DhtPingCodec.verify(DhtPingCodec.decode(bytes, 0, bytes.length), bytes, 0);
        } catch (MalformedMessageException e) {
            return false;
        }
    }
}

package org.tunnel8.wire.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import org.tunnel8.crypto.CryptoFailure;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.vectors.VectorFile;
import org.tunnel8.wire.vectors.VectorJson;

/** What {@code walker.json} tells of walker and discovery packets. */
public final class WalkerVectors {
    private static final Map<String, CommunityId> COMMUNITIES = Map.of(
            "tribler", CommunityId.TRIBLER,
            "tunnel", CommunityId.PLAIN_TUNNEL,
            "discovery", CommunityId.DISCOVERY);

    /** How py-ipv8 takes a key field with bytes behind the key; we don't (docs/vectors.md). */
    private static final String KEY_FIELD_TOO_LONG = "odd";

    private static final int SIGNATURE_BYTES = 64;

    private final VectorFile file;

    private WalkerVectors(VectorFile file) {
        this.file = file;
    }

    /** Gives each list its check. */
    public static VectorFile checks(VectorFile file) {
        WalkerVectors checks = new WalkerVectors(file);
        return file.check("vectors", checks::vector)
                .check("other_key_vectors", checks::otherKeyVector)
                .check("discovery", checks::discovery)
                .check("rejects", WalkerVectors::reject)
                .check("extra_introduction", WalkerVectors::extraIntroduction)
                .check("transcripts", WalkerVectors::transcript);
    }

    private void vector(JsonObject entry) throws Exception {
        WalkPacket packet = check(entry, COMMUNITIES.get(entry.get("community").getAsString()), identity());
        WalkMessage message = packet.message();
        if (entry.has("extra_bytes") && hasExtra(message)) {
            assertThat(VectorJson.hex(extra(message)))
                    .isEqualTo(entry.get("extra_bytes").getAsString());
            assertThat(flags(PeerFlags.fromExtra(extra(message)))).isEqualTo(peerFlags(entry));
        }
        if (entry.has("introduced") && message instanceof IntroductionResponse response) {
            assertThat(response.introduces()).isEqualTo(entry.get("introduced").getAsBoolean());
        }
        if (entry.has("side_effect_datagrams")) {
            sideEffect(entry, (IntroductionResponse) message);
        }
    }

    /** The puncture-request that py-ipv8 sent while it made the response. */
    private static void sideEffect(JsonObject entry, IntroductionResponse response) throws Exception {
        JsonObject introduced = entry.getAsJsonObject("introduced_peer");
        assertThat(PublicKey.parse(VectorJson.hex(introduced, "public_key_bin")).isTunnelCompatible())
                .isTrue();
        assertThat(VectorJson.address(introduced.getAsJsonObject("address"))).isEqualTo(response.introducedWan());
        for (JsonElement item : entry.getAsJsonArray("side_effect_datagrams")) {
            JsonObject datagram = item.getAsJsonObject();
            assertThat(datagram.get("from").getAsString())
                    .isEqualTo(response.sourceWan().toString());
            assertThat(datagram.get("to").getAsString())
                    .isEqualTo(response.introducedWan().toString());
            byte[] bytes = VectorJson.hex(datagram, "packet");
            WalkPacket packet = WalkCodec.decode(bytes, 0, bytes.length);
            assertThat(packet.message())
                    .isEqualTo(new PunctureRequest(
                            response.style(),
                            ((PunctureRequest) packet.message()).walkerLan(),
                            response.destination(),
                            response.identifier()));
            assertThat(WalkCodec.encode(packet.community(), packet.message(), packet.globalTime(), null))
                    .isEqualTo(bytes);
        }
    }

    private void otherKeyVector(JsonObject entry) throws Exception {
        CommunityId community = COMMUNITIES.get(entry.get("community").getAsString());
        WalkPacket packet = check(entry, community, null);
        PublicKey sender = packet.sender();
        assertThat(sender).isNotNull();
        assertThat(sender.isTunnelCompatible()).isFalse();
        byte[] bytes = VectorJson.hex(entry, "packet");
        assertThat(WalkCodec.beforeSignature(community, packet.message(), packet.globalTime(), sender)
                        .toByteArray())
                .isEqualTo(Arrays.copyOf(bytes, packet.signedLength()));
    }

    private void discovery(JsonObject entry) throws Exception {
        check(entry, CommunityId.DISCOVERY, identity());
        if (entry.has("extra_bytes")) {
            // The entry tells the extra bytes as the sender meant them, not as the discovery overlay reads them.
            byte[] bytes = VectorJson.hex(entry, "packet");
            WalkMessage meant = WalkCodec.decode(bytes, 0, bytes.length).message();
            assertThat(VectorJson.hex(extra(meant)))
                    .isEqualTo(entry.get("extra_bytes").getAsString());
        }
    }

    /** Decodes, compares every field, verifies, encodes again. */
    private static WalkPacket check(JsonObject entry, CommunityId community, IdentityKey signer) throws Exception {
        assertThat(entry.get("expect").getAsString()).isEqualTo("accepted");
        byte[] bytes = VectorJson.hex(entry, "packet");
        assertThat(bytes).startsWith(VectorJson.hex(entry, "prefix"));
        assertThat(judge(community, bytes)).isEqualTo(Verdict.ACCEPTED);

        WalkPacket packet = decode(community, bytes);
        WalkMessage message = packet.message();
        assertThat(packet.community()).isEqualTo(community);
        assertThat(message.messageId()).isEqualTo(entry.get("msg_id").getAsInt());
        if (!(message instanceof IntroduceToRequest && entry.has("extra_bytes"))) {
            assertThat(WalkFieldsJson.kind(message))
                    .isEqualTo(entry.get("message").getAsString());
        }
        assertThat(message.signed()).isEqualTo(entry.get("signed").getAsBoolean());
        assertThat(packet.globalTime()).isEqualTo(entry.get("global_time").getAsLong());
        assertThat(WalkFieldsJson.of(message)).isEqualTo(VectorJson.plain(entry.get("fields")));
        if (entry.has("style")) {
            assertThat(style(message)).isEqualTo(WalkStyle.valueOf(upper(entry.get("style"))));
        }
        if (entry.has("flags_byte")) {
            assertThat(flagsByte(message)).isEqualTo(entry.get("flags_byte").getAsInt());
        }
        byte[] payload = VectorJson.hex(entry, "payload_bytes");
        assertThat(Arrays.copyOfRange(bytes, packet.signedLength() - payload.length, packet.signedLength()))
                .isEqualTo(payload);
        if (message.signed()) {
            checkSigned(entry, packet, bytes);
        } else {
            assertThat(packet.sender()).isNull();
            assertThat(WalkCodec.verify(packet, bytes, 0)).isFalse();
        }
        if (signer != null) {
            assertThat(WalkCodec.encode(community, message, packet.globalTime(), signer))
                    .isEqualTo(bytes);
        }
        return packet;
    }

    private static void checkSigned(JsonObject entry, WalkPacket packet, byte[] bytes) throws CryptoFailure {
        PublicKey sender = PublicKey.parse(VectorJson.hex(entry, "public_key_bin"));
        assertThat(packet.sender()).isEqualTo(sender);
        assertThat(packet.signedLength())
                .isEqualTo(entry.get("signed_part_length").getAsInt());
        assertThat(Arrays.copyOfRange(bytes, packet.signedLength(), bytes.length))
                .isEqualTo(VectorJson.hex(entry, "signature"));
        assertThat(WalkCodec.verify(packet, bytes, 0)).isTrue();
    }

    private enum Verdict {
        ACCEPTED,
        REJECTED,
        IGNORED
    }

    /** What becomes of a datagram that reaches a node of an overlay, as far as codec and signature decide it. */
    private static Verdict judge(CommunityId community, byte[] bytes) {
        if (!community.matchesPrefix(bytes, 0, bytes.length)) {
            return Verdict.IGNORED;
        }
        if (bytes.length > CommunityId.PREFIX_BYTES && !isKnown(community, bytes[CommunityId.PREFIX_BYTES] & 0xff)) {
            return Verdict.IGNORED;
        }
        try {
            WalkPacket packet = decode(community, bytes);
            boolean holds = !packet.message().signed() || WalkCodec.verify(packet, bytes, 0);
            return holds ? Verdict.ACCEPTED : Verdict.REJECTED;
        } catch (MalformedMessageException e) {
            return Verdict.REJECTED;
        }
    }

    private static boolean isKnown(CommunityId community, int messageId) {
        return community.equals(CommunityId.DISCOVERY)
                ? WalkMessageId.isDiscovery(messageId)
                : WalkMessageId.isWalk(messageId);
    }

    private static WalkPacket decode(CommunityId community, byte[] bytes) throws MalformedMessageException {
        return community.equals(CommunityId.DISCOVERY)
                ? DiscoveryCodec.decode(bytes, 0, bytes.length)
                : WalkCodec.decode(bytes, 0, bytes.length);
    }

    private static void reject(JsonObject entry) throws CryptoFailure {
        CommunityId community = COMMUNITIES.get(entry.get("community").getAsString());
        byte[] bytes = VectorJson.hex(entry, "packet");
        if (entry.get("kind").getAsString().equals(KEY_FIELD_TOO_LONG)) {
            byte[] key = VectorJson.hex(entry, "peer_public_key_bin");
            int keyOffset = CommunityId.PREFIX_BYTES + 3;
            assertThat(entry.get("result").getAsString()).isEqualTo("accepted");
            assertThat(Arrays.copyOfRange(bytes, keyOffset, keyOffset + key.length))
                    .isEqualTo(key);
            int signed = bytes.length - SIGNATURE_BYTES;
            assertThat(PublicKey.parse(key).verify(bytes, 0, signed, signed)).isTrue();
            assertThat(judge(community, bytes)).isEqualTo(Verdict.REJECTED);
            return;
        }
        assertThat(judge(community, bytes)).isEqualTo(Verdict.valueOf(upper(entry.get("result"))));
    }

    private static void extraIntroduction(JsonObject entry) throws MalformedMessageException {
        ByteString bytes = ByteString.of(VectorJson.hex(entry, "bytes"));
        if (entry.get("op").getAsString().equals("pack")) {
            int bits = 0;
            for (JsonElement flag : entry.getAsJsonArray("flags")) {
                bits |= flag.getAsInt();
            }
            assertThat(new PeerFlags(bits).toExtra()).isEqualTo(bytes);
        } else if (entry.get("ok").getAsBoolean()) {
            assertThat(flags(PeerFlags.fromExtra(bytes))).isEqualTo(entry.getAsJsonArray("flags"));
        } else {
            assertThatExceptionOfType(MalformedMessageException.class).isThrownBy(() -> PeerFlags.fromExtra(bytes));
        }
    }

    /** Three nodes walking: every datagram, and what flags each knows of the others in the end. */
    private static void transcript(JsonObject entry) throws Exception {
        CommunityId community = COMMUNITIES.get(entry.get("community").getAsString());
        JsonObject nodes = entry.getAsJsonObject("nodes");
        JsonObject candidates = new JsonObject();
        nodes.keySet().forEach(name -> candidates.add(name, new JsonObject()));
        for (JsonElement step : entry.getAsJsonArray("steps")) {
            for (JsonElement datagram : step.getAsJsonObject().getAsJsonArray("datagrams")) {
                walk(community, nodes, datagram.getAsJsonObject(), candidates);
            }
        }
        assertThat(candidates).isEqualTo(entry.getAsJsonObject("candidates_at_end"));
    }

    private static void walk(CommunityId community, JsonObject nodes, JsonObject datagram, JsonObject candidates)
            throws Exception {
        String from = datagram.get("from_name").getAsString();
        String to = datagram.get("to_name").getAsString();
        JsonObject sender = nodes.getAsJsonObject(from);
        assertThat(datagram.get("from").getAsString()).isEqualTo(wan(sender));
        assertThat(datagram.get("to").getAsString()).isEqualTo(wan(nodes.getAsJsonObject(to)));

        byte[] bytes = VectorJson.hex(datagram, "packet");
        assertThat(judge(community, bytes)).isEqualTo(Verdict.ACCEPTED);
        WalkPacket packet = WalkCodec.decode(bytes, 0, bytes.length);
        WalkMessage message = packet.message();
        assertThat(WalkFieldsJson.kind(message))
                .isEqualTo(datagram.get("message").getAsString());
        assertThat(style(message)).isEqualTo(WalkStyle.valueOf(upper(datagram.get("style"))));
        assertThat(WalkFieldsJson.of(message)).isEqualTo(VectorJson.plain(datagram.get("fields")));
        assertThat(packet.globalTime()).isEqualTo(datagram.get("global_time").getAsLong());
        IpAddress lan = (IpAddress) VectorJson.address(sender.getAsJsonObject("lan"));
        if (message instanceof IntroductionRequest request) {
            assertThat(request.sourceLan()).isEqualTo(lan);
        } else if (message instanceof IntroductionResponse response) {
            assertThat(response.sourceLan()).isEqualTo(lan);
        } else if (message instanceof Puncture puncture) {
            assertThat(puncture.sourceLan()).isEqualTo(lan);
        }
        IdentityKey key = VectorJson.identity(sender);
        assertThat(WalkCodec.encode(community, message, packet.globalTime(), key))
                .isEqualTo(bytes);
        if (hasExtra(message)) {
            JsonArray flags = flags(PeerFlags.fromExtra(extra(message)));
            assertThat(flags).isEqualTo(sender.getAsJsonArray("peer_flags"));
            candidates.getAsJsonObject(to).add(sender.get("public_key_bin").getAsString(), flags);
        }
    }

    private static String wan(JsonObject node) {
        return VectorJson.address(node.getAsJsonObject("wan")).toString();
    }

    private IdentityKey identity() throws CryptoFailure {
        return VectorJson.identity(file.root().getAsJsonObject("node"));
    }

    private static boolean hasExtra(WalkMessage message) {
        return message instanceof IntroductionRequest || message instanceof IntroductionResponse;
    }

    private static ByteString extra(WalkMessage message) {
        return message instanceof IntroductionRequest request
                ? request.extra()
                : ((IntroductionResponse) message).extra();
    }

    private static int flagsByte(WalkMessage message) {
        if (message instanceof IntroduceToRequest request) {
            return request.request().flags();
        }
        return message instanceof IntroductionRequest request
                ? request.flags()
                : ((IntroductionResponse) message).flags();
    }

    private static WalkStyle style(WalkMessage message) {
        if (message instanceof IntroductionRequest request) {
            return request.style();
        } else if (message instanceof IntroductionResponse response) {
            return response.style();
        } else if (message instanceof PunctureRequest request) {
            return request.style();
        }
        return ((Puncture) message).style();
    }

    private static JsonArray flags(PeerFlags flags) {
        JsonArray list = new JsonArray();
        for (int bit = 1; bit <= 0x8000; bit <<= 1) {
            if (flags.has(bit)) {
                list.add(bit);
            }
        }
        return list;
    }

    /** No extra bytes stand as null. */
    private static JsonArray peerFlags(JsonObject entry) {
        JsonArray sorted = new JsonArray();
        JsonElement flags = entry.get("peer_flags");
        if (!flags.isJsonNull()) {
            flags.getAsJsonArray().asList().stream()
                    .mapToInt(JsonElement::getAsInt)
                    .sorted()
                    .forEach(sorted::add);
        }
        return sorted;
    }

    private static String upper(JsonElement text) {
        return text.getAsString().toUpperCase(Locale.ROOT);
    }
}

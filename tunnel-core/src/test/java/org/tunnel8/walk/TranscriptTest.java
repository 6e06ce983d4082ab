package org.tunnel8.walk;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tunnel8.crypto.CryptoFailure;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.metrics.Counters;
import org.tunnel8.peer.Peer;
import org.tunnel8.peer.PeerTable;
import org.tunnel8.time.Deadlines;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.walk.IntroductionRequest;
import org.tunnel8.wire.walk.IntroductionResponse;
import org.tunnel8.wire.walk.PeerFlags;
import org.tunnel8.wire.walk.Puncture;
import org.tunnel8.wire.walk.PunctureRequest;
import org.tunnel8.wire.walk.WalkCodec;
import org.tunnel8.wire.walk.WalkMessage;

/**
 * Takes the place of one node in the recorded walks of three py-ipv8 nodes: hears what it heard, and must say the same to
 * the same nodes. LAN addresses and our own WAN address are left out of the comparison: there we tell less (D19).
 */
@Tag("vectors")
class TranscriptTest {
    /** What the three nodes were set to be members of. */
    private static final Map<String, CommunityId> OVERLAYS =
            Map.of("tribler", CommunityId.TRIBLER, "tunnel", CommunityId.PLAIN_TUNNEL);

    private final Deadlines clock = new Deadlines(0);
    private final PeerTable peers = new PeerTable(PeerTable.DEFAULT_CAPACITY, clock);
    private final List<String> said = new ArrayList<>();

    @ParameterizedTest
    @CsvSource({"0, A", "0, B", "0, C", "1, A", "1, B", "1, C"})
    void saysWhatTheRecordedNodeSaid(int transcriptNumber, String name) throws Exception {
        JsonObject transcript = RecordedWalks.list("transcripts").get(transcriptNumber);
        JsonObject node = transcript.getAsJsonObject("nodes").getAsJsonObject(name);
        Discovery discovery = discovery(transcript, node);
        discovery.start();

        for (JsonElement step : transcript.getAsJsonArray("steps")) {
            if (!name.equals("A")) {
                // Punctures for one walker are not sent twice in the same moment. A asks, and must not repeat itself.
                letPass(Duration.ofSeconds(1));
            }
            for (JsonElement element : step.getAsJsonObject().getAsJsonArray("datagrams")) {
                JsonObject datagram = element.getAsJsonObject();
                byte[] packet = RecordedWalks.packet(datagram);
                if (datagram.get("from_name").getAsString().equals(name)) {
                    mustHaveSaid(discovery, datagram, packet);
                } else if (datagram.get("to_name").getAsString().equals(name)) {
                    assertThat(discovery.onDatagram(
                                    TestNode.at(datagram.get("from").getAsString()), packet, 0, packet.length))
                            .isTrue();
                }
            }
        }
        checkCandidates(transcript.getAsJsonObject("candidates_at_end").getAsJsonObject(name));
        System.out.println("walker.json: transcript " + transcriptNumber + " replayed as " + name);
    }

    /** A recorded request is one of the node's own accord: have it made. Anything else must have followed by itself. */
    private void mustHaveSaid(Discovery discovery, JsonObject datagram, byte[] packet)
            throws MalformedMessageException {
        InetSocketAddress to = TestNode.at(datagram.get("to").getAsString());
        WalkMessage message = WalkCodec.decode(packet, 0, packet.length).message();
        if (message instanceof IntroductionRequest && !said.contains(essence(to, message))) {
            discovery.walkTo(to);
        }
        if (!said.contains(essence(to, message))) {
            letPass(Duration.ofMillis(500));
        }
        assertThat(said).contains(essence(to, message));
        said.remove(essence(to, message));
    }

    private static String essence(InetSocketAddress to, WalkMessage message) {
        String what;
        if (message instanceof IntroductionRequest request) {
            what = request.style() + " " + request.destination() + " flags " + request.flags() + " "
                    + hex(request.extra());
        } else if (message instanceof IntroductionResponse response) {
            what = response.style() + " " + response.destination() + " introduces " + response.introducedWan()
                    + " flags " + response.flags() + " " + hex(response.extra());
        } else if (message instanceof PunctureRequest request) {
            what = request.style() + " " + request.walkerLan() + " " + request.walkerWan();
        } else {
            what = ((Puncture) message).style() + " " + ((Puncture) message).sourceWan();
        }
        // Our own requests are numbered at random, and repeated when a puncture comes.
        String number = message instanceof IntroductionRequest ? "" : " number " + message.identifier();
        return to + ": " + message.messageId() + number + " " + what;
    }

    private static String hex(ByteString extra) {
        return HexFormat.of().formatHex(extra.toBytes());
    }

    private void letPass(Duration time) {
        clock.advance(clock.nowNanos() + time.toNanos());
        clock.runDue();
    }

    private Discovery discovery(JsonObject transcript, JsonObject node) throws CryptoFailure {
        JsonObject lan = node.getAsJsonObject("lan");
        InetSocketAddress local = TestNode.at(
                lan.get("host").getAsString() + ":" + lan.get("port").getAsInt());
        CommunityId overlay =
                Objects.requireNonNull(OVERLAYS.get(transcript.get("community").getAsString()));
        DiscoverySettings settings = DiscoverySettings.builder(overlay, local)
                .flags(new PeerFlags(sum(node.getAsJsonArray("peer_flags"))))
                .build();
        IdentityKey identity = IdentityKey.parse(
                HexFormat.of().parseHex(node.get("private_key_bin").getAsString()));
        return new Discovery(
                settings,
                identity,
                peers,
                clock,
                new ScriptedRandom(1),
                (to, buffer, offset, length) -> hear(to, buffer, offset, length),
                new Counters(),
                host -> {});
    }

    private void hear(InetSocketAddress to, byte[] buffer, int offset, int length) {
        try {
            said.add(essence(to, WalkCodec.decode(buffer, offset, length).message()));
        } catch (MalformedMessageException e) {
            throw new AssertionError("said something that is no walker's message", e);
        }
    }

    private void checkCandidates(JsonObject expected) throws CryptoFailure {
        assertThat(peers.size()).isEqualTo(expected.size());
        for (String key : expected.keySet()) {
            Peer peer = peers.byKey(PublicKey.parse(HexFormat.of().parseHex(key)));
            assertThat(peer).isNotNull();
            assertThat(peer.flags().bits()).isEqualTo(sum(expected.getAsJsonArray(key)));
        }
    }

    private static int sum(JsonArray flags) {
        int sum = 0;
        for (JsonElement flag : flags) {
            sum += flag.getAsInt();
        }
        return sum;
    }
}

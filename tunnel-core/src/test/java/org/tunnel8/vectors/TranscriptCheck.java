package org.tunnel8.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.LayerKey;
import org.tunnel8.vectors.Onion.Layer;
import org.tunnel8.vectors.Scenario.Node;
import org.tunnel8.vectors.Scenario.Recorded;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.WireWriter;
import org.tunnel8.wire.cell.BarePacket;
import org.tunnel8.wire.cell.CellCodec;
import org.tunnel8.wire.cell.CellFrame;
import org.tunnel8.wire.cell.CellMessage;
import org.tunnel8.wire.cell.CellMessageId;
import org.tunnel8.wire.cell.Data;
import org.tunnel8.wire.cell.Destroy;
import org.tunnel8.wire.cell.DestroyCodec;
import org.tunnel8.wire.walk.IntroductionRequest;
import org.tunnel8.wire.walk.IntroductionResponse;
import org.tunnel8.wire.walk.Puncture;
import org.tunnel8.wire.walk.WalkCodec;
import org.tunnel8.wire.walk.WalkMessage;
import org.tunnel8.wire.walk.WalkPacket;

/**
 * Checks that everything a scenario tells about its datagrams is what their bytes say: messages and fields, signatures,
 * the key agreements, what is under each cell's layers, and how relays changed it. No engine takes part.
 */
final class TranscriptCheck {
    /** The port of the made-up address under which an application knows an end-to-end circuit (PROTOCOL.md §11). */
    private static final int APPLICATION_PORT = 1_024;

    private final Entry entry;
    private final Scenario scenario;
    private final Onion onion;
    private final Map<LayerKey, Long> lastCounters = new IdentityHashMap<>();
    private final Map<Integer, Recorded> lastOnLink = new HashMap<>();
    private final Set<String> owners = new HashSet<>();

    private TranscriptCheck(Entry entry, Scenario scenario, Onion onion) {
        this.entry = entry;
        this.scenario = scenario;
        this.onion = onion;
    }

    static void run(Entry entry, Scenario scenario) {
        AgreementCheck agreements = new AgreementCheck(entry, scenario);
        agreements.run();
        TranscriptCheck check = new TranscriptCheck(entry, scenario, agreements.onion());
        check.run();
        if (agreements.isHidden()) {
            check.hiddenService(agreements.swarmKeys());
        }
    }

    private void run() {
        int index = 0;
        for (Entry step : entry.list("steps")) {
            for (Entry datagram : step.list("datagrams")) {
                Recorded recorded = scenario.datagrams().get(index++);
                datagram.put(each -> datagram(each, recorded));
            }
        }
        Set<String> known = new HashSet<>();
        scenario.nodes().forEach(node -> known.add(node.name()));
        assertThat(known).hasSameSizeAs(scenario.nodes()).containsAll(scenario.hops());
        if (entry.has("client_circuit_id")) {
            clientsCircuit();
        }
    }

    private void datagram(Entry datagram, Recorded recorded) {
        checkName(datagram, "from_name", recorded.from());
        checkName(datagram, "to_name", recorded.to());
        boolean betweenNodes = !datagram.has("note") || datagram.has("cell");
        if (betweenNodes) {
            assertThat(scenario.at(recorded.from())).as("sender").isNotNull();
            assertThat(scenario.at(recorded.to())).as("receiver").isNotNull();
        }
        if (datagram.has("delivered")) {
            assertThat(datagram.flag("delivered")).isFalse();
            assertThat(datagram.text("to_name")).isEqualTo("?");
        }
        try {
            switch (recorded.message()) {
                case "introduction-request", "introduction-response", "puncture-request", "puncture" ->
                    walkMessage(datagram, recorded);
                case "cell" -> cell(datagram, recorded);
                case "destroy" -> destroy(datagram, recorded);
                case "not of this overlay" -> {
                    byte[] packet = recorded.packet();
                    assertThat(scenario.community().matchesPrefix(packet, 0, packet.length))
                            .isFalse();
                    plainUdp(datagram);
                }
                case "create-e2e (unsigned packet)", "created-e2e (unsigned packet)" -> {
                    barePacket(datagram, recorded.packet());
                    plainUdp(datagram);
                }
                default -> throw new AssertionError("unknown kind of datagram: " + recorded.message());
            }
        } catch (MalformedMessageException e) {
            throw new AssertionError(e.getMessage(), e);
        }
    }

    private void checkName(Entry datagram, String member, InetSocketAddress address) {
        Node node = scenario.at(address);
        if (node != null) {
            assertThat(datagram.text(member)).isEqualTo(node.name());
        } else {
            datagram.describedBy(member);
        }
    }

    private static void plainUdp(Entry datagram) {
        assertThat(datagram.in("note").text("kind"))
                .isIn("leaves the tunnel as plain UDP", "plain UDP reply from outside");
    }

    private void walkMessage(Entry datagram, Recorded recorded) throws MalformedMessageException {
        byte[] bytes = recorded.packet();
        WalkPacket packet = WalkCodec.decode(bytes, 0, bytes.length);
        assertThat(packet.community()).isEqualTo(scenario.community());
        assertThat(packet.globalTime()).isEqualTo(datagram.number("global_time"));
        String dashed = packet.message().getClass().getSimpleName().replaceAll("(?<=.)(?=\\p{Upper})", "-");
        assertThat(dashed).isEqualToIgnoringCase(recorded.message());
        assertThat(MessageFields.of(packet.message()))
                .isEqualTo(datagram.in("fields").fields());
        Node sender = sender(recorded);
        checkOwnAddresses(packet.message(), sender);
        IdentityKey signer = sender.identity();
        if (packet.message().signed()) {
            assertThat(packet.sender()).isEqualTo(signer.publicKey());
            assertThat(WalkCodec.verify(packet, bytes, 0)).as("signature").isTrue();
        }
        assertThat(WalkCodec.encode(scenario.community(), packet.message(), packet.globalTime(), signer))
                .isEqualTo(bytes);
    }

    private void destroy(Entry datagram, Recorded recorded) throws MalformedMessageException {
        byte[] bytes = recorded.packet();
        Destroy destroy = DestroyCodec.decode(bytes, 0, bytes.length);
        Entry fields = datagram.in("fields");
        assertThat(destroy.circuitId()).isEqualTo(fields.circuitId("circuit_id"));
        assertThat(destroy.reason()).isEqualTo(fields.number("reason"));
        assertThat(DestroyCodec.verify(destroy, bytes, 0)).as("signature").isTrue();
        assertThat(DestroyCodec.encode(
                        scenario.community(),
                        destroy.circuitId(),
                        destroy.reason(),
                        sender(recorded).identity()))
                .isEqualTo(bytes);
    }

    private Node sender(Recorded recorded) {
        Node node = scenario.at(recorded.from());
        assertThat(node).as("sender").isNotNull();
        return node;
    }

    private static void checkOwnAddresses(WalkMessage message, Node sender) {
        IpAddress lan = new IpAddress(sender.lan());
        IpAddress wan = new IpAddress(sender.wan());
        if (message instanceof IntroductionRequest request) {
            assertThat(List.of(request.sourceLan(), request.sourceWan())).containsExactly(lan, wan);
            assertThat(request.extra()).isEqualTo(sender.flags().toExtra());
        } else if (message instanceof IntroductionResponse response) {
            assertThat(List.of(response.sourceLan(), response.sourceWan())).containsExactly(lan, wan);
            assertThat(response.extra()).isEqualTo(sender.flags().toExtra());
        } else if (message instanceof Puncture puncture) {
            assertThat(puncture.sourceLan()).isEqualTo(lan);
        }
    }

    private void barePacket(Entry entryWithFields, byte[] bytes) throws MalformedMessageException {
        BarePacket packet = BarePacket.decode(bytes, 0, bytes.length);
        assertThat(packet.community()).isEqualTo(scenario.community());
        assertThat(MessageFields.of(packet.message()))
                .isEqualTo(entryWithFields.in("fields").fields());
        WireWriter writer = new WireWriter(bytes.length);
        packet.encode(writer);
        assertThat(writer.toByteArray()).isEqualTo(bytes);
        if (entryWithFields.has("msg_id")) {
            assertThat(packet.message().messageId()).isEqualTo((int) entryWithFields.number("msg_id"));
            assertThat(nameOf(packet.message())).isEqualToIgnoringCase(entryWithFields.text("message"));
        } else {
            assertThat(entryWithFields.text("message")).isEqualTo(nameOf(packet.message()) + " (unsigned packet)");
        }
    }

    private void cell(Entry datagram, Recorded recorded) throws MalformedMessageException {
        byte[] bytes = recorded.packet();
        assertThat(CellFrame.isCell(bytes, 0, bytes.length)).isTrue();
        Entry frame = datagram.in("cell");
        assertThat(recorded.circuitId()).isEqualTo(frame.circuitId("circuit_id"));
        boolean plaintext = CellFrame.plaintext(bytes, 0);
        assertThat(plaintext).isEqualTo(frame.flag("plaintext"));
        boolean relayEarly = CellFrame.relayEarly(bytes, 0);
        assertThat(relayEarly).isEqualTo(frame.flag("relay_early"));
        byte[] header = new byte[CellFrame.HEADER_BYTES];
        CellFrame.writeHeader(header, 0, scenario.community(), recorded.circuitId(), plaintext, relayEarly);
        assertThat(bytes).startsWith(header);

        Entry note = datagram.in("note");
        List<Layer> layers = plaintext ? List.of() : onion.openAll(recorded.content());
        assertThat(frame.isNull("outer_explicit_salt")).isEqualTo(plaintext);
        if (!plaintext) {
            assertThat(layers.get(0).counter()).isEqualTo(frame.number("outer_explicit_salt"));
        }
        if (note.text("kind").equals("cell made here")) {
            madeHere(note, recorded, layers);
        } else {
            assertThat(note.text("kind")).isEqualTo("cell relayed");
            passedOn(note, recorded, layers.get(0));
        }
        lastOnLink.put(recorded.circuitId(), recorded);
    }

    private void madeHere(Entry note, Recorded recorded, List<Layer> layers) throws MalformedMessageException {
        byte[] made = note.bytes("plain_message");
        byte[] innermost = layers.isEmpty()
                ? recorded.content()
                : layers.get(layers.size() - 1).inner();
        assertThat(made).isEqualTo(innermost);
        for (Layer layer : layers) {
            Long before = lastCounters.put(layer.key(), layer.counter());
            // The first counter of each direction is 2 (PROTOCOL.md §7), or a swarm's 3 that follows on its rp_info.
            assertThat(layer.counter()).isIn(before == null ? List.of(2L, 3L) : List.of(before + 1));
        }
        CellMessage message = CellCodec.decode(made, 0, made.length);
        assertThat(message.messageId()).isEqualTo((int) note.number("msg_id"));
        assertThat(nameOf(message)).isEqualTo(note.text("message"));
        assertThat(recorded.circuitId()).isEqualTo(note.circuitId("circuit_id"));
        Map<String, String> fields = MessageFields.of(message);
        fields.put("circuit_id", Integer.toUnsignedString(recorded.circuitId()));
        assertThat(fields).isEqualTo(note.in("fields").fields());
        WireWriter writer = new WireWriter(made.length);
        CellCodec.encode(message, writer);
        assertThat(writer.toByteArray()).isEqualTo(made);
        if (note.has("inner_packet")) {
            barePacket(note.in("inner_packet"), ((Data) message).payload().toBytes());
        }
        if (message.messageId() == CellMessageId.CREATE && CellFrame.relayEarly(recorded.packet(), 0)) {
            owners.add(Integer.toUnsignedString(recorded.circuitId()));
        }
    }

    private void passedOn(Entry note, Recorded recorded, Layer outer) {
        assertThat(recorded.circuitId()).isEqualTo(note.circuitId("to_circuit_id"));
        Recorded before = lastOnLink.get(note.circuitId("from_circuit_id"));
        assertThat(before).as("the cell that is passed on").isNotNull();
        assertThat(before.to()).isEqualTo(recorded.from());
        boolean keepsFlag = true;
        switch (note.text("layer")) {
            case "peel" -> assertThat(opened(before).inner()).isEqualTo(recorded.content());
            case "add" -> assertThat(outer.inner()).isEqualTo(before.content());
            case "rendezvous (peel own, add other)" -> {
                assertThat(outer.inner()).isEqualTo(opened(before).inner());
                keepsFlag = false;
            }
            default -> throw new AssertionError("unknown way to pass a cell on");
        }
        assertThat(CellFrame.relayEarly(recorded.packet(), 0))
                .isEqualTo(keepsFlag && CellFrame.relayEarly(before.packet(), 0));
    }

    private Layer opened(Recorded cell) {
        Layer layer = onion.open(cell.content());
        assertThat(layer).as("a layer that opens").isNotNull();
        return layer;
    }

    private void clientsCircuit() {
        String id = entry.text("client_circuit_id");
        assertThat(owners).containsExactly(id);
        List<Entry> keys = entry.list("final_session_keys_at_client");
        assertThat(keys).hasSameSizeAs(scenario.hops());
        for (Entry hop : keys) {
            LayerKey forward = onion.key(hop.sessionKeys().forward());
            assertThat(lastCounters.get(forward)).isEqualTo(hop.number("salt_explicit_forward"));
            assertThat(hop.number("salt_explicit_backward")).isEqualTo(1);
            assertThat(lastCounters).containsKey(onion.key(hop.sessionKeys().backward()));
        }
    }

    private void hiddenService(List<LayerKey> swarmKeys) {
        String torrent = entry.text("torrent_info_hash");
        assertThat(sha1("tribler anonymous download" + torrent)).isEqualTo(entry.text("lookup_info_hash"));
        Entry paths = entry.in("paths");
        for (String path : entry.names("paths")) {
            paths.texts(path).forEach(scenario::node);
        }
        assertThat(owners).contains(entry.text("downloader_rp_circuit_id"), entry.text("seeder_rp_circuit_id"));
        Entry keys = entry.in("hs_session_keys_at_downloader_end");
        assertThat(swarmKeys)
                .containsExactly(
                        onion.key(keys.sessionKeys().forward()),
                        onion.key(keys.sessionKeys().backward()));
        assertThat(keys.number("salt_explicit_forward")).isEqualTo(1);
        assertThat(lastCounters.get(swarmKeys.get(1))).isEqualTo(keys.number("salt_explicit_backward"));
        Entry received = entry.in("received");
        for (String node : entry.names("received")) {
            for (String payload : received.texts(node)) {
                assertThat(scenario.datagrams())
                        .as("data for the %s", node)
                        .anyMatch(recorded -> recorded.madeId() == CellMessageId.DATA
                                && HexFormat.of().formatHex(recorded.made()).endsWith(payload));
            }
        }
        ByteBuffer rendezvous = ByteBuffer.allocate(Integer.BYTES)
                .putInt(Integer.parseUnsignedInt(entry.text("downloader_rp_circuit_id")));
        InetSocketAddress application = entry.endpoint("e2e_address_given_to_application");
        assertThat(application.getAddress().getAddress()).isEqualTo(rendezvous.array());
        assertThat(application.getPort()).isEqualTo(APPLICATION_PORT);
    }

    private static String sha1(String text) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-1");
            return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    /** The kind's name in the recording. */
    private static String nameOf(CellMessage message) {
        String dashed = message.getClass().getSimpleName().replaceAll("(?<=.)(?=E2e|\\p{Upper})", "-");
        return dashed.toLowerCase(Locale.ROOT);
    }
}

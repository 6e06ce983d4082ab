package org.tunnel8.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.SessionKeys;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.WireNumbers;
import org.tunnel8.wire.cell.CellFrame;
import org.tunnel8.wire.cell.Data;
import org.tunnel8.wire.walk.PeerFlags;

/**
 * A recorded conversation of several nodes.
 *
 * @param name its name, which starts with a letter
 * @param community the overlay
 * @param nodes who takes part
 * @param hops names of the circuit's hops; empty if the conversation is of another kind
 * @param datagrams everything sent, in order
 * @param secrets ephemeral secrets in the order in which they were drawn
 * @param sessions all keys that were agreed on
 * @param received what the client's application received
 */
record Scenario(
        String name,
        CommunityId community,
        List<Node> nodes,
        List<String> hops,
        List<Recorded> datagrams,
        List<Secret> secrets,
        List<SessionKeys> sessions,
        List<Data> received) {

    /** A node that takes part. */
    record Node(String name, IdentityKey identity, InetSocketAddress wan, InetSocketAddress lan, PeerFlags flags) {}

    /** An ephemeral secret that a node has drawn, as owner or as hop. */
    record Secret(String node, boolean owner, ByteString bytes) {}

    /**
     * A datagram.
     *
     * @param made the message inside the cell if it was made by the sender, not passed on
     */
    record Recorded(
            InetSocketAddress from, InetSocketAddress to, String message, byte[] packet, byte @Nullable [] made) {

        /** The message's id, if the datagram is of the overlay. */
        int messageId() {
            return packet[CommunityId.PREFIX_BYTES] & 0xff;
        }

        boolean isCell() {
            return message.equals("cell");
        }

        /** The id of the message that the sender has put into a cell; -1 for any other datagram. */
        int madeId() {
            return made == null ? -1 : made[0] & 0xff;
        }

        /** The identifier of the message that the sender has put into a cell. */
        int madeIdentifier() {
            assertThat(made).isNotNull();
            return WireNumbers.u16(made, 1);
        }

        int circuitId() {
            return CellFrame.circuitId(packet, 0);
        }

        /** What lies behind a cell's header. */
        byte[] content() {
            return content(packet);
        }

        static byte[] content(byte[] cell) {
            return Arrays.copyOfRange(cell, CellFrame.HEADER_BYTES, cell.length);
        }
    }

    /** Reads a scenario; what the entry tells besides is left to {@link TranscriptCheck}. */
    static Scenario read(Entry entry) {
        CommunityId community = CommunityId.parse(entry.text("community_id"));
        assertThat(entry.overlay("prefix")).isEqualTo(community);
        List<Node> nodes = new ArrayList<>();
        for (Entry node : entry.list("nodes")) {
            int flags = node.texts("peer_flags").stream()
                    .mapToInt(Integer::parseInt)
                    .reduce(0, (a, b) -> a | b);
            nodes.add(new Node(
                    node.text("name"),
                    node.identity(),
                    node.endpoint("wan"),
                    node.endpoint("lan"),
                    new PeerFlags(flags)));
        }
        List<Recorded> datagrams = new ArrayList<>();
        List<Secret> secrets = new ArrayList<>();
        List<SessionKeys> sessions = new ArrayList<>();
        for (Entry step : entry.list("steps")) {
            step.list("datagrams").forEach(datagram -> datagrams.add(datagram(datagram)));
            step.list("key_events").forEach(event -> secret(event, secrets, sessions));
            step.describedBy("step");
        }
        assertThat(entry.number("datagram_count")).isEqualTo(datagrams.size());
        List<Data> received = new ArrayList<>();
        if (entry.has("received_by_client")) {
            for (Entry data : entry.list("received_by_client")) {
                received.add(
                        new Data(IpAddress.UNSPECIFIED, data.address("origin"), ByteString.of(data.bytes("data"))));
            }
        }
        List<String> hops = entry.has("hops") ? entry.texts("hops") : List.of();
        return new Scenario(entry.text("name"), community, nodes, hops, datagrams, secrets, sessions, received);
    }

    private static Recorded datagram(Entry entry) {
        Entry note = entry.has("note") ? entry.in("note") : null;
        byte[] made = note != null && note.has("plain_message") ? note.bytes("plain_message") : null;
        return new Recorded(
                endpoint(entry.text("from")),
                endpoint(entry.text("to")),
                entry.text("message"),
                entry.bytes("packet"),
                made);
    }

    private static void secret(Entry event, List<Secret> secrets, List<SessionKeys> sessions) {
        switch (event.text("event")) {
            case "initiator ephemeral key" ->
                secrets.add(new Secret(event.text("node"), true, ByteString.of(event.bytes("secret"))));
            case "responder side" -> {
                secrets.add(new Secret(event.text("node"), false, ByteString.of(event.bytes("ephemeral_secret"))));
                sessions.add(event.in("session_keys").sessionKeys());
            }
            case "initiator side" -> {}
            default -> throw new AssertionError("unknown event at " + event.where());
        }
    }

    static InetSocketAddress endpoint(String text) {
        int colon = text.lastIndexOf(':');
        String host = text.substring(0, colon);
        return ((IpAddress) Address.parse(host, Integer.parseInt(text.substring(colon + 1)))).endpoint();
    }

    Node node(String wanted) {
        return nodes.stream()
                .filter(node -> node.name().equals(wanted))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no node " + wanted));
    }

    /** The node at an address; null if there is none. */
    @Nullable
    Node at(InetSocketAddress address) {
        return nodes.stream()
                .filter(node -> node.wan().equals(address))
                .findFirst()
                .orElse(null);
    }

    /** The exit's outside socket: where the first datagram that is not of the overlay comes from; null if none is. */
    @Nullable
    InetSocketAddress outsideSocket() {
        return datagrams.stream()
                .filter(recorded -> recorded.message().equals("not of this overlay"))
                .findFirst()
                .map(Recorded::from)
                .orElse(null);
    }
}

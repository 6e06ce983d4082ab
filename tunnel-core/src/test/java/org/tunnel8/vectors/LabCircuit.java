package org.tunnel8.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.tunnel8.cell.JoinedPath;
import org.tunnel8.cell.JoinedService;
import org.tunnel8.circuit.LabOwner;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.LayerKey;
import org.tunnel8.crypto.SessionKeys;
import org.tunnel8.relay.LabHops;
import org.tunnel8.vectors.LabNode.Sent;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.Headroom;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.cell.HttpRequest;

/** A circuit of the vectors over real nodes: the owner's, relays' and last hop's code, with the keys of the recording. */
final class LabCircuit {
    private static final int MOST_HOPS = 3;
    private static final RandomGenerator RANDOM = new SplittableRandom(1);
    /** Keys of the nodes, the owner's first. */
    static final List<IdentityKey> IDENTITIES = IntStream.rangeClosed(0, MOST_HOPS)
            .mapToObj(i -> IdentityKey.generate(RANDOM))
            .toList();

    /** Where none of the circuit's nodes is. */
    static final InetSocketAddress OUTSIDER = address(9);

    private final int[] circuitIds;
    private final List<SessionKeys> keys;
    private final LabNode owner;
    private final List<LabNode> hops = new ArrayList<>();
    private final LabOwner circuit;
    private final JoinedPath end;
    private final List<byte[]> outgoing = new ArrayList<>();
    private final List<HttpRequest> httpRequests = new ArrayList<>();
    private List<Sent> answers = List.of();

    LabCircuit(Entry entry, CommunityId community) {
        circuitIds = entry.texts("circuit_ids").stream()
                .mapToInt(Integer::parseUnsignedInt)
                .toArray();
        List<Entry> sessions = entry.list("session_keys_per_hop");
        keys = sessions.stream().map(Entry::sessionKeys).toList();
        assertThat(entry.number("hops")).isEqualTo(keys.size()).isEqualTo(circuitIds.length);
        owner = new LabNode(address(0), IDENTITIES.get(0), community);
        for (int hop = 0; hop < keys.size(); hop++) {
            LabNode node = new LabNode(address(hop + 1), IDENTITIES.get(hop + 1), community);
            hops.add(node);
            owner.cipher()
                    .next(
                            keys.get(hop).forward(),
                            LabNode.OWNER_FIRST,
                            sessions.get(hop).number("salt_explicit_forward") + 1);
            node.cipher()
                    .next(
                            keys.get(hop).backward(),
                            LabNode.HOP_FIRST,
                            sessions.get(hop).number("salt_explicit_backward") + 1);
        }
        int last = keys.size() - 1;
        circuit = new LabOwner(owner, link(0, 1), hops.get(last).identity().publicKey(), keys, RANDOM);
        for (int hop = 0; hop < last; hop++) {
            LabHops.relay(hops.get(hop), keys.get(hop), link(hop, hop), link(hop + 1, hop + 2));
        }
        end = LabHops.end(hops.get(last), keys.get(last), link(last, last), new Outlet(), RANDOM);
    }

    private final class Outlet implements JoinedService {
        @Override
        public void onData(JoinedPath path, InetSocketAddress from, byte[] buffer, int offset, int length) {
            outgoing.add(Arrays.copyOfRange(buffer, offset, offset + length));
        }

        @Override
        public void onHttpRequest(JoinedPath path, HttpRequest request) {
            httpRequests.add(request);
        }

        @Override
        public void onPathClosed(JoinedPath path) {
            throw new AssertionError("nothing closes this circuit");
        }
    }

    private static InetSocketAddress address(int node) {
        return ((IpAddress) Address.parse("203.0.113." + (20 + node), 7_100 + node)).endpoint();
    }

    /** A link as the node at its other end sees it: its number, and the number of the neighbour (0 the owner). */
    private LabLink link(int link, int neighbour) {
        return new LabLink(address(neighbour), IDENTITIES.get(neighbour).publicKey(), circuitIds[link]);
    }

    int hopCount() {
        return hops.size();
    }

    int circuitId(int link) {
        return circuitIds[link];
    }

    SessionKeys keys(int hop) {
        return keys.get(hop);
    }

    LabNode owner() {
        return owner;
    }

    LabNode hop(int hop) {
        return hops.get(hop);
    }

    LabNode lastHop() {
        return hops.get(hops.size() - 1);
    }

    /** The owner's side of the circuit. */
    LabOwner ownersCircuit() {
        return circuit;
    }

    /** The data messages that the last hop has handed to its exit. */
    List<byte[]> outgoing() {
        return outgoing;
    }

    /** The requests for HTTP exchanges that the last hop has handed to its exit. */
    List<HttpRequest> httpRequests() {
        return httpRequests;
    }

    /** The neighbour from which cells in one direction reach a hop. */
    InetSocketAddress before(int hop, boolean forward) {
        return address(forward ? hop : hop + 2);
    }

    /** Has the owner's next layers, all hops', bear this counter. */
    void nextForward(long counter) {
        for (SessionKeys hop : keys) {
            owner.cipher().next(hop.forward(), LabNode.OWNER_FIRST, counter);
        }
    }

    /** Sends a message away from the owner; gives what was on each link, ending where it was dropped. */
    List<byte[]> sendForward(byte[] message) {
        circuit.send(message);
        Sent sent = owner.takeOnlySent();
        List<byte[]> packets = new ArrayList<>(List.of(sent.packet()));
        for (int hop = 0; hop + 1 < hops.size(); hop++) {
            assertThat(sent.to()).isEqualTo(address(hop + 1));
            List<Sent> passedOn = hops.get(hop).receive(before(hop, true), sent.packet());
            if (passedOn.isEmpty()) {
                return packets;
            }
            assertThat(passedOn).hasSize(1);
            sent = passedOn.get(0);
            packets.add(sent.packet());
        }
        assertThat(sent.to()).isEqualTo(address(hops.size()));
        // The recording has no answers here: the last hop's own leave its counter where it was.
        LayerKey back = keys.get(hops.size() - 1).backward();
        long counter = lastHop().cipher().recorded(back);
        answers = lastHop().receive(before(hops.size() - 1, true), sent.packet());
        lastHop().cipher().next(back, LabNode.HOP_FIRST, counter);
        return packets;
    }

    /** What the last hop has sent when the latest message reached it. */
    List<Sent> answers() {
        return answers;
    }

    /** Sends a message towards the owner; gives what was on each link, the last hop's first. */
    List<byte[]> sendBackward(byte[] message) {
        end.sendBack(LabNode.withHeadroom(message), Headroom.FRONT_BYTES, message.length);
        Sent sent = lastHop().takeOnlySent();
        List<byte[]> packets = new ArrayList<>(List.of(sent.packet()));
        for (int hop = hops.size() - 2; hop >= 0; hop--) {
            assertThat(sent.to()).isEqualTo(address(hop + 1));
            List<Sent> passedOn = hops.get(hop).receive(before(hop, false), sent.packet());
            assertThat(passedOn).hasSize(1);
            sent = passedOn.get(0);
            packets.add(sent.packet());
        }
        assertThat(sent.to()).isEqualTo(address(0));
        owner.receive(before(-1, false), sent.packet());
        return packets;
    }

    /** What the last hop has just opened. */
    byte @Nullable [] openedAtLastHop() {
        return lastHop().cipher().takeOpened();
    }

    /** What the owner has just opened under the last of all layers. */
    byte @Nullable [] openedAtOwner() {
        return owner.cipher().takeOpened();
    }
}

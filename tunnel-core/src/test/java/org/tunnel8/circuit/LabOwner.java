package org.tunnel8.circuit;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.crypto.SessionKeys;
import org.tunnel8.peer.Peer;
import org.tunnel8.peer.PeerTable;
import org.tunnel8.peer.Sighting;
import org.tunnel8.vectors.LabLink;
import org.tunnel8.vectors.LabNode;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.Headroom;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.cell.Data;
import org.tunnel8.wire.cell.HttpResponse;
import org.tunnel8.wire.walk.PeerFlags;

/** An own circuit that is put into a node as if it had been built, with keys that are given. */
public final class LabOwner {
    private final Circuit circuit;
    private final List<Data> received = new ArrayList<>();
    private final List<HttpResponse> httpResponses = new ArrayList<>();

    /** Makes the circuit; its last hop's key stands for all hops but the first. */
    public LabOwner(LabNode node, LabLink first, PublicKey lastHop, List<SessionKeys> keys, RandomGenerator random) {
        PeerTable peers = new PeerTable(PeerTable.DEFAULT_CAPACITY, node.deadlines());
        peers.admit(new Sighting(first.key(), first.address(), true, null, true, new PeerFlags(PeerFlags.RELAY)));
        Peer firstPeer = peers.all().get(0);
        TriedHops tried = new TriedHops(node.deadlines());
        CircuitNetworkClient client = new CircuitNetworkClient(
                node.identity(),
                node.table(),
                node.cells(),
                node.sink(),
                node.cipher(),
                peers,
                new PathSelector(peers, random, HopRules.NONE, tried),
                tried,
                node.deadlines(),
                random,
                node.counters(),
                new Listener());
        circuit = new Circuit(
                client,
                1,
                first.circuitId(),
                new Path(keys.size(), firstPeer, firstPeer),
                node.deadlines().nowNanos(),
                1);
        for (SessionKeys hop : keys) {
            circuit.add(new Hop(circuit.hops() == 0 ? first.key() : lastHop, hop));
        }
        circuit.becomeReady(node.deadlines().nowNanos());
        node.table().put(first.circuitId(), circuit);
    }

    private final class Listener implements CircuitListener {
        @Override
        public void onReady(Circuit ready) {}

        @Override
        public void onClosed(Circuit closed, CloseReason reason) {
            throw new AssertionError("nothing closes this circuit");
        }

        @Override
        public void onData(Circuit from, Address origin, byte[] buffer, int offset, int length) {
            received.add(new Data(IpAddress.UNSPECIFIED, origin, ByteString.of(buffer, offset, length)));
        }

        @Override
        public void onHttpResponse(Circuit from, HttpResponse response) {
            httpResponses.add(response);
        }
    }

    /** The application data that came back, without its destinations, which mean nothing. */
    public List<Data> received() {
        return received;
    }

    /** The parts of answers to HTTP requests that came back. */
    public List<HttpResponse> httpResponses() {
        return httpResponses;
    }

    /** Counts as if so many flagged cells had been sent. */
    public void relayEarlySent(int cells) {
        for (int i = 0; i < cells; i++) {
            circuit.countRelayEarly(true);
        }
    }

    /** Sends a message of any kind through all hops. */
    public void send(byte[] message) {
        send(circuit, message);
    }

    /** Sends a message of any kind through all hops of a circuit. */
    public static void send(Circuit circuit, byte[] message) {
        circuit.send(LabNode.withHeadroom(message), Headroom.FRONT_BYTES, message.length);
    }

    /** Closes all circuits of a pool for a reason, and has it build no more. */
    public static void stop(CircuitPool pool, CloseReason reason) {
        pool.stop(reason);
    }
}

package org.tunnel8.circuit;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.tunnel8.cell.CellSender;
import org.tunnel8.cell.CircuitTable;
import org.tunnel8.crypto.CryptoFailure;
import org.tunnel8.crypto.EphemeralKey;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.KeyAgreement;
import org.tunnel8.crypto.LayerCiphers;
import org.tunnel8.metrics.Counters;
import org.tunnel8.peer.Peer;
import org.tunnel8.peer.PeerTable;
import org.tunnel8.peer.Sighting;
import org.tunnel8.time.DatagramSink;
import org.tunnel8.time.Deadlines;
import org.tunnel8.virtual.Seed;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.cell.HttpResponse;
import org.tunnel8.wire.walk.PeerFlags;

/** What a circuit's health tells of it, at the looks that it takes. */
class CircuitHealthTest {
    /** No look is later than this after the one before, on a circuit that is new. */
    private static final long LOOK_NANOS = CircuitHealth.TRIAL_NANOS;

    private final SplittableRandom random = new SplittableRandom(Seed.take(getClass()));
    private final Deadlines deadlines = new Deadlines(0);
    private final List<Circuit> failing = new ArrayList<>();
    private CircuitNetworkClient client;
    private Circuit circuit;

    private final class Listener implements CircuitListener {
        @Override
        public void onReady(Circuit ready) {}

        @Override
        public void onFailing(Circuit doubtful) {
            failing.add(doubtful);
        }

        @Override
        public void onClosed(Circuit closed, CloseReason reason) {
            throw new AssertionError("nothing closes this circuit");
        }

        @Override
        public void onData(Circuit from, Address origin, byte[] buffer, int offset, int length) {
            throw new AssertionError("nothing comes back");
        }

        @Override
        public void onHttpResponse(Circuit from, HttpResponse response) {
            throw new AssertionError("nothing comes back");
        }
    }

    /** A circuit of one hop that has just become ready. */
    @BeforeEach
    void makeCircuit() throws CryptoFailure {
        IdentityKey hop = IdentityKey.generate(random);
        PeerTable peers = new PeerTable(PeerTable.DEFAULT_CAPACITY, deadlines);
        InetSocketAddress address = new InetSocketAddress("5.0.0.1", 7001);
        peers.admit(new Sighting(hop.publicKey(), address, true, null, true, new PeerFlags(PeerFlags.RELAY)));
        Peer first = peers.all().get(0);
        TriedHops tried = new TriedHops(deadlines);
        DatagramSink sink = (to, buffer, offset, length) -> {};
        client = new CircuitNetworkClient(
                IdentityKey.generate(random),
                new CircuitTable(),
                new CellSender(CommunityId.TRIBLER, sink),
                sink,
                LayerCiphers.named("jdk").create(),
                peers,
                new PathSelector(peers, random, HopRules.NONE, tried),
                tried,
                deadlines,
                random,
                new Counters(),
                new Listener());
        circuit = new Circuit(client, 1, 77, new Path(1, first, first), 0, 1);
        EphemeralKey own = EphemeralKey.generate(random);
        circuit.add(new Hop(
                hop.publicKey(),
                KeyAgreement.respond(hop, EphemeralKey.generate(random), own.publicKey())
                        .keys()));
        circuit.becomeReady(0);
        circuit.health.start();
        circuit.health.ready();
    }

    private void nextLook() {
        deadlines.advance(deadlines.nowNanos() + LOOK_NANOS);
        deadlines.runDue();
    }

    @Test
    void thatACircuitIsPoorByWhatOthersTeachIsToldAtTheNextLookAndOnce() {
        for (int i = 0; i < 20; i++) {
            circuit.health.quality().ping(i % 2 == 0);
        }
        nextLook();
        assertThat(circuit.health.quality().isPoor()).isFalse();
        assertThat(failing).isEmpty();

        for (int i = 0; i < CircuitQuality.Usual.LEAST_LESSONS; i++) {
            client.usualQuality().learn(1);
        }
        assertThat(circuit.health.quality().isPoor()).isTrue();
        nextLook();
        assertThat(failing).containsExactly(circuit);
        nextLook();
        assertThat(failing).containsExactly(circuit);
    }
}

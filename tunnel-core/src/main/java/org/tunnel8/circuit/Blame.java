package org.tunnel8.circuit;

import java.util.ArrayList;
import java.util.List;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.peer.PeerRole;
import org.tunnel8.peer.PeerTable;
import org.tunnel8.time.Deadlines;

/**
 * Lays failures of circuits where they may belong, and success where it is due (D11).
 *
 * <p>A failure that any of several hops can have caused is shared among them, in parts that follow from what is known of
 * them: who has failed more often before is likelier to have done it again. So over many circuits the deaf and the liars
 * sink, and the honest, who are in good company most of the time, do not. Success is credited once a circuit has shown for a
 * while that it carries; that hops answer a create proves nothing, as liars do that too. Engine thread only.
 */
final class Blame {
    /** Who was being added is suspected so much more than those who had been: they had shown that they answer. */
    private static final double NEWCOMER = 2;

    private final PeerTable peers;
    private final Deadlines deadlines;

    Blame(PeerTable peers, Deadlines deadlines) {
        this.peers = peers;
        this.deadlines = deadlines;
    }

    /** The circuit has carried for a while. */
    void served(Circuit circuit) {
        for (PublicKey key : circuit.hopKeys()) {
            peers.reliabilityOf(key).succeeded(roleOf(circuit, key), deadlines.nowNanos());
        }
    }

    /**
     * The circuit could not be built on, or died: any hop may have done it, also the one that is just being added.
     *
     * @param total how much of a failure it is, above 0 and at most 1
     */
    void failed(Circuit circuit, double total) {
        List<PublicKey> suspects = new ArrayList<>(circuit.hopKeys());
        HopAttempt attempt = circuit.attempt;
        if (attempt != null) {
            suspects.add(attempt.target);
        }
        share(circuit, suspects, total);
    }

    /** The circuit lost, damaged or repeated more than circuits do. */
    void misbehaved(Circuit circuit) {
        CircuitQuality quality = circuit.health.quality();
        int layer = quality.worstLayer();
        if (layer > 0) {
            damaged(circuit, layer);
        } else if (quality.losesTooMuch() || (layer < 0 && !quality.repeatsDatagrams())) {
            failed(circuit, 1);
        }
        // Cells that do not even open at the first hop's layer, and whole datagrams that come again, may be that hop's
        // or
        // anybody's who watches the way to it: nobody is charged for them.
    }

    /**
     * Cells of the circuit were damaged. They opened under the layers of all hops before the one whose layer did not: so the
     * hop before passed something on that the next did not seal, or the next sealed something else.
     *
     * @param layer which did not open, counted from the first hop's; above 0
     */
    private void damaged(Circuit circuit, int layer) {
        share(circuit, circuit.hopKeys().subList(layer - 1, layer + 1), 1);
    }

    private void share(Circuit circuit, List<PublicKey> suspects, double total) {
        double[] parts = new double[suspects.size()];
        double sum = 0;
        for (int i = 0; i < parts.length; i++) {
            PublicKey suspect = suspects.get(i);
            boolean isNew = circuit.attempt != null && suspect.equals(circuit.attempt.target);
            parts[i] = (1 - peers.scoreOf(suspect, roleOf(circuit, suspect))) * (isNew ? NEWCOMER : 1);
            sum += parts[i];
        }
        for (int i = 0; i < parts.length; i++) {
            PublicKey suspect = suspects.get(i);
            double part = Math.min(1, total * parts[i] / sum);
            peers.reliabilityOf(suspect).failed(roleOf(circuit, suspect), part, deadlines.nowNanos());
        }
    }

    private static PeerRole roleOf(Circuit circuit, PublicKey key) {
        return key.equals(circuit.path().exit().key()) ? PeerRole.EXIT : PeerRole.RELAY;
    }
}

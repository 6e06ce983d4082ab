package org.tunnel8.circuit;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.peer.Peer;
import org.tunnel8.peer.PeerTable;
import org.tunnel8.time.Deadlines;

/** Remembers the attempts to build a circuit that failed since one succeeded, to tell why there is none. Engine thread only. */
final class FailedBuilds {
    static final int MOST = 24;
    static final long AGE_NANOS = 30_000_000_000L;

    private final PeerTable peers;
    private final Deadlines deadlines;
    private final Deque<Failure> failures = new ArrayDeque<>();

    private enum Place {
        FIRST_HOP,
        BETWEEN,
        EXIT,
        NOBODY
    }

    private record Failure(Place place, PublicKey firstHop, long startedNanos, long failedNanos) {}

    FailedBuilds(PeerTable peers, Deadlines deadlines) {
        this.peers = peers;
        this.deadlines = deadlines;
    }

    void succeeded() {
        failures.clear();
    }

    void failed(Circuit circuit, CloseReason reason) {
        forgetOld();
        if (failures.size() == MOST) {
            failures.removeFirst();
        }
        failures.addLast(of(circuit, reason == CloseReason.NO_CANDIDATE));
    }

    private Failure of(Circuit circuit, boolean nobody) {
        Place place = nobody
                ? Place.NOBODY
                : circuit.hops() == circuit.goalHops() - 1
                        ? Place.EXIT
                        : circuit.hops() == 0 ? Place.FIRST_HOP : Place.BETWEEN;
        return new Failure(place, circuit.path().first().key(), circuit.createdNanos(), deadlines.nowNanos());
    }

    private void forgetOld() {
        long now = deadlines.nowNanos();
        while (!failures.isEmpty() && now - failures.getFirst().failedNanos() > AGE_NANOS) {
            failures.removeFirst();
        }
    }

    TableSize table() {
        return new TableSize("failed attempts", failures.size(), MOST);
    }

    /** What is remembered, and the circuits among these that are being built and late. */
    BuildFailures report(Iterable<Circuit> circuits) {
        forgetOld();
        List<Failure> all = new ArrayList<>(failures);
        for (Circuit circuit : circuits) {
            if (circuit.state() == Circuit.State.EXTENDING && circuit.isSlow()) {
                all.add(of(circuit, false));
            }
        }
        return new BuildFailures(
                count(all, Place.FIRST_HOP),
                areThere(all),
                count(all, Place.BETWEEN),
                count(all, Place.EXIT),
                count(all, Place.NOBODY));
    }

    private static int count(List<Failure> failures, Place place) {
        return (int)
                failures.stream().filter(failure -> failure.place() == place).count();
    }

    /**
     * Whoever is there is heard within the time in which silent peers are asked. So of hops that are, such a part has been
     * heard as has passed of that time; a quarter of it will do, as some may have gone.
     */
    private boolean areThere(List<Failure> failures) {
        int heard = 0;
        double expected = 0;
        for (Failure failure : failures) {
            if (failure.place() == Place.FIRST_HOP) {
                double passed = deadlines.nowNanos() - failure.startedNanos();
                expected += Math.min(1, passed / PeerTable.SILENT_NANOS);
                heard += isHeardSince(failure) ? 1 : 0;
            }
        }
        return heard > 0 && heard >= expected / 4;
    }

    private boolean isHeardSince(Failure failure) {
        Peer peer = peers.byKey(failure.firstHop());
        return peer != null && peer.lastHeardNanos() > failure.startedNanos();
    }
}

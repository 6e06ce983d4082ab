package org.tunnel8.circuit;

import java.util.LinkedHashMap;
import java.util.Map;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.time.Deadlines;

/**
 * Hops that have just failed to be added to a circuit, so that none is tried twice while there is another. Bounded; the
 * oldest goes first. Engine thread only.
 */
final class TriedHops {
    /** A hop is left alone for so long: as others need to notice that it has gone (PROTOCOL.md §4, churn). */
    static final long REST_NANOS = 57_500_000_000L;
    /** Hops remembered. */
    static final int MAX_TRIED = 256;

    private final Deadlines deadlines;
    private final Map<PublicKey, Long> untilNanos = new LinkedHashMap<>();

    TriedHops(Deadlines deadlines) {
        this.deadlines = deadlines;
    }

    void failed(PublicKey key) {
        untilNanos.remove(key);
        untilNanos.put(key, deadlines.nowNanos() + REST_NANOS);
        if (untilNanos.size() > MAX_TRIED) {
            untilNanos.remove(untilNanos.keySet().iterator().next());
        }
    }

    void succeeded(PublicKey key) {
        untilNanos.remove(key);
    }

    boolean contains(PublicKey key) {
        Long until = untilNanos.get(key);
        return until != null && deadlines.nowNanos() < until;
    }

    TableSize table() {
        return new TableSize("hops that failed lately", untilNanos.size(), MAX_TRIED);
    }
}

package org.tunnel8.circuit;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.time.Deadlines;
import org.tunnel8.time.LapsingMap;

/**
 * Limits of age and traffic that hops set for circuits, as far as they can be seen from outside.
 *
 * <p>Nothing in the protocol tells them. But a hop that ends circuits by a limit does it at the same age, or after the same
 * traffic, each time, and by nothing else does a hop end two in a row so evenly. So two ends in a row that agree within a tenth make
 * a limit of that hop; circuits over it are replaced before. A circuit that outlives it takes it back. As those that are replaced
 * in time can neither confirm nor refute it, it is forgotten some time after the last end, and learnt again if it is one. Bounded;
 * the hop that ended a circuit longest ago goes first. Engine thread only.
 */
final class LearntLimits {
    /** Hops remembered. */
    static final int MAX_HOPS = 256;
    /** A hop is remembered for so long after it last ended a circuit: as long as nodes are up in the mean. */
    static final long MEMORY_NANOS = 40L * 60 * 1_000_000_000;
    /** A circuit that ends sooner has met no limit: nobody could use a hop like that. */
    static final long LEAST_AGE_NANOS = 60_000_000_000L;
    /** A circuit that carried less has met no limit of traffic. */
    static final long LEAST_BYTES = 16L << 20;
    /** Two ends agree if they lie this close to each other. */
    private static final double AGREEMENT = 0.1;
    /**
     * Two ends within the time in which any silence is noticed have one cause: our own line, or another hop of both circuits.
     * The later one says nothing.
     */
    private static final long ONE_CAUSE_NANOS = CircuitHealth.SILENCE_NANOS;
    /** Circuits are replaced once they have used this part of a limit. */
    private static final double USABLE = 0.85;

    private final LapsingMap<PublicKey, Ends> ends;
    private final Deadlines deadlines;

    /** The last two ends of circuits over one hop. */
    private static final class Ends {
        long ageNanos;
        long bytes;
        long endedNanos;
        long limitNanos = Long.MAX_VALUE;
        long limitBytes = Long.MAX_VALUE;
    }

    LearntLimits(Deadlines deadlines) {
        this.deadlines = deadlines;
        this.ends = new LapsingMap<>(deadlines, MAX_HOPS, MEMORY_NANOS);
    }

    /** A circuit that was ready has ended by no doing of ours. */
    void ended(List<PublicKey> hops, long ageNanos, long bytes) {
        if (ageNanos < LEAST_AGE_NANOS) {
            return;
        }
        for (PublicKey hop : hops) {
            Ends known = ends.get(hop);
            if (known == null) {
                known = new Ends();
            } else if (deadlines.nowNanos() - known.endedNanos < ONE_CAUSE_NANOS) {
                continue;
            }
            ends.put(hop, known);
            known.limitNanos = agree(known.ageNanos, ageNanos) ? Math.min(known.ageNanos, ageNanos) : Long.MAX_VALUE;
            known.limitBytes =
                    bytes >= LEAST_BYTES && agree(known.bytes, bytes) ? Math.min(known.bytes, bytes) : Long.MAX_VALUE;
            known.ageNanos = ageNanos;
            known.bytes = bytes;
            known.endedNanos = deadlines.nowNanos();
        }
    }

    private static boolean agree(long one, long other) {
        return one > 0 && Math.abs(one - other) <= AGREEMENT * Math.max(one, other);
    }

    /** Whether a circuit has come so near to a limit of one of its hops that another is to take its place. */
    boolean isNear(List<PublicKey> hops, long ageNanos, long bytes) {
        if (ends.size() == 0) {
            return false;
        }
        boolean near = false;
        for (PublicKey hop : hops) {
            Ends known = ends.get(hop);
            if (known != null) {
                near |= ageNanos > USABLE * known.limitNanos || bytes > USABLE * known.limitBytes;
            }
        }
        return near;
    }

    /** A circuit lives: limits below what it has reached are none. */
    void outlived(List<PublicKey> hops, long ageNanos, long bytes) {
        for (PublicKey hop : hops) {
            Ends known = ends.get(hop);
            if (known != null) {
                known.limitNanos = known.limitNanos < ageNanos ? Long.MAX_VALUE : known.limitNanos;
                known.limitBytes = known.limitBytes < bytes ? Long.MAX_VALUE : known.limitBytes;
            }
        }
    }

    /** The limit of age that a hop seems to set; null if it shows none. */
    @Nullable
    Long ageLimitNanos(PublicKey hop) {
        Ends known = ends.get(hop);
        return known == null || known.limitNanos == Long.MAX_VALUE ? null : Long.valueOf(known.limitNanos);
    }

    TableSize table() {
        return new TableSize("limits learnt of hops", ends.size(), MAX_HOPS);
    }
}

package org.tunnel8.walk;

import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.tunnel8.metrics.TableSize;

/**
 * How handshakes went that needed a puncture, lately. One introducer cannot fill it with introductions of nobody. Engine
 * thread only.
 */
final class PunctureRecord {
    /** Outcomes remembered; the oldest goes first. */
    static final int MAX_OUTCOMES = 32;

    /** Outcomes of one introducer among them: enough for a small network, and no majority. */
    static final int MAX_OF_ONE_INTRODUCER = 4;

    /** An outcome counts for this long: twice the refresh of 5 minutes, as votes on our address do. */
    static final long LIFE_NANOS = 600_000_000_000L;

    private final Deque<Outcome> outcomes = new ArrayDeque<>();

    // What is asked after each answer of a peer, so that nobody has to go through the outcomes for it.
    private int attempts;
    private int failures;
    private long oldestEndedNanos;

    private record Outcome(InetAddress introducer, boolean succeeded, long endedNanos) {}

    void add(InetAddress introducer, boolean succeeded, long nowNanos) {
        forgetOld(nowNanos);
        int ofIntroducer = 0;
        @Nullable Outcome oldestOfIntroducer = null;
        for (Outcome outcome : outcomes) {
            if (outcome.introducer().equals(introducer)) {
                oldestOfIntroducer = oldestOfIntroducer == null ? outcome : oldestOfIntroducer;
                ofIntroducer++;
            }
        }
        if (oldestOfIntroducer != null && ofIntroducer >= MAX_OF_ONE_INTRODUCER) {
            outcomes.remove(oldestOfIntroducer);
        } else if (outcomes.size() >= MAX_OUTCOMES) {
            outcomes.removeFirst();
        }
        outcomes.addLast(new Outcome(introducer, succeeded, nowNanos));
        count();
    }

    private void count() {
        attempts = outcomes.size();
        failures = 0;
        for (Outcome outcome : outcomes) {
            failures += outcome.succeeded() ? 0 : 1;
        }
        oldestEndedNanos = attempts == 0 ? 0 : outcomes.getFirst().endedNanos();
    }

    private void forgetOld(long nowNanos) {
        while (attempts > 0 && nowNanos - oldestEndedNanos >= LIFE_NANOS) {
            outcomes.removeFirst();
            count();
        }
    }

    /** What was learnt on another path to the Internet says nothing of this one. */
    void clear() {
        outcomes.clear();
        count();
    }

    int attempts(long nowNanos) {
        forgetOld(nowNanos);
        return attempts;
    }

    int failures(long nowNanos) {
        forgetOld(nowNanos);
        return failures;
    }

    TableSize table() {
        return new TableSize("outcomes of punctures", outcomes.size(), MAX_OUTCOMES);
    }
}

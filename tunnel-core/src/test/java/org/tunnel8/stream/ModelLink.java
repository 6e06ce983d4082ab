package org.tunnel8.stream;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.tunnel8.time.Deadlines;

/** One direction of a path in told time: a rate, a queue that drops what does not fit, a delay, and mishaps by chance. */
final class ModelLink {
    private static final int HEADERS_BYTES = 28; // IPv4 and UDP
    private static final double NANOS_PER_SECOND = 1e9;

    private final Deadlines deadlines;
    private final SplittableRandom random;
    private double bytesPerSecond = Double.MAX_VALUE;
    private long delayNanos;
    private long queueBytes = Long.MAX_VALUE;
    private double loss;
    private double duplication;
    private double lateness;
    private long lateNanos;
    private final Set<Long> doomed = new HashSet<>();
    private long freeNanos;
    private long carriedBytes;
    private long dropped;
    private long packets;

    ModelLink(Deadlines deadlines, long seed) {
        this.deadlines = deadlines;
        this.random = new SplittableRandom(seed);
    }

    ModelLink delay(long nanos) {
        delayNanos = nanos;
        return this;
    }

    ModelLink rate(double bytes, long queue) {
        bytesPerSecond = bytes;
        queueBytes = queue;
        return this;
    }

    ModelLink losing(double share) {
        loss = share;
        return this;
    }

    ModelLink duplicating(double share) {
        duplication = share;
        return this;
    }

    /** Has a share of all datagrams come late, by a time drawn up to the given one, and so behind others. */
    ModelLink delaying(double share, long mostNanos) {
        lateness = share;
        lateNanos = mostNanos;
        return this;
    }

    /** Drops the datagram that comes after so many in all. */
    void dropAt(long number) {
        doomed.add(number);
    }

    void send(int length, Runnable deliver) {
        if (doomed.remove(packets++)) {
            dropped++;
            return;
        }
        int bytes = length + HEADERS_BYTES;
        long now = deadlines.nowNanos();
        double waiting = Math.max(0, freeNanos - now) * bytesPerSecond / NANOS_PER_SECOND;
        if (waiting + bytes > queueBytes || (loss > 0 && random.nextDouble() < loss)) {
            dropped++;
            return;
        }
        carriedBytes += bytes;
        freeNanos = Math.max(now, freeNanos) + (long) (bytes * NANOS_PER_SECOND / bytesPerSecond);
        arrive(deliver);
        if (duplication > 0 && random.nextDouble() < duplication) {
            arrive(deliver);
        }
    }

    private void arrive(Runnable deliver) {
        boolean late = lateness > 0 && random.nextDouble() < lateness;
        deadlines.at(freeNanos + delayNanos + (late ? random.nextLong(lateNanos + 1) : 0), deliver);
    }

    /** Datagrams that were handed over, dropped ones included. */
    long packets() {
        return packets;
    }

    long dropped() {
        return dropped;
    }

    /** How long a datagram would wait now. */
    long queueNanos() {
        return Math.max(0, freeNanos - deadlines.nowNanos());
    }

    long carriedBytes() {
        return carriedBytes;
    }
}

package org.tunnel8.stream;

import java.util.concurrent.TimeUnit;

/**
 * How many bytes a stream may have under way: LEDBAT (BEP 29, RFC 6817), with what its later form, LEDBAT++, has learnt.
 *
 * <p>The window grows by BEP 29's 3,000 bytes in a round trip while datagrams wait for less than a target in queues. Loss
 * halves it, once in a round trip; a time-out makes it one packet. A slow start doubles it in each round trip until a queue or
 * loss is seen. Different from BEP 29:
 *
 * <ul>
 *   <li>The target is 60 ms. 100 ms are the most that RFC 6817 permits; where a queue holds no more than that, a stream with
 *       that target has nothing but loss to go by, and takes half of the path from a TCP.
 *   <li>Above the target the window shrinks in proportion to itself and not by a fixed amount, so that of two streams the
 *       larger gives more away.
 *   <li>Loss without a queue leaves six tenths of the window and not half: it is most likely not of this stream's making, and
 *       packets of ours are smaller than those that others get through in the same number.
 *   <li>If the queue was not seen empty for ten seconds, and soon after the slow start, it is let run empty once. Who came
 *       later took what stood there for the path's own delay, and the earlier would have to go. The window then returns to
 *       less than it was, by as much as the queue was too long anyway.
 * </ul>
 *
 * <p>Engine thread only.
 */
final class Ledbat {
    static final long TARGET_MICROS = 60_000;
    /** BEP 29: growth in one round trip. */
    static final int GROWTH_BYTES = 3_000;

    private static final int FIRST_PACKETS = 4; // RFC 5681
    private static final int LEAST_PACKETS = 2; // RFC 6817
    /** What a slow start takes for a queue. */
    private static final long QUEUE_MICROS = 15_000;
    /** So many samples on end have to show it; jitter alone does not reach so many. */
    private static final int QUEUE_SAMPLES = 8;

    private static final double CUT_BY_A_QUEUE = 0.5; // BEP 29
    private static final double CUT_WITHOUT = 0.6; // RFC 9438 has 0.7 in all cases
    /** The delay is the least of so many samples. */
    private static final int FILTER = 3;
    /** Of the window, in a round trip. */
    private static final double MOST_SHRINKING = 0.5;

    private static final long DRAIN_EVERY_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int FIRST_DRAIN_ROUND_TRIPS = 20;
    private static final int DRAIN_ROUND_TRIPS = 2;
    /** Of what fills the path without a queue: half of that, so that the queue is empty although others do not give way. */
    private static final double DRAINED = 0.5;

    private static final double RESUMED = 0.8;
    private static final double LEAST_SHARE = 0.1;

    private final int packetBytes;
    private final int mostBytes;
    private double window;
    private double threshold = Double.MAX_VALUE;
    private boolean slowStart = true;
    private double beforeCut;
    private double thresholdBeforeCut;

    private final int[] lately = new int[FILTER];
    private int samples;
    private int queueSamples;
    private long delayMicros;
    private long roundTripNanos;
    /** Until then delays are those of a window that has been cut meanwhile. */
    private long deafNanos;

    private long leastDelayMicros = Long.MAX_VALUE;
    private long drainNanos;
    private long drainedNanos;
    private double afterDrain;

    /**
     * Begins with a small window.
     *
     * @param packetBytes payload of a full packet
     * @param mostBytes what the window is never larger than
     */
    Ledbat(int packetBytes, int mostBytes) {
        this.packetBytes = packetBytes;
        this.mostBytes = mostBytes;
        window = FIRST_PACKETS * packetBytes;
    }

    int windowBytes() {
        return (int) window;
    }

    /** How long datagrams wait in queues, as last seen; microseconds. */
    long delayMicros() {
        return delayMicros;
    }

    boolean isSlowStart() {
        return slowStart;
    }

    /**
     * Takes in how long a datagram has waited.
     *
     * @param micros above the least that a datagram took
     * @param lastRoundTripNanos the round trip that was measured last
     * @param nowNanos the time
     */
    void delay(long micros, long lastRoundTripNanos, long nowNanos) {
        roundTripNanos = lastRoundTripNanos;
        lately[samples % FILTER] = (int) Math.min(Integer.MAX_VALUE, micros);
        samples = samples + 1 < 2 * FILTER ? samples + 1 : FILTER;
        delayMicros = Integer.MAX_VALUE;
        for (int i = 0; i < Math.min(samples, FILTER); i++) {
            delayMicros = Math.min(delayMicros, lately[i]);
        }
        leastDelayMicros = Math.min(leastDelayMicros, delayMicros);
        queueSamples = micros > QUEUE_MICROS ? queueSamples + 1 : 0;
        if (slowStart) {
            if (queueSamples >= QUEUE_SAMPLES) {
                // What is acknowledged now was sent when the window was half as large, and made this queue.
                slowStart = false;
                window = Math.max(FIRST_PACKETS * packetBytes, window / 2);
                deafNanos = nowNanos + roundTripNanos;
            }
            drainNanos = nowNanos + FIRST_DRAIN_ROUND_TRIPS * roundTripNanos;
            leastDelayMicros = Long.MAX_VALUE;
        } else if (nowNanos >= drainNanos) {
            drain(nowNanos);
        }
    }

    private void drain(long nowNanos) {
        if (leastDelayMicros > QUEUE_MICROS && roundTripNanos > 0) {
            long path = roundTripNanos - TimeUnit.MICROSECONDS.toNanos(delayMicros);
            double share = Math.max(LEAST_SHARE, (double) path / roundTripNanos);
            afterDrain = window * Math.max(RESUMED, share);
            window = Math.max(LEAST_PACKETS * packetBytes, DRAINED * share * window);
            drainedNanos = nowNanos + DRAIN_ROUND_TRIPS * roundTripNanos;
        }
        leastDelayMicros = Long.MAX_VALUE;
        drainNanos = nowNanos + DRAIN_EVERY_NANOS;
    }

    /**
     * Takes in that bytes were acknowledged.
     *
     * @param bytes how many
     * @param used whether the window was what kept the stream from having more under way
     * @param nowNanos the time
     */
    void acknowledged(int bytes, boolean used, long nowNanos) {
        if (nowNanos < drainedNanos) {
            return;
        }
        if (afterDrain > 0) {
            threshold = afterDrain;
            slowStart = true;
            queueSamples = 0;
            afterDrain = 0;
        }
        double change = 0;
        if (used && slowStart && window + bytes <= threshold) {
            change = bytes;
        } else if (used) {
            slowStart = false;
            change = GROWTH_BYTES * Math.min(1, bytes / window);
        }
        double excess = (double) delayMicros / TARGET_MICROS - 1;
        if (excess > 0 && nowNanos >= deafNanos) {
            change = Math.min(change, GROWTH_BYTES * bytes / window) - bytes * Math.min(MOST_SHRINKING, excess);
        }
        window = Math.min(mostBytes, Math.max(LEAST_PACKETS * packetBytes, window + change));
    }

    /** Takes in a loss; the caller does so once in a round trip. */
    void lost(long nowNanos) {
        beforeCut = window;
        thresholdBeforeCut = slowStart ? threshold : 0;
        deafNanos = nowNanos + roundTripNanos;
        window = Math.max(packetBytes, window * (delayMicros > QUEUE_MICROS ? CUT_BY_A_QUEUE : CUT_WITHOUT));
        threshold = window;
        slowStart = false;
        afterDrain /= 2;
    }

    /** Takes back the last {@link #lost}: what seemed lost came late. */
    void notLost() {
        if (beforeCut > window) {
            window = beforeCut;
            slowStart = thresholdBeforeCut > 0;
            threshold = slowStart ? thresholdBeforeCut : threshold;
        }
        beforeCut = 0;
    }

    /** Takes in that nothing was acknowledged for as long as could be waited. */
    void timedOut() {
        threshold = Math.max(LEAST_PACKETS * packetBytes, window / 2);
        window = packetBytes;
        slowStart = true;
        beforeCut = 0;
        afterDrain = 0;
        drainedNanos = 0;
    }

    /** Takes in that the stream had nothing to send for some time-outs: what the window was says less of the path now. */
    void idle(int timeouts) {
        double least = FIRST_PACKETS * packetBytes;
        if (window > least) {
            threshold = window;
            window = Math.max(least, window / (1L << Math.min(timeouts, Integer.SIZE)));
            slowStart = true;
        }
    }
}

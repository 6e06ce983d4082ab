package org.tunnel8.stream;

import java.util.concurrent.TimeUnit;

/**
 * How long datagrams take when no queue is in their way: the least of the last minutes, by two clocks that differ.
 *
 * <p>Clocks differ by any amount, so all that means anything is the difference of two samples, and that in 32 bits of
 * microseconds, over whose end both may run. They also drift; so a least is forgotten after {@value #MINUTES} minutes. A
 * clock that is set makes a jump: a delay that is far above the round trip for some samples on end is none, and the memory
 * begins anew. Engine thread only.
 */
final class BaseDelay {
    private static final int MINUTES = 10;
    private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);
    /** More than a round trip varies between the datagram and its acknowledgement. */
    private static final long SLACK_MICROS = 200_000;

    private static final int BELIEVED_SAMPLES = 16;

    private final int[] leasts = new int[MINUTES];
    private int filled;
    private int current;
    private int base;
    private int implausible;
    private long minuteEndsNanos;

    /**
     * Takes in a sample.
     *
     * @return microseconds above the least that is remembered, zero or more
     */
    long sample(int micros, long roundTripNanos, long nowNanos) {
        if (filled == 0) {
            begin(micros, nowNanos);
            return 0;
        }
        if (nowNanos >= minuteEndsNanos) {
            step(micros, nowNanos);
        }
        if (micros - leasts[current] < 0) {
            leasts[current] = micros;
        }
        if (micros - base < 0) {
            base = micros;
        }
        int above = micros - base;
        long delay = above;
        long most = TimeUnit.NANOSECONDS.toMicros(roundTripNanos) + SLACK_MICROS;
        if (delay <= most) {
            implausible = 0;
            return delay;
        }
        if (++implausible == BELIEVED_SAMPLES) {
            begin(micros, nowNanos);
            return 0;
        }
        return most;
    }

    private void begin(int micros, long nowNanos) {
        current = 0;
        filled = 1;
        leasts[0] = micros;
        base = micros;
        implausible = 0;
        minuteEndsNanos = nowNanos + MINUTE_NANOS;
    }

    private void step(int micros, long nowNanos) {
        current = (current + 1) % MINUTES;
        leasts[current] = micros;
        filled = Math.min(MINUTES, filled + 1);
        minuteEndsNanos = nowNanos + MINUTE_NANOS;
        base = micros;
        for (int i = 0; i < filled; i++) {
            if (leasts[i] - base < 0) {
                base = leasts[i];
            }
        }
    }
}

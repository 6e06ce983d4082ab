package org.tunnel8.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What comes out of one direction of a flow: how many, what twice, and when nothing for a second. */
final class Deliveries {
    /** An interruption is a second without a delivery. */
    static final long INTERRUPTION_NANOS = 1_000_000_000L;

    /**
     * Until the first delivery this much is the time that setting up takes, of which {@code SC-004} speaks, and no
     * interruption.
     */
    private static final long SETTING_UP_NANOS = 15_000_000_000L;

    /** What comes a second time so much later was not duplicated on a way. */
    private static final long LATE_NANOS = 1_000_000_000L;

    /** Numbers remembered: 20 s of a flow at 200 datagrams/s. A number older than that has surely come before. */
    private static final int REMEMBERED = 1 << 12;

    private final long[] numbers = new long[REMEMBERED];
    private final long[] firstNanos = new long[REMEMBERED];
    private final List<Silence> interruptions = new ArrayList<>();
    private long highest = -1;
    private long lastNanos;
    private long longestNanos;
    private long received;
    private long twice;
    private long twiceLate;
    private boolean ended;

    /** A time without deliveries. */
    record Silence(long fromNanos, long toNanos) {
        long nanos() {
            return toNanos - fromNanos;
        }
    }

    Deliveries(long nowNanos) {
        lastNanos = nowNanos;
        Arrays.fill(numbers, -1);
    }

    void received(long number, long nowNanos) {
        int place = (int) (number & (REMEMBERED - 1));
        if (number <= highest - REMEMBERED) {
            again(Long.MAX_VALUE);
            return;
        }
        if (numbers[place] == number) {
            again(nowNanos - firstNanos[place]);
            return;
        }
        numbers[place] = number;
        firstNanos[place] = nowNanos;
        highest = Math.max(highest, number);
        if (!ended) {
            silence(nowNanos);
            lastNanos = nowNanos;
        }
        received++;
    }

    private void again(long laterNanos) {
        twice++;
        twiceLate += laterNanos > LATE_NANOS ? 1 : 0;
    }

    private void silence(long nowNanos) {
        long silentNanos = nowNanos - lastNanos;
        boolean settingUp = received == 0 && silentNanos <= SETTING_UP_NANOS;
        longestNanos = settingUp ? longestNanos : Math.max(longestNanos, silentNanos);
        if (silentNanos > INTERRUPTION_NANOS && !settingUp) {
            interruptions.add(new Silence(lastNanos, nowNanos));
        }
    }

    /** The longest time without a delivery since this was asked last, the present one included. */
    long takeLongestNanos(long nowNanos) {
        long longest = Math.max(longestNanos, nowNanos - lastNanos);
        longestNanos = 0;
        return longest;
    }

    /** Silences are measured up to now, the present one included; what comes later is still counted. */
    void end(long nowNanos) {
        silence(nowNanos);
        ended = true;
    }

    /** Datagrams that came, each once. */
    long received() {
        return received;
    }

    /** How often one came that had come before. */
    long twice() {
        return twice;
    }

    long twiceLate() {
        return twiceLate;
    }

    /** Two directions' interruptions as one's: a flow is interrupted while either is. */
    static List<Silence> merged(Deliveries one, Deliveries other) {
        List<Silence> all = new ArrayList<>(one.interruptions);
        all.addAll(other.interruptions);
        all.sort((a, b) -> Long.compare(a.fromNanos(), b.fromNanos()));
        List<Silence> merged = new ArrayList<>();
        for (Silence next : all) {
            Silence last = merged.isEmpty() ? null : merged.get(merged.size() - 1);
            if (last != null && next.fromNanos() <= last.toNanos()) {
                merged.set(merged.size() - 1, new Silence(last.fromNanos(), Math.max(last.toNanos(), next.toNanos())));
            } else {
                merged.add(next);
            }
        }
        return merged;
    }
}

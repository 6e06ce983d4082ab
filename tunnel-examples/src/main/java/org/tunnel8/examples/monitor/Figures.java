package org.tunnel8.examples.monitor;

import java.time.Duration;

/** Figures as the page gets them: in its units, and no longer than they are meant. */
final class Figures {
    private static final double PLACES = 1000;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double MILLIS_PER_SECOND = 1e3;

    private Figures() {}

    static double rounded(double value) {
        return Math.round(value * PLACES) / PLACES;
    }

    static double millis(Duration duration) {
        return rounded(duration.toNanos() / NANOS_PER_MILLI);
    }

    static double seconds(Duration duration) {
        return rounded(duration.toMillis() / MILLIS_PER_SECOND);
    }
}

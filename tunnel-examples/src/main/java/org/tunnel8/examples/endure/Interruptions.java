package org.tunnel8.examples.endure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Notes the times in which nothing was delivered, from what a counter shows now and then. For one thread. */
final class Interruptions {
    /** What is shorter is no interruption. */
    static final Duration LEAST = Duration.ofSeconds(1);

    private final List<Duration> noted = new ArrayList<>();
    private long lastBytes;
    private long movedNanos;

    /**
     * Begins to watch.
     *
     * @param nowNanos the time
     */
    Interruptions(long nowNanos) {
        this.movedNanos = nowNanos;
    }

    /**
     * Notes what the counter shows.
     *
     * @param nowNanos the time
     * @param bytes all that was delivered since the beginning
     */
    void look(long nowNanos, long bytes) {
        if (bytes > lastBytes) {
            end(nowNanos);
            lastBytes = bytes;
            movedNanos = nowNanos;
        }
    }

    /**
     * Ends the watch: what is still going on is noted too.
     *
     * @param nowNanos the time
     */
    void end(long nowNanos) {
        long silentNanos = silentNanos(nowNanos);
        if (silentNanos > LEAST.toNanos()) {
            noted.add(Duration.ofNanos(silentNanos));
        }
    }

    long silentNanos(long nowNanos) {
        return nowNanos - movedNanos;
    }

    /** All that have ended, in order. */
    List<Duration> noted() {
        return List.copyOf(noted);
    }
}

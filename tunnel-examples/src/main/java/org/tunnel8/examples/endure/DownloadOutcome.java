package org.tunnel8.examples.endure;

import java.time.Duration;
import java.util.List;

/**
 * How a download went. Immutable.
 *
 * @param bytes the file's length
 * @param time how long it took
 * @param verified whether what arrived is the same file
 * @param kills relays and exits killed meanwhile
 * @param interruptions times above a second in which nothing was delivered
 */
public record DownloadOutcome(long bytes, Duration time, boolean verified, int kills, List<Duration> interruptions) {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double BYTES_PER_MEBIBYTE = 1024.0 * 1024;

    /** Copies what could change. */
    public DownloadOutcome {
        interruptions = List.copyOf(interruptions);
    }

    /**
     * How long it took.
     *
     * @return seconds
     */
    public double seconds() {
        return time.toNanos() / NANOS_PER_SECOND;
    }

    /**
     * How fast it was.
     *
     * @return MiB/s over the whole time
     */
    public double mebibytesPerSecond() {
        return bytes / BYTES_PER_MEBIBYTE / seconds();
    }

    /**
     * How long nothing was delivered.
     *
     * @return seconds, of all interruptions together
     */
    public double interruptedSeconds() {
        return interruptions.stream().mapToLong(Duration::toNanos).sum() / NANOS_PER_SECOND;
    }

    /**
     * How long nothing was delivered at a stretch.
     *
     * @return seconds, of the longest interruption; 0 if there was none
     */
    public double longestInterruptionSeconds() {
        return interruptions.stream().mapToLong(Duration::toNanos).max().orElse(0) / NANOS_PER_SECOND;
    }
}

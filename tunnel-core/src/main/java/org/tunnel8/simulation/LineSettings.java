package org.tunnel8.simulation;

import java.time.Duration;

/**
 * What the line does by which a host, or a NAT box with all behind it, is connected. It comes on top of the ways between
 * them ({@link LinkSettings}). Immutable.
 *
 * @param bytesPerSecond what passes in each direction; 0 for no limit
 * @param queue datagrams that would have to wait longer for the line are dropped
 * @param delay each datagram takes so much longer, in each direction
 * @param loss share of datagrams that get lost, in each direction
 */
public record LineSettings(long bytesPerSecond, Duration queue, Duration delay, double loss) {
    /** A line that does nothing. */
    public static final LineSettings PERFECT = new LineSettings(0, Duration.ZERO, Duration.ZERO, 0);

    /** Checks the numbers. */
    public LineSettings {
        if (bytesPerSecond < 0 || queue.isNegative() || delay.isNegative()) {
            throw new IllegalArgumentException("nothing about a line is negative");
        }
        LinkSettings.requireShare(loss, "loss");
    }

    /**
     * A line of limited bandwidth.
     *
     * @param bytesPerSecond in each direction
     * @param queue the longest wait
     * @return the settings
     */
    public static LineSettings bandwidth(long bytesPerSecond, Duration queue) {
        return new LineSettings(bytesPerSecond, queue, Duration.ZERO, 0);
    }

    /**
     * A line on which everything takes longer.
     *
     * @param delay how much, in each direction
     * @return the settings
     */
    public static LineSettings slow(Duration delay) {
        return new LineSettings(0, Duration.ZERO, delay, 0);
    }
}

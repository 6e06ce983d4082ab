package org.tunnel8.simulation;

import java.time.Duration;

/**
 * What the way between two hosts does to datagrams. Immutable.
 *
 * @param medianRoundTrip half of all pairs of hosts have a shorter round trip
 * @param spread how much pairs differ: the deviation of the logarithm of their round trips; 0 for not at all
 * @param jitter each datagram is delayed by up to so much more, without overtaking others
 * @param loss share of datagrams that get lost, each way
 * @param reordering share of datagrams that may be overtaken
 * @param reorderingDelay these are delayed by up to so much more
 * @param duplication share of datagrams that arrive twice
 */
public record LinkSettings(
        Duration medianRoundTrip,
        double spread,
        Duration jitter,
        double loss,
        double reordering,
        Duration reorderingDelay,
        double duplication) {

    /** Nine pairs in ten have less than twice the median round trip. */
    private static final double INTERNET_SPREAD = 0.5;

    /** Checks the numbers. */
    public LinkSettings {
        requireNotNegative(medianRoundTrip, "medianRoundTrip");
        requireNotNegative(jitter, "jitter");
        requireNotNegative(reorderingDelay, "reorderingDelay");
        requireShare(loss, "loss");
        requireShare(reordering, "reordering");
        requireShare(duplication, "duplication");
        if (!(spread >= 0 && spread <= 2)) {
            throw new IllegalArgumentException("spread is 0 to 2, not " + spread);
        }
    }

    private static void requireNotNegative(Duration duration, String name) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException(name + " is not negative, as " + duration + " is");
        }
    }

    static void requireShare(double share, String name) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException(name + " is 0 to 1, not " + share);
        }
    }

    /**
     * Ways that do nothing but take their time, all the same.
     *
     * @param roundTrip there and back
     * @return the settings
     */
    public static LinkSettings steady(Duration roundTrip) {
        return new LinkSettings(roundTrip, 0, Duration.ZERO, 0, 0, Duration.ZERO, 0);
    }

    /**
     * Ways like those of the Internet: round trips around 60 ms, 1 % loss, now and then a datagram twice or out of order.
     *
     * @return the settings
     */
    public static LinkSettings internet() {
        return new LinkSettings(
                Duration.ofMillis(60),
                INTERNET_SPREAD,
                Duration.ofMillis(5),
                0.01,
                0.001,
                Duration.ofMillis(20),
                0.0005);
    }

    /**
     * The same with another round trip.
     *
     * @param median the median
     * @param deviation the spread
     * @return new settings
     */
    public LinkSettings withRoundTrip(Duration median, double deviation) {
        return new LinkSettings(median, deviation, jitter, loss, reordering, reorderingDelay, duplication);
    }

    /**
     * The same with other jitter.
     *
     * @param most the longest additional delay
     * @return new settings
     */
    public LinkSettings withJitter(Duration most) {
        return new LinkSettings(medianRoundTrip, spread, most, loss, reordering, reorderingDelay, duplication);
    }

    /**
     * The same with other loss.
     *
     * @param share share of datagrams lost
     * @return new settings
     */
    public LinkSettings withLoss(double share) {
        return new LinkSettings(medianRoundTrip, spread, jitter, share, reordering, reorderingDelay, duplication);
    }

    /**
     * The same with other reordering.
     *
     * @param share share of datagrams that may be overtaken
     * @param most their longest additional delay
     * @return new settings
     */
    public LinkSettings withReordering(double share, Duration most) {
        return new LinkSettings(medianRoundTrip, spread, jitter, loss, share, most, duplication);
    }

    /**
     * The same with other duplication.
     *
     * @param share share of datagrams that arrive twice
     * @return new settings
     */
    public LinkSettings withDuplication(double share) {
        return new LinkSettings(medianRoundTrip, spread, jitter, loss, reordering, reorderingDelay, share);
    }
}

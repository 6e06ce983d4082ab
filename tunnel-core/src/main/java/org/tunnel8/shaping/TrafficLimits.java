package org.tunnel8.shaping;

/**
 * How much of its line a node lends to others. Immutable.
 *
 * @param bytesPerSecond bytes of datagrams that leave the node for others in a second, on average; {@link #UNLIMITED} for
 *     no limit
 */
public record TrafficLimits(long bytesPerSecond) {
    /** No limit. */
    public static final long UNLIMITED = Long.MAX_VALUE;

    /** A tenth of a line of old: less could not even carry the pings of a hundred circuits. */
    public static final long LEAST_BYTES_PER_SECOND = 1_024;

    /** Limits nothing. */
    public static final TrafficLimits NONE = new TrafficLimits(UNLIMITED);

    /** What may wait while the line is full, at most, for all circuits and for one. */
    private static final int MOST_HELD_BYTES = 4 << 20;

    private static final int MOST_HELD_BYTES_OF_ONE = 512 << 10;
    /** An HTTP answer of the largest kind goes back at once, and has to wait somewhere. */
    private static final int LEAST_HELD_BYTES_OF_ONE = 96 << 10;

    /** Checks the rate. */
    public TrafficLimits {
        if (bytesPerSecond < LEAST_BYTES_PER_SECOND) {
            throw new IllegalArgumentException(
                    "at least " + LEAST_BYTES_PER_SECOND + " bytes a second, not " + bytesPerSecond);
        }
    }

    /** Bytes that may wait for all circuits together: what leaves in a quarter of a second. */
    int heldBytes() {
        return (int) Math.min(MOST_HELD_BYTES, Math.max(4 * LEAST_HELD_BYTES_OF_ONE, bytesPerSecond / 4));
    }

    /** Bytes that may wait for one circuit: what leaves in an eighth of a second. */
    int heldBytesOfOne() {
        return (int) Math.min(MOST_HELD_BYTES_OF_ONE, Math.max(LEAST_HELD_BYTES_OF_ONE, bytesPerSecond / 8));
    }
}

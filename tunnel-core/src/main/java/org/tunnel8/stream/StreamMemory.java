package org.tunnel8.stream;

/**
 * What the buffers of streams may take together, however many endpoints share it, and the free pieces among it.
 *
 * <p>Engine thread only: endpoints that share one run on one thread.
 */
public final class StreamMemory {
    /** What all streams of a client hold at most by default. */
    public static final long DEFAULT_BYTES = 64L << 20;

    private final long limitBytes;
    private long usedBytes;

    /**
     * Makes a memory of which nothing is used.
     *
     * @param limitBytes the most that buffers hold together; at least 1 MiB
     */
    public StreamMemory(long limitBytes) {
        if (limitBytes < 1 << 20) {
            throw new IllegalArgumentException("streams need a memory of 1 MiB at least, not " + limitBytes + " bytes");
        }
        this.limitBytes = limitBytes;
    }

    /**
     * The most that buffers hold together.
     *
     * @return bytes
     */
    public long limitBytes() {
        return limitBytes;
    }

    /**
     * What buffers hold now.
     *
     * @return bytes, 0 to the limit
     */
    public long usedBytes() {
        return usedBytes;
    }
}

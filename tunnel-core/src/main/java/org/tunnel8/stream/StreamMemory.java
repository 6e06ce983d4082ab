package org.tunnel8.stream;

import org.jspecify.annotations.Nullable;

/**
 * What the buffers of streams may take together, however many endpoints share it. It is given out in chunks of 2 KiB, some
 * of which are kept for the next who asks.
 *
 * <p>Who wants more than he has gets a share of what is free ({@link #shareBytes()}). So the more is used the less each may
 * use, and however many streams are stuck, a new one still finds something.
 *
 * <p>Engine thread only: endpoints that share one run on one thread.
 */
public final class StreamMemory {
    /** What all streams of a client hold at most by default. */
    public static final long DEFAULT_BYTES = 64L << 20;

    /** Longer than the payload of a datagram that travels whole. */
    static final int CHUNK_BYTES = 2_048;

    private static final int LEAST_BYTES = 1 << 20;
    /** 1 MiB: what a fast stream takes and gives back within a round trip. */
    private static final int KEPT_CHUNKS = 512;

    private static final int SHARE_DIVISOR = 4;

    private final long limitBytes;
    private long usedBytes;
    private final byte[] @Nullable [] kept = new byte[KEPT_CHUNKS][];
    private int keptCount;

    /**
     * Makes a memory of which nothing is used.
     *
     * @param limitBytes the most that buffers hold together; at least 1 MiB
     */
    public StreamMemory(long limitBytes) {
        if (limitBytes < LEAST_BYTES) {
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

    /** What one buffer may hold as things are now. */
    int shareBytes() {
        return (int) Math.min(Integer.MAX_VALUE, (limitBytes - usedBytes) / SHARE_DIVISOR);
    }

    /** What is left in whole chunks. */
    long leftBytes() {
        return (limitBytes - usedBytes) / CHUNK_BYTES * CHUNK_BYTES;
    }

    /** Gives a chunk, whose bytes mean nothing; null if there is none left. */
    byte @Nullable [] take() {
        if (usedBytes + CHUNK_BYTES > limitBytes) {
            return null;
        }
        usedBytes += CHUNK_BYTES;
        if (keptCount == 0) {
            return new byte[CHUNK_BYTES];
        }
        byte[] chunk = kept[--keptCount];
        kept[keptCount] = null;
        return chunk;
    }

    /** Takes a chunk back. */
    void giveBack(byte[] chunk) {
        usedBytes -= CHUNK_BYTES;
        if (keptCount < KEPT_CHUNKS) {
            kept[keptCount++] = chunk;
        }
    }
}

package org.tunnel8.stream;

import org.jspecify.annotations.Nullable;

/**
 * What the buffers of streams may take together, however many endpoints share it. It is given out in chunks of 2 KiB, some
 * of which are kept for the next who asks.
 *
 * <p>Half of it is for what is to be sent and half for what was received, so that who cannot send can still receive, and so
 * learn that he can send. In each half, who wants more than he has gets a sixteenth of what is free; so the more is used the
 * less each may use. The last eighth is given to those alone who hold nothing, a chunk for each: however many streams are
 * stuck with what they hold, another still goes on, if slowly.
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

    private static final int SHARE_DIVISOR = 16;
    private static final int RESERVE_DIVISOR = 8;

    private final Half sending;
    private final Half receiving;
    private final byte[] @Nullable [] kept = new byte[KEPT_CHUNKS][];
    private int keptCount;

    /** One half of a memory. */
    final class Half {
        private final long limitBytes;
        private final long commonBytes;
        private long usedBytes;

        private Half(long limitBytes) {
            this.limitBytes = limitBytes;
            this.commonBytes = limitBytes - limitBytes / RESERVE_DIVISOR;
        }

        /** What one buffer may hold as things are now. */
        int shareBytes() {
            return (int) Math.min(Integer.MAX_VALUE, Math.max(0, commonBytes - usedBytes) / SHARE_DIVISOR);
        }

        /** What is left, in whole chunks, for who holds something or nothing. */
        long leftBytes(boolean holdsNothing) {
            long common = Math.max(0, commonBytes - usedBytes) / CHUNK_BYTES * CHUNK_BYTES;
            boolean hasReserve = holdsNothing && limitBytes - usedBytes >= CHUNK_BYTES;
            return Math.max(common, hasReserve ? CHUNK_BYTES : 0);
        }

        /** Gives a chunk, whose bytes mean nothing; null if there is none left. */
        byte @Nullable [] take(boolean holdsNothing) {
            if (usedBytes + CHUNK_BYTES > (holdsNothing ? limitBytes : commonBytes)) {
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

    /**
     * Makes a memory of which nothing is used.
     *
     * @param limitBytes the most that buffers hold together; at least 1 MiB
     */
    public StreamMemory(long limitBytes) {
        if (limitBytes < LEAST_BYTES) {
            throw new IllegalArgumentException("streams need a memory of 1 MiB at least, not " + limitBytes + " bytes");
        }
        sending = new Half(limitBytes / 2);
        receiving = new Half(limitBytes - limitBytes / 2);
    }

    /**
     * The most that buffers hold together.
     *
     * @return bytes
     */
    public long limitBytes() {
        return sending.limitBytes + receiving.limitBytes;
    }

    /**
     * What buffers hold now.
     *
     * @return bytes, 0 to the limit
     */
    public long usedBytes() {
        return sending.usedBytes + receiving.usedBytes;
    }

    Half sending() {
        return sending;
    }

    Half receiving() {
        return receiving;
    }
}

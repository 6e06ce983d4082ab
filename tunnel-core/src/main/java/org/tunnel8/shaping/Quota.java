package org.tunnel8.shaping;

/**
 * Bytes that may still be carried for others. What would exceed them is refused, and from then on everything is, also
 * what would fit: a quota that let small datagrams through would stop at no certain moment.
 *
 * <p>Engine thread only.
 */
final class Quota {
    private boolean set;
    private boolean usedUp;
    private long leftBytes;
    private long carriedBytes;

    /** Says how much is left from now on. */
    void set(long bytes) {
        set = true;
        leftBytes = bytes;
        usedUp = bytes == 0;
    }

    boolean isSet() {
        return set;
    }

    boolean isUsedUp() {
        return usedUp;
    }

    /** Takes account of a datagram, or refuses it. */
    boolean take(int bytes) {
        if (set) {
            if (usedUp || bytes > leftBytes) {
                usedUp = true;
                return false;
            }
            leftBytes -= bytes;
        }
        carriedBytes += bytes;
        return true;
    }

    /** Bytes carried since the start, in and out. */
    long carriedBytes() {
        return carriedBytes;
    }

    /** Bytes left; meaningless if no quota is set. */
    long leftBytes() {
        return leftBytes;
    }
}

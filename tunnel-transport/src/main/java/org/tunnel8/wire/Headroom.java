package org.tunnel8.wire;

/**
 * Free bytes that surround every datagram payload inside this library, so that headers and layers are written around a payload and the
 * payload itself is never moved.
 */
public final class Headroom {
    /**
     * Free bytes before a payload: the cell header (29), one counter (8) for each of three hops and the end-to-end layer, and the head of a
     * data message, which is 1 + 7 + 5 bytes plus the longest DNS name (255); the rest is reserve.
     */
    public static final int FRONT_BYTES = 512;

    /** Free bytes after a payload: one authentication tag (16) for each of three hops and the end-to-end layer. */
    public static final int BACK_BYTES = 64;

    private Headroom() {}
}

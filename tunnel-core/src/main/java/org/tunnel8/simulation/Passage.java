package org.tunnel8.simulation;

import java.net.InetSocketAddress;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One datagram as the network saw it when it was sent. Immutable. */
public final class Passage {
    /** Where the message id stands in every datagram of the network's: behind the prefix (PROTOCOL.md §2). */
    private static final int MESSAGE_ID_OFFSET = 22;

    private final long atNanos;
    private final InetSocketAddress from;
    private final InetSocketAddress to;
    private final byte[] bytes;

    Passage(long atNanos, InetSocketAddress from, InetSocketAddress to, byte[] bytes) {
        this.atNanos = atNanos;
        this.from = from;
        this.to = to;
        this.bytes = bytes;
    }

    /**
     * When it was sent.
     *
     * @return nanoseconds since the network's start
     */
    public long atNanos() {
        return atNanos;
    }

    /**
     * When it was sent.
     *
     * @return milliseconds since the network's start
     */
    public long atMillis() {
        return atNanos / 1_000_000;
    }

    /**
     * Its source as the receiver would see it.
     *
     * @return the address that a NAT box gave it, if it passed one
     */
    public InetSocketAddress from() {
        return from;
    }

    /**
     * Its target as the sender wrote it.
     *
     * @return address and port
     */
    public InetSocketAddress to() {
        return to;
    }

    /**
     * Its content.
     *
     * @return not a copy, and not to be changed
     */
    public byte[] bytes() {
        return bytes;
    }

    /**
     * The byte behind the prefix.
     *
     * @return 0 to 255; -1 if the datagram is too short to have one
     */
    public int messageId() {
        return bytes.length > MESSAGE_ID_OFFSET ? bytes[MESSAGE_ID_OFFSET] & 0xff : -1;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Passage that
                && atNanos == that.atNanos
                && from.equals(that.from)
                && to.equals(that.to)
                && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return atMillis() + " ms: " + EventLog.text(from) + " -> " + EventLog.text(to) + ": " + messageId() + " ("
                + bytes.length + " bytes)";
    }
}

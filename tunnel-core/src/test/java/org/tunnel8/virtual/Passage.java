package org.tunnel8.virtual;

import java.net.InetSocketAddress;
import java.util.Arrays;

/**
 * One datagram as the network saw it.
 *
 * @param atNanos when it was sent
 * @param from its source as the receiver would see it
 * @param to its target as the sender wrote it
 * @param bytes its content
 */
public record Passage(long atNanos, InetSocketAddress from, InetSocketAddress to, byte[] bytes) {
    /** The byte behind the prefix. */
    public int messageId() {
        return bytes[22] & 0xff;
    }

    /** The time of sending in milliseconds since the start. */
    public long atMillis() {
        return atNanos / 1_000_000;
    }

    @Override
    public boolean equals(Object other) {
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
        return atMillis() + " ms: " + from + " -> " + to + ": " + messageId() + " (" + bytes.length + " bytes)";
    }
}

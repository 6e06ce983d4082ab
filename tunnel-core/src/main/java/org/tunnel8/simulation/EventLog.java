package org.tunnel8.simulation;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What happened in a network: a running digest over every datagram that was sent, with time, source, target and bytes,
 * and on demand a line of text for each. The same seed gives the same log, on every Java platform.
 */
public final class EventLog {
    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

    private long digest;
    private long datagrams;
    private long bytes;
    private @Nullable Consumer<String> lines;

    EventLog() {}

    /**
     * Has every datagram from now on written as a line of text as well.
     *
     * @param taker takes the lines
     */
    public void lines(Consumer<String> taker) {
        lines = taker;
    }

    void sent(long atNanos, InetSocketAddress from, InetSocketAddress to, byte[] content) {
        datagrams++;
        bytes += content.length;
        fold(atNanos);
        fold(from);
        fold(to);
        fold(content);
        if (lines != null) {
            lines.accept(atNanos + " " + text(from) + " " + text(to) + " " + content.length + " "
                    + HexFormat.of().toHexDigits(hash(content)));
        }
    }

    private void fold(long word) {
        digest = Long.rotateLeft(digest ^ SeededRandom.mix(word), 23) * MULTIPLIER;
    }

    private void fold(InetSocketAddress address) {
        // The same on every JDK: an IPv4 address's hash code is the address, an IPv6 address's is made of its bytes.
        fold(((long) address.getAddress().hashCode() << 16) + address.getPort());
    }

    private void fold(byte[] content) {
        fold(hash(content));
    }

    /** A digest of bytes, by words; good against chance and nothing else. */
    static long hash(byte[] content) {
        return hash(content, 0, content.length);
    }

    static long hash(byte[] content, int offset, int length) {
        long hash = length * MULTIPLIER;
        int end = offset + length;
        int at = offset;
        for (; at + Long.BYTES <= end; at += Long.BYTES) {
            hash = Long.rotateLeft(hash ^ (long) WORDS.get(content, at), 29) * MULTIPLIER;
        }
        for (; at < end; at++) {
            hash = Long.rotateLeft(hash ^ content[at], 29) * MULTIPLIER;
        }
        return SeededRandom.mix(hash);
    }

    /** An endpoint as text, without a look-up. */
    static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    /**
     * The digest over all that was sent so far.
     *
     * @return 16 hexadecimal digits
     */
    public String digest() {
        return HexFormat.of().toHexDigits(SeededRandom.mix(digest));
    }

    /**
     * How many datagrams were sent, lost ones included.
     *
     * @return zero or more
     */
    public long datagrams() {
        return datagrams;
    }

    /**
     * How many bytes these were.
     *
     * @return zero or more
     */
    public long bytes() {
        return bytes;
    }
}

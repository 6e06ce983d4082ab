package org.tunnel8.simulation;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Objects;
import org.tunnel8.crypto.LayerCipher;
import org.tunnel8.crypto.LayerKey;

/**
 * Layers of the real ones' size and form, some ten times as cheap, that keep nothing secret. Another key, another counter
 * or a changed byte is found out, as long as nobody sets out to deceive.
 */
final class ReplacedLayers implements LayerCipher {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    /** Knuth's, of MMIX. */
    private static final long MULTIPLIER = 6_364_136_223_846_793_005L;

    private static final long INCREMENT = 1_442_695_040_888_963_407L;

    private final LayerKeys keys;

    ReplacedLayers(LayerKeys keys) {
        this.keys = keys;
    }

    @Override
    public String name() {
        return "replaced";
    }

    @Override
    public void seal(LayerKey key, long counter, byte[] buffer, int offset, int length) {
        Objects.checkFromIndexSize(offset - COUNTER_BYTES, length + OVERHEAD_BYTES, buffer.length);
        if (counter < 0) {
            throw new IllegalArgumentException("a counter is not negative: " + counter);
        }
        if (key.isDestroyed()) {
            throw new IllegalStateException("this layer key was destroyed");
        }
        LayerKeys.Known known = keys.of(key);
        stream(known, counter, buffer, offset, length);
        LONG.set(buffer, offset - COUNTER_BYTES, counter);
        long tag = tag(known, counter, buffer, offset, length);
        LONG.set(buffer, offset + length, tag);
        LONG.set(buffer, offset + length + Long.BYTES, ~tag);
    }

    @Override
    public int open(LayerKey key, byte[] buffer, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, buffer.length);
        if (length < OVERHEAD_BYTES || key.isDestroyed()) {
            return -1;
        }
        LayerKeys.Known known = keys.of(key);
        long counter = (long) LONG.get(buffer, offset);
        int start = offset + COUNTER_BYTES;
        int bytes = length - OVERHEAD_BYTES;
        long tag = tag(known, counter, buffer, start, bytes);
        if ((long) LONG.get(buffer, start + bytes) != tag
                || (long) LONG.get(buffer, start + bytes + Long.BYTES) != ~tag) {
            return -1;
        }
        stream(known, counter, buffer, start, bytes);
        return bytes;
    }

    private static long tag(LayerKeys.Known known, long counter, byte[] buffer, int offset, int length) {
        return SeededRandom.mix(
                EventLog.hash(buffer, offset, length) ^ known.second ^ SeededRandom.mix(counter + known.first));
    }

    /** Lays a stream of numbers over the bytes; the same stream takes it off. */
    private static void stream(LayerKeys.Known known, long counter, byte[] buffer, int offset, int length) {
        long state = SeededRandom.mix(known.first ^ SeededRandom.mix(counter));
        int at = offset;
        int end = offset + length;
        for (; at + Long.BYTES <= end; at += Long.BYTES) {
            state = state * MULTIPLIER + INCREMENT;
            LONG.set(buffer, at, (long) LONG.get(buffer, at) ^ state ^ (state >>> 29));
        }
        state = state * MULTIPLIER + INCREMENT;
        for (; at < end; at++) {
            buffer[at] ^= (byte) (state >>> 56);
            state <<= 8;
        }
    }
}

package org.tunnel8.exit;

import java.util.Arrays;

/** Bytes as they arrive, up to a limit; memory grows with what is there. Engine thread only. */
final class ByteQueue {
    private static final int FIRST_BYTES = 2_048;

    private final int limit;
    private byte[] bytes = new byte[0];
    private int length;

    ByteQueue(int limit) {
        this.limit = limit;
    }

    /** Adds bytes; false, and nothing is added, if they are too many. */
    boolean add(byte[] buffer, int offset, int count) {
        if (count > limit - length) {
            return false;
        }
        if (length + count > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.min(limit, Math.max(FIRST_BYTES, 2 * (length + count))));
        }
        System.arraycopy(buffer, offset, bytes, length, count);
        length += count;
        return true;
    }

    /** The array that holds them, from index 0; it is another one once more are added. */
    byte[] array() {
        return bytes;
    }

    int length() {
        return length;
    }
}

package org.tunnel8;

import java.nio.ByteBuffer;

/** A buffer of fixed size that is written at one end and read at the other; made when it is first written. Not thread-safe. */
final class ByteRing {
    private static final byte[] NONE = {};

    private final int capacity;
    private byte[] bytes = NONE;
    private int first;
    private int size;

    ByteRing(int capacity) {
        this.capacity = capacity;
    }

    int size() {
        return size;
    }

    byte[] array() {
        return bytes;
    }

    /** How many bytes may be put at {@link #writePosition()} in one piece. */
    int beginWrite() {
        if (bytes.length == 0) {
            bytes = new byte[capacity];
        }
        int at = writePosition();
        return Math.min(capacity - size, capacity - at);
    }

    int writePosition() {
        return (first + size) % capacity;
    }

    void wrote(int count) {
        size += count;
    }

    /** How many bytes can be taken from {@link #readPosition()} in one piece. */
    int beginRead() {
        return Math.min(size, capacity - first);
    }

    int readPosition() {
        return first;
    }

    void read(int count) {
        first = (first + count) % capacity;
        size -= count;
        first = size == 0 ? 0 : first;
    }

    /** Copies as much as fits; returns how much that was. */
    int write(ByteBuffer source) {
        int before = source.remaining();
        while (source.hasRemaining()) {
            int length = Math.min(beginWrite(), source.remaining());
            if (length == 0) {
                break;
            }
            source.get(bytes, writePosition(), length);
            wrote(length);
        }
        return before - source.remaining();
    }

    /** Copies as much as there is and fits; returns how much that was. */
    int read(ByteBuffer target) {
        int before = target.remaining();
        while (target.hasRemaining()) {
            int length = Math.min(beginRead(), target.remaining());
            if (length == 0) {
                break;
            }
            target.put(bytes, readPosition(), length);
            read(length);
        }
        return before - target.remaining();
    }

    void clear() {
        first = 0;
        size = 0;
        bytes = NONE;
    }
}

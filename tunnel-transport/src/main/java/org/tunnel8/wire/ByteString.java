package org.tunnel8.wire;

import java.util.Arrays;
import java.util.Objects;

/**
 * Some bytes of a message as a value: keys as they came, hashes, cookies, sealed parts, payloads.
 *
 * <p>Immutable; equal by content. Its text form tells the length alone, so that no message prints what it carries.
 */
public final class ByteString {
    /** No bytes. */
    public static final ByteString EMPTY = new ByteString(new byte[0]);

    private final byte[] bytes;

    private ByteString(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * A copy of an array.
     *
     * @param bytes the array
     * @return its content
     */
    public static ByteString of(byte[] bytes) {
        return bytes.length == 0 ? EMPTY : new ByteString(bytes.clone());
    }

    /**
     * A copy of a piece of an array.
     *
     * @param buffer the array
     * @param offset where the piece begins
     * @param length its length
     * @return its content
     */
    public static ByteString of(byte[] buffer, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, buffer.length);
        return length == 0 ? EMPTY : new ByteString(Arrays.copyOfRange(buffer, offset, offset + length));
    }

    /** How many bytes there are. */
    public int length() {
        return bytes.length;
    }

    /** The bytes; a fresh array. */
    public byte[] toBytes() {
        return bytes.clone();
    }

    /**
     * Whether an array holds the same bytes.
     *
     * @param other the array
     * @return true if so
     */
    public boolean contentEquals(byte[] other) {
        return Arrays.equals(bytes, other);
    }

    /**
     * Copies the bytes into a buffer.
     *
     * @param buffer where to; {@link #length()} bytes of room must be there
     * @param offset where to begin
     */
    public void put(byte[] buffer, int offset) {
        System.arraycopy(bytes, 0, buffer, offset, bytes.length);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ByteString that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** The length, never the content. */
    @Override
    public String toString() {
        return bytes.length + " bytes";
    }
}

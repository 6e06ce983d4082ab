package org.tunnel8.wire;

import java.nio.BufferOverflowException;
import java.util.Arrays;
import java.util.Objects;

/**
 * Writes big-endian fields into a piece of a buffer and never beyond it ({@code PROTOCOL.md §2}).
 *
 * <p>Not thread-safe. A write that does not fit throws {@link BufferOverflowException} and writes nothing; a value that its field cannot
 * hold throws {@link IllegalArgumentException}. Both are mistakes of the caller, who decides what is sent.
 */
public final class WireWriter {
    private static final int LONGEST_FIELD_BYTES = 0xffff;

    private byte[] buffer;
    private int start;
    private int position;
    private int end;

    /**
     * A writer into a new buffer.
     *
     * @param capacity its size in bytes
     */
    public WireWriter(int capacity) {
        this(new byte[capacity], 0, capacity);
    }

    /**
     * A writer into {@code buffer[offset, offset + length)}.
     *
     * @param buffer where to write; not copied
     * @param offset where to begin
     * @param length how many bytes may be written
     */
    public WireWriter(byte[] buffer, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, buffer.length);
        this.buffer = buffer;
        this.start = offset;
        this.position = offset;
        this.end = offset + length;
    }

    /**
     * Starts over in another piece of memory, so that one writer serves many packets.
     *
     * @param target where to write; not copied
     * @param offset where to begin
     * @param length how many bytes may be written
     */
    public void reset(byte[] target, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, target.length);
        buffer = target;
        start = offset;
        position = offset;
        end = offset + length;
    }

    /** Index in the buffer of the next byte to be written. */
    public int position() {
        return position;
    }

    /** Bytes written so far. */
    public int length() {
        return position - start;
    }

    /** A copy of what was written. */
    public byte[] toByteArray() {
        return Arrays.copyOfRange(buffer, start, position);
    }

    /**
     * Writes a byte.
     *
     * @param value 0 to 255
     */
    public void u8(int value) {
        checkRange(value, 0xff);
        buffer[take(1)] = (byte) value;
    }

    /**
     * Writes a 16-bit number.
     *
     * @param value 0 to 65535
     */
    public void u16(int value) {
        checkRange(value, 0xffff);
        WireNumbers.putU16(buffer, take(2), value);
    }

    /**
     * Writes 32 bits.
     *
     * @param value the bits
     */
    public void u32(int value) {
        WireNumbers.putU32(buffer, take(4), value);
    }

    /**
     * Writes 64 bits.
     *
     * @param value the bits
     */
    public void u64(long value) {
        WireNumbers.putU64(buffer, take(8), value);
    }

    /**
     * Writes bytes as they are.
     *
     * @param value the bytes
     */
    public void bytes(ByteString value) {
        value.put(buffer, take(value.length()));
    }

    /**
     * Writes a piece of an array as it is.
     *
     * @param value the array
     * @param offset where the piece begins
     * @param length its length
     */
    public void bytes(byte[] value, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, value.length);
        System.arraycopy(value, offset, buffer, take(length), length);
    }

    /**
     * Writes a field with a 16-bit length in front ({@code varlenH}).
     *
     * @param value at most 65,535 bytes
     */
    public void varlenH(ByteString value) {
        checkRange(value.length(), LONGEST_FIELD_BYTES);
        int at = take(2 + value.length());
        WireNumbers.putU16(buffer, at, value.length());
        value.put(buffer, at + 2);
    }

    /**
     * Writes an {@code ipv4} field.
     *
     * @param address an IPv4 endpoint
     */
    public void ipv4(IpAddress address) {
        AddressCodec.putIpv4(buffer, take(AddressCodec.IPV4_BYTES), address);
    }

    /**
     * Writes an {@code ip_address} or {@code address} field.
     *
     * @param address what to write
     */
    public void address(Address address) {
        AddressCodec.put(buffer, take(AddressCodec.encodedBytes(address)), address);
    }

    /**
     * Begins a nested payload, which gets a 16-bit length in front.
     *
     * @return a mark for {@link #endNested}
     */
    public int beginNested() {
        return take(2);
    }

    /**
     * Ends a nested payload by filling in its length.
     *
     * @param mark what {@link #beginNested} returned
     */
    public void endNested(int mark) {
        int nestedBytes = position - mark - 2;
        checkRange(nestedBytes, LONGEST_FIELD_BYTES);
        WireNumbers.putU16(buffer, mark, nestedBytes);
    }

    private int take(int count) {
        if (count > end - position) {
            throw new BufferOverflowException();
        }
        int from = position;
        position += count;
        return from;
    }

    private static void checkRange(int value, int highest) {
        if (value < 0 || value > highest) {
            throw new IllegalArgumentException("value does not fit its field");
        }
    }
}

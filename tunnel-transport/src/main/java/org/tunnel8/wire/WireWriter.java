package org.tunnel8.wire;

import java.nio.BufferOverflowException;
import java.util.Arrays;
import java.util.Objects;
import org.tunnel8.crypto.PublicKey;

/**
 * Writes big-endian fields into a piece of a buffer and never beyond it ({@code PROTOCOL.md §2}).
 *
 * <p>Not thread-safe. A write that does not fit throws {@link BufferOverflowException} and writes nothing; a value that its field cannot
 * hold throws {@link IllegalArgumentException}. Both are mistakes of the caller, who decides what is sent.
 */
public final class WireWriter {
    private static final int LONGEST_FIELD_BYTES = 0xffff;
    /** Holds nearly all datagrams of the control path; what is longer grows. */
    private static final int FIRST_BYTES = 320;

    private byte[] buffer;
    private int start;
    private int position;
    private int end;
    private int capacity;

    /**
     * A writer into a new buffer.
     *
     * @param capacity how many bytes may be written
     */
    public WireWriter(int capacity) {
        this(new byte[Math.min(capacity, FIRST_BYTES)], 0, Math.min(capacity, FIRST_BYTES));
        this.capacity = capacity;
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
        this.capacity = length;
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
        capacity = length;
    }

    /** Starts over in the same memory, which was grown to what was written so far. */
    public void clear() {
        position = start;
    }

    /**
     * What is written into, as long as nothing more is written.
     *
     * @return the buffer itself; what was written are its last {@link #length()} bytes before {@link #position()}
     */
    public byte[] buffer() {
        return buffer;
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
        return toByteArray(0);
    }

    /**
     * A copy of what was written.
     *
     * @param room bytes left free at its end
     */
    public byte[] toByteArray(int room) {
        byte[] copy = new byte[length() + room];
        System.arraycopy(buffer, start, copy, 0, length());
        return copy;
    }

    /**
     * Writes a byte.
     *
     * @param value 0 to 255
     */
    public void u8(int value) {
        checkRange(value, 0xff);
        int at = take(1);
        buffer[at] = (byte) value;
    }

    /**
     * Writes a 16-bit number.
     *
     * @param value 0 to 65535
     */
    public void u16(int value) {
        checkRange(value, 0xffff);
        int at = take(2);
        WireNumbers.putU16(buffer, at, value);
    }

    /**
     * Writes 32 bits.
     *
     * @param value the bits
     */
    public void u32(int value) {
        int at = take(4);
        WireNumbers.putU32(buffer, at, value);
    }

    /**
     * Writes 64 bits.
     *
     * @param value the bits
     */
    public void u64(long value) {
        int at = take(8);
        WireNumbers.putU64(buffer, at, value);
    }

    /**
     * Writes bytes as they are.
     *
     * @param value the bytes
     */
    public void bytes(ByteString value) {
        int at = take(value.length());
        value.put(buffer, at);
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
        int at = take(length);
        System.arraycopy(value, offset, buffer, at, length);
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
     * A key with its 16-bit length in front.
     *
     * @param key the key
     */
    public void key(PublicKey key) {
        int at = take(2 + key.length());
        WireNumbers.putU16(buffer, at, key.length());
        key.copyTo(buffer, at + 2);
    }

    /**
     * The prefix of an overlay's datagrams.
     *
     * @param community the overlay
     */
    public void prefix(CommunityId community) {
        int at = take(CommunityId.PREFIX_BYTES);
        community.putPrefix(buffer, at);
    }

    /**
     * Writes an {@code ipv4} field.
     *
     * @param address an IPv4 endpoint
     */
    public void ipv4(IpAddress address) {
        int at = take(AddressCodec.IPV4_BYTES);
        AddressCodec.putIpv4(buffer, at, address);
    }

    /**
     * Writes an {@code ip_address} or {@code address} field.
     *
     * @param address what to write
     */
    public void address(Address address) {
        int at = take(AddressCodec.encodedBytes(address));
        AddressCodec.put(buffer, at, address);
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

    /** Makes room; to be called before {@link #buffer} is read, which may be another afterwards. */
    private int take(int count) {
        if (count > end - position) {
            grow(count);
        }
        int from = position;
        position += count;
        return from;
    }

    private void grow(int count) {
        int needed = length() + count;
        if (needed > capacity || needed < 0) {
            throw new BufferOverflowException();
        }
        // Only a writer with a buffer of its own, which starts at 0, has more capacity than buffer.
        end = Math.min(capacity, Math.max(needed, 2 * end));
        buffer = Arrays.copyOf(buffer, end);
    }

    private static void checkRange(int value, int highest) {
        if (value < 0 || value > highest) {
            throw new IllegalArgumentException("value does not fit its field");
        }
    }
}

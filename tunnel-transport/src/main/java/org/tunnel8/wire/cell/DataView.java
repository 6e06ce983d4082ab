package org.tunnel8.wire.cell;

import java.util.Arrays;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.AddressCodec;
import org.tunnel8.wire.MalformedMessageException;

/**
 * A {@link Data} message seen in the buffer it lies in: the packet path's way to read and to write one. {@code PROTOCOL.md §8}.
 *
 * <p>One view serves any number of packets, one after the other. Parsing allocates nothing, and neither does asking for offsets or
 * comparing encoded addresses; an {@link Address} is made only when asked for. Not thread-safe; valid until the buffer changes.
 */
public final class DataView {
    /** What {@code 0.0.0.0:0} looks like. */
    private static final byte[] UNSPECIFIED = {1, 0, 0, 0, 0, 0, 0};

    private static final int ID_BYTES = 1;

    private byte[] buffer = UNSPECIFIED;
    private int destinationOffset;
    private int originOffset;
    private int payloadOffset;
    private int end;

    /** A view of nothing yet. */
    public DataView() {}

    /**
     * Looks at a data message. What was seen before is forgotten, also when this fails.
     *
     * @param bytes holds the message; kept until the next call
     * @param offset where the message id stands
     * @param length length of the message, id included
     * @throws MalformedMessageException if it is no data message or an address in it is broken
     */
    public void parse(byte[] bytes, int offset, int length) throws MalformedMessageException {
        clear();
        if (length < ID_BYTES || bytes[offset] != CellMessageId.DATA) {
            throw new MalformedMessageException("not a data message");
        }
        int messageEnd = offset + length;
        int destination = offset + ID_BYTES;
        int origin = destination + AddressCodec.addressLength(bytes, destination, messageEnd);
        int payload = origin + AddressCodec.addressLength(bytes, origin, messageEnd);
        buffer = bytes;
        destinationOffset = destination;
        originOffset = origin;
        payloadOffset = payload;
        end = messageEnd;
    }

    private void clear() {
        buffer = UNSPECIFIED;
        destinationOffset = 0;
        originOffset = 0;
        payloadOffset = 0;
        end = 0;
    }

    /** Where the payload begins in the buffer. */
    public int payloadOffset() {
        return payloadOffset;
    }

    /** Length of the payload. */
    public int payloadLength() {
        return end - payloadOffset;
    }

    /** Where the destination's encoded form begins. */
    public int destinationOffset() {
        return destinationOffset;
    }

    /** Length of the destination's encoded form. */
    public int destinationLength() {
        return originOffset - destinationOffset;
    }

    /** Where the origin's encoded form begins. */
    public int originOffset() {
        return originOffset;
    }

    /** Length of the origin's encoded form. */
    public int originLength() {
        return payloadOffset - originOffset;
    }

    /** The destination, made anew with each call. */
    public Address destination() {
        return AddressCodec.addressAt(buffer, destinationOffset);
    }

    /** The origin, made anew with each call. */
    public Address origin() {
        return AddressCodec.addressAt(buffer, originOffset);
    }

    /** Whether the destination is {@code 0.0.0.0:0}. */
    public boolean destinationUnspecified() {
        return destinationEquals(UNSPECIFIED);
    }

    /** Whether the origin is {@code 0.0.0.0:0}. */
    public boolean originUnspecified() {
        return originEquals(UNSPECIFIED);
    }

    /**
     * Whether the destination is this one.
     *
     * @param encoded an address in the form of {@link AddressCodec#encode}
     * @return true if so
     */
    public boolean destinationEquals(byte[] encoded) {
        return Arrays.equals(buffer, destinationOffset, originOffset, encoded, 0, encoded.length);
    }

    /**
     * Whether the origin is this one.
     *
     * @param encoded an address in the form of {@link AddressCodec#encode}
     * @return true if so
     */
    public boolean originEquals(byte[] encoded) {
        return Arrays.equals(buffer, originOffset, payloadOffset, encoded, 0, encoded.length);
    }

    /**
     * How many bytes a data message has in front of its payload.
     *
     * @param destination the destination
     * @param origin the origin
     * @return message id and both addresses
     */
    public static int headerBytes(Address destination, Address origin) {
        return ID_BYTES + AddressCodec.encodedBytes(destination) + AddressCodec.encodedBytes(origin);
    }

    /**
     * Turns a payload into a data message by writing what belongs in front of it; the payload is not moved.
     *
     * @param buffer holds the payload, with {@link #headerBytes} of room in front
     * @param payloadOffset where the payload begins
     * @param destination the destination
     * @param origin the origin
     * @return where the message begins
     * @throws IndexOutOfBoundsException if there is too little room; nothing was written then
     */
    public static int prepend(byte[] buffer, int payloadOffset, Address destination, Address origin) {
        int start = startOf(payloadOffset, headerBytes(destination, origin));
        buffer[start] = CellMessageId.DATA;
        int originStart = AddressCodec.put(buffer, start + ID_BYTES, destination);
        AddressCodec.put(buffer, originStart, origin);
        return start;
    }

    /**
     * As {@link #prepend(byte[], int, Address, Address)}, with addresses encoded beforehand by {@link AddressCodec#encode}. Allocates nothing.
     *
     * @param buffer holds the payload, with room in front
     * @param payloadOffset where the payload begins
     * @param destination the destination's encoded form
     * @param origin the origin's encoded form
     * @return where the message begins
     * @throws IndexOutOfBoundsException if there is too little room; nothing was written then
     */
    public static int prepend(byte[] buffer, int payloadOffset, byte[] destination, byte[] origin) {
        int start = startOf(payloadOffset, ID_BYTES + destination.length + origin.length);
        buffer[start] = CellMessageId.DATA;
        System.arraycopy(destination, 0, buffer, start + ID_BYTES, destination.length);
        System.arraycopy(origin, 0, buffer, payloadOffset - origin.length, origin.length);
        return start;
    }

    private static int startOf(int payloadOffset, int headerBytes) {
        if (headerBytes > payloadOffset) {
            throw new IndexOutOfBoundsException("too little room in front of the payload");
        }
        return payloadOffset - headerBytes;
    }
}

package org.tunnel8.wire;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * The 20 bytes that name an overlay, and the 22-byte prefix made of them that every datagram of the overlay begins with ({@code PROTOCOL.md §1}).
 *
 * <p>Immutable.
 */
public final class CommunityId {
    /** Length of an id. */
    public static final int BYTES = 20;

    /** Length of a prefix: a zero, the version, the id. */
    public static final int PREFIX_BYTES = 22;

    /** The protocol version we speak (D3). */
    public static final int VERSION = 2;

    /** Tribler's tunnels. */
    public static final CommunityId TRIBLER = parse("a3591a6bd89bbaca0974062a1287afcfbc6fd6bc");

    /** The plain tunnel community of py-ipv8. */
    public static final CommunityId PLAIN_TUNNEL = parse("81ded07332bdc775aa5a46f96de9f8f390bbc9f3");

    /** The discovery overlay. */
    public static final CommunityId DISCOVERY = parse("7e313685c1912a141279f8248fc8db5899c5df5a");

    /** The distributed hash table. */
    public static final CommunityId DHT = parse("8d0be1845d74d175f178197cad001591d04d73cc");

    private static final int ID_OFFSET = 2;

    private final byte[] prefix;

    private CommunityId(byte[] buffer, int offset) {
        prefix = new byte[PREFIX_BYTES];
        prefix[1] = VERSION;
        System.arraycopy(buffer, offset, prefix, ID_OFFSET, BYTES);
    }

    /**
     * The id of 40 hexadecimal digits.
     *
     * @param hex the digits, in upper or lower case
     * @return the id
     * @throws IllegalArgumentException if it is anything else
     */
    public static CommunityId parse(String hex) {
        if (!hex.matches("[0-9a-fA-F]{40}")) {
            throw new IllegalArgumentException("a community id is 40 hexadecimal digits, not '" + hex + "'");
        }
        byte[] id = HexFormat.of().parseHex(hex);
        return new CommunityId(id, 0);
    }

    /**
     * The id at a place in a buffer; 20 bytes must be there.
     *
     * @param buffer the bytes
     * @param offset where the id begins
     * @return the id
     */
    public static CommunityId at(byte[] buffer, int offset) {
        return new CommunityId(buffer, offset);
    }

    /**
     * The id that a datagram's prefix names, whatever its version.
     *
     * @param buffer holds the datagram
     * @param offset where the datagram begins
     * @param length the datagram's length
     * @return the id
     * @throws MalformedMessageException if the datagram has no prefix
     */
    public static CommunityId ofDatagram(byte[] buffer, int offset, int length) throws MalformedMessageException {
        if (length < PREFIX_BYTES || buffer[offset] != 0) {
            throw new MalformedMessageException("no prefix");
        }
        return new CommunityId(buffer, offset + ID_OFFSET);
    }

    /**
     * The version that a datagram's prefix names; it must have a prefix.
     *
     * @param buffer holds the datagram
     * @param offset where the datagram begins
     * @return 0 to 255
     */
    public static int version(byte[] buffer, int offset) {
        return buffer[offset + 1] & 0xff;
    }

    /**
     * Whether a datagram is of this overlay and of our version. Allocates nothing.
     *
     * @param buffer holds the datagram
     * @param offset where the datagram begins
     * @param length the datagram's length
     * @return true if it begins with this prefix
     */
    public boolean matchesPrefix(byte[] buffer, int offset, int length) {
        return length >= PREFIX_BYTES && Arrays.equals(buffer, offset, offset + PREFIX_BYTES, prefix, 0, PREFIX_BYTES);
    }

    /**
     * Whether a datagram is of this overlay but of another version (D3).
     *
     * @param buffer holds the datagram
     * @param offset where the datagram begins
     * @param length the datagram's length
     * @return true if all of the prefix but the version fits
     */
    public boolean matchesOtherVersion(byte[] buffer, int offset, int length) {
        return length >= PREFIX_BYTES
                && buffer[offset] == 0
                && version(buffer, offset) != VERSION
                && Arrays.equals(buffer, offset + ID_OFFSET, offset + PREFIX_BYTES, prefix, ID_OFFSET, PREFIX_BYTES);
    }

    /** The 22 bytes that datagrams of this overlay begin with; a fresh array. */
    public byte[] prefix() {
        return prefix.clone();
    }

    /** The 20 bytes of the id; a fresh array. */
    public byte[] toBytes() {
        return Arrays.copyOfRange(prefix, ID_OFFSET, PREFIX_BYTES);
    }

    /**
     * Writes the prefix; 22 bytes of room must be there.
     *
     * @param buffer where to
     * @param offset where to begin
     */
    public void putPrefix(byte[] buffer, int offset) {
        System.arraycopy(prefix, 0, buffer, offset, PREFIX_BYTES);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CommunityId that && Arrays.equals(prefix, that.prefix);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(prefix);
    }

    /** The id in hexadecimal. */
    @Override
    public String toString() {
        return HexFormat.of().formatHex(prefix, ID_OFFSET, PREFIX_BYTES);
    }
}

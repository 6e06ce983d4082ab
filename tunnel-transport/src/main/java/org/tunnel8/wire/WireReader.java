package org.tunnel8.wire;

import java.util.Objects;
import org.tunnel8.crypto.CryptoFailure;
import org.tunnel8.crypto.PublicKey;

/**
 * Reads big-endian fields from a piece of a buffer and never beyond it ({@code PROTOCOL.md §2}).
 *
 * <p>Not thread-safe. Every read either succeeds or throws and leaves the position where it was. What it returns is a copy; nothing is
 * allocated before the bytes are known to be there.
 */
public final class WireReader {
    private final byte[] buffer;
    private final int end;
    private int position;

    /**
     * A reader of {@code buffer[offset, offset + length)}.
     *
     * @param buffer the bytes; not copied
     * @param offset where to begin
     * @param length how many bytes may be read
     */
    public WireReader(byte[] buffer, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, buffer.length);
        this.buffer = buffer;
        this.position = offset;
        this.end = offset + length;
    }

    /** Bytes not read yet. */
    public int remaining() {
        return end - position;
    }

    /** Index in the buffer of the next byte to be read. */
    public int position() {
        return position;
    }

    /** An unsigned byte. */
    public int u8() throws MalformedMessageException {
        return buffer[take(1)] & 0xff;
    }

    /** An unsigned 16-bit number. */
    public int u16() throws MalformedMessageException {
        return WireNumbers.u16(buffer, take(2));
    }

    /** All 32 bits of an unsigned number; it shows negative from 2^31 on. */
    public int u32() throws MalformedMessageException {
        return WireNumbers.u32(buffer, take(4));
    }

    /** All 64 bits of an unsigned number; it shows negative from 2^63 on. */
    public long u64() throws MalformedMessageException {
        return WireNumbers.u64(buffer, take(8));
    }

    /**
     * Exactly so many bytes.
     *
     * @param count how many
     */
    public ByteString bytes(int count) throws MalformedMessageException {
        int from = take(count);
        return ByteString.of(buffer, from, count);
    }

    /** Everything that is left, which may be nothing. */
    public ByteString rest() {
        ByteString rest = ByteString.of(buffer, position, end - position);
        position = end;
        return rest;
    }

    /**
     * A field with a 16-bit length in front ({@code varlenH}). Like the network's own reader it does not insist that all announced bytes
     * are there: where the buffer ends early, the field is what is left. Any further field then fails.
     */
    public ByteString varlenH() throws MalformedMessageException {
        int count = u16();
        return bytes(Math.min(count, remaining()));
    }

    /**
     * A public key with its 16-bit length in front, read as {@link #varlenH()} does.
     *
     * @throws CryptoFailure if the field is none
     */
    public PublicKey key() throws MalformedMessageException, CryptoFailure {
        int count = Math.min(u16(), remaining());
        return PublicKey.parse(buffer, take(count), count);
    }

    /**
     * A reader of a nested payload, which has a 16-bit length in front; this reader moves behind it. As with {@link #varlenH()} the length
     * may announce more than there is.
     */
    public WireReader nested() throws MalformedMessageException {
        int count = Math.min(u16(), remaining());
        return new WireReader(buffer, take(count), count);
    }

    /** An {@code ipv4} field: 4 bytes of address and a port. */
    public IpAddress ipv4() throws MalformedMessageException {
        return AddressCodec.ipv4At(buffer, take(AddressCodec.IPV4_BYTES));
    }

    /** An {@code ip_address} field: IPv4 or IPv6, never a host name. */
    public IpAddress ipAddress() throws MalformedMessageException {
        int length = AddressCodec.ipAddressLength(buffer, position, end);
        return AddressCodec.ipAddressAt(buffer, take(length));
    }

    /**
     * Passes over bytes.
     *
     * @param count how many
     */
    public void skip(int count) throws MalformedMessageException {
        take(count);
    }

    /** Passes over an {@code ip_address} field. */
    public void skipIpAddress() throws MalformedMessageException {
        take(AddressCodec.ipAddressLength(buffer, position, end));
    }

    /** An {@code address} field: IPv4, IPv6 or a host name. */
    public Address address() throws MalformedMessageException {
        int length = AddressCodec.addressLength(buffer, position, end);
        return AddressCodec.addressAt(buffer, take(length));
    }

    /** Insists that everything was read. */
    public void expectEnd() throws MalformedMessageException {
        if (position != end) {
            throw new MalformedMessageException("bytes left over");
        }
    }

    private int take(int count) throws MalformedMessageException {
        if (count > end - position) {
            throw new MalformedMessageException("too short");
        }
        int from = position;
        position += count;
        return from;
    }
}

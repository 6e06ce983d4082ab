package org.tunnel8.proxy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.HostAddress;
import org.tunnel8.wire.IpAddress;

/**
 * The header in front of every datagram between a client and its association (RFC 1928 §7): two reserved bytes, fragment
 * number, address type, address, port.
 *
 * <p>Loop thread only; one per association. It remembers addresses it has read or written lately, by their bytes, so
 * that a client that talks to some hundred peers costs no allocation per datagram.
 */
final class UdpHeader {
    /** Longest header: four bytes, a name of 255 behind its length, a port. */
    static final int MAX_BYTES = 4 + 1 + 255 + 2;

    /** What {@link #write} returns for an address that the header cannot express. */
    static final int INEXPRESSIBLE = -1;

    private static final int FIXED_BYTES = 4;
    private static final int MAX_NAME_BYTES = 255;

    /** Remembered addresses in each direction, a power of two: a torrent has some 50 to 200 peers. */
    private static final int REMEMBERED = 256;

    private final byte[] @Nullable [] readBytes = new byte[REMEMBERED][];
    private final @Nullable Address[] readAddresses = new @Nullable Address[REMEMBERED];
    private final @Nullable Address[] writtenAddresses = new @Nullable Address[REMEMBERED];
    private final byte[] @Nullable [] writtenBytes = new byte[REMEMBERED][];

    private @Nullable Address target;
    private int length;

    /** What became of reading a header. */
    enum Verdict {
        ACCEPTED,
        FRAGMENT,
        MALFORMED,
    }

    /** Reads the header that a datagram starts with. Whatever the bytes are, nothing is thrown. */
    Verdict read(byte[] buffer, int offset, int available) {
        target = null;
        if (available < FIXED_BYTES || buffer[offset] != 0 || buffer[offset + 1] != 0) {
            return Verdict.MALFORMED;
        }
        if (buffer[offset + 2] != 0) {
            return Verdict.FRAGMENT;
        }
        int addressBytes = addressBytes(buffer, offset + FIXED_BYTES - 1, available - FIXED_BYTES + 1);
        if (addressBytes < 0) {
            return Verdict.MALFORMED;
        }
        int from = offset + FIXED_BYTES - 1;
        int to = from + addressBytes;
        target = remembered(buffer, from, to);
        length = FIXED_BYTES - 1 + addressBytes;
        return target == null ? Verdict.MALFORMED : Verdict.ACCEPTED;
    }

    /** The target that the accepted header names. */
    Address target() {
        if (target == null) {
            throw new IllegalStateException("no header was accepted");
        }
        return target;
    }

    /** Length of the accepted header. */
    int length() {
        return length;
    }

    /**
     * Writes a header directly in front of a payload.
     *
     * @return where the datagram now starts, or {@link #INEXPRESSIBLE}
     */
    int write(byte[] buffer, int payloadOffset, Address origin) {
        int slot = slot(origin.hashCode());
        byte[] header = writtenBytes[slot];
        if (header == null || !origin.equals(writtenAddresses[slot])) {
            header = encode(origin);
            if (header == null) {
                return INEXPRESSIBLE;
            }
            writtenBytes[slot] = header;
            writtenAddresses[slot] = origin;
        }
        int start = payloadOffset - header.length;
        System.arraycopy(header, 0, buffer, start, header.length);
        return start;
    }

    /** Bytes from the address type to the port, or -1 if they are not all there or the type is unknown. */
    private static int addressBytes(byte[] buffer, int typeOffset, int available) {
        int second = available < 2 ? 0 : buffer[typeOffset + 1] & 0xff;
        int bytes = SocksAddress.bytes(buffer[typeOffset], second);
        return bytes > available ? -1 : bytes;
    }

    private @Nullable Address remembered(byte[] buffer, int from, int to) {
        int hash = 0;
        for (int i = from; i < to; i++) {
            hash = 31 * hash + buffer[i];
        }
        int slot = slot(hash);
        byte[] known = readBytes[slot];
        if (known != null && Arrays.equals(known, 0, known.length, buffer, from, to)) {
            return readAddresses[slot];
        }
        // Nothing can be sent to port 0.
        Address address = SocksAddress.port(buffer, to) == 0 ? null : SocksAddress.decode(buffer, from, to);
        if (address != null) {
            readBytes[slot] = Arrays.copyOfRange(buffer, from, to);
            readAddresses[slot] = address;
        }
        return address;
    }

    private static byte @Nullable [] encode(Address address) {
        byte type;
        byte[] bytes;
        int prefix = FIXED_BYTES;
        if (address instanceof HostAddress name) {
            type = SocksAddress.NAME;
            bytes = name.host().getBytes(StandardCharsets.UTF_8);
            if (bytes.length == 0 || bytes.length > MAX_NAME_BYTES) {
                return null;
            }
            prefix++;
        } else {
            bytes = ((IpAddress) address).address().getAddress();
            type = bytes.length == 4 ? SocksAddress.IPV4 : SocksAddress.IPV6;
        }
        byte[] header = new byte[prefix + bytes.length + SocksAddress.PORT_BYTES];
        header[FIXED_BYTES - 1] = type;
        if (type == SocksAddress.NAME) {
            header[FIXED_BYTES] = (byte) bytes.length;
        }
        System.arraycopy(bytes, 0, header, prefix, bytes.length);
        header[header.length - 2] = (byte) (address.port() >> 8);
        header[header.length - 1] = (byte) address.port();
        return header;
    }

    private static int slot(int hash) {
        int mixed = hash * 0x9e3779b9;
        return mixed >>> (Integer.SIZE - Integer.numberOfTrailingZeros(REMEMBERED));
    }
}

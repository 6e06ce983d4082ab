package org.tunnel8.wire;

import java.net.Inet4Address;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The three address fields of {@code PROTOCOL.md §2} at a place in a buffer. Type numbers are the network's own: 1 is IPv4, 2 a host name,
 * 3 IPv6.
 *
 * <p>Measuring and writing numeric addresses and ASCII host names allocates at most the few bytes that the JDK hands an address out in.
 */
public final class AddressCodec {
    /** Length of an {@code ipv4} field. */
    public static final int IPV4_BYTES = 6;

    /** Length of an {@code ip_address} or {@code address} field that holds IPv4. */
    public static final int TYPED_IPV4_BYTES = 7;

    /** Length of an {@code ip_address} or {@code address} field that holds IPv6. */
    public static final int TYPED_IPV6_BYTES = 19;

    private static final RecentAddresses RECENT = new RecentAddresses();

    private static final byte TYPE_IPV4 = 1;
    private static final byte TYPE_HOST = 2;
    private static final byte TYPE_IPV6 = 3;

    /** Type, length of the name, port. */
    private static final int HOST_OVERHEAD_BYTES = 5;

    private AddressCodec() {}

    /**
     * Measures the {@code address} field at {@code buffer[offset, end)} and checks it whole, a host name's UTF-8 included, so that
     * {@link #addressAt} can't fail on it. Allocates nothing.
     *
     * @param buffer the bytes
     * @param offset where the field begins
     * @param end where the readable bytes end
     * @return length of the field in bytes
     * @throws MalformedMessageException if there is no whole address
     */
    public static int addressLength(byte[] buffer, int offset, int end) throws MalformedMessageException {
        if (offset < end && buffer[offset] == TYPE_HOST) {
            return hostLength(buffer, offset, end);
        }
        return ipAddressLength(buffer, offset, end);
    }

    /**
     * Measures the {@code ip_address} field at {@code buffer[offset, end)}: as {@link #addressLength}, but a host name is refused.
     *
     * @param buffer the bytes
     * @param offset where the field begins
     * @param end where the readable bytes end
     * @return length of the field in bytes
     * @throws MalformedMessageException if there is no whole numeric address
     */
    public static int ipAddressLength(byte[] buffer, int offset, int end) throws MalformedMessageException {
        if (offset >= end) {
            throw new MalformedMessageException("too short for an address");
        }
        int length;
        if (buffer[offset] == TYPE_IPV4) {
            length = TYPED_IPV4_BYTES;
        } else if (buffer[offset] == TYPE_IPV6) {
            length = TYPED_IPV6_BYTES;
        } else {
            throw new MalformedMessageException("unknown type of address");
        }
        if (length > end - offset) {
            throw new MalformedMessageException("too short for an address");
        }
        return length;
    }

    private static int hostLength(byte[] buffer, int offset, int end) throws MalformedMessageException {
        if (end - offset < HOST_OVERHEAD_BYTES) {
            throw new MalformedMessageException("too short for a host name");
        }
        int hostBytes = WireNumbers.u16(buffer, offset + 1);
        if (HOST_OVERHEAD_BYTES + hostBytes > end - offset) {
            throw new MalformedMessageException("too short for a host name");
        }
        if (!Utf8.isValid(buffer, offset + 3, hostBytes)) {
            throw new MalformedMessageException("a host name that is not UTF-8");
        }
        return HOST_OVERHEAD_BYTES + hostBytes;
    }

    /**
     * The {@code address} field at an offset, measured before with {@link #addressLength}.
     *
     * @param buffer the bytes
     * @param offset where the field begins
     * @return the address
     */
    public static Address addressAt(byte[] buffer, int offset) {
        if (buffer[offset] != TYPE_HOST) {
            return ipAddressAt(buffer, offset);
        }
        int hostBytes = WireNumbers.u16(buffer, offset + 1);
        String host = new String(buffer, offset + 3, hostBytes, StandardCharsets.UTF_8);
        return new HostAddress(host, WireNumbers.u16(buffer, offset + 3 + hostBytes));
    }

    /**
     * The {@code ip_address} field at an offset, measured before with {@link #ipAddressLength}.
     *
     * @param buffer the bytes
     * @param offset where the field begins
     * @return the address
     */
    public static IpAddress ipAddressAt(byte[] buffer, int offset) {
        return buffer[offset] == TYPE_IPV4 ? ipv4At(buffer, offset + 1) : ipv6At(buffer, offset + 1);
    }

    /**
     * The {@code ipv4} field at an offset; 6 bytes must be there.
     *
     * @param buffer the bytes
     * @param offset where the field begins
     * @return the address
     */
    public static IpAddress ipv4At(byte[] buffer, int offset) {
        return RECENT.at(buffer, offset);
    }

    private static IpAddress ipv6At(byte[] buffer, int offset) {
        byte[] address = Arrays.copyOfRange(buffer, offset, offset + 16);
        return IpAddress.of(IpLiterals.toInetAddress(address), WireNumbers.u16(buffer, offset + 16));
    }

    /**
     * Length of an address as an {@code ip_address} or {@code address} field.
     *
     * @param address the address
     * @return its length in bytes
     */
    public static int encodedBytes(Address address) {
        if (address instanceof IpAddress ip) {
            return ip.isIpv4() ? TYPED_IPV4_BYTES : TYPED_IPV6_BYTES;
        }
        return HOST_OVERHEAD_BYTES + ((HostAddress) address).hostBytes();
    }

    /**
     * An address as an {@code ip_address} or {@code address} field, for callers that write the same one often.
     *
     * @param address the address
     * @return its bytes
     */
    public static byte[] encode(Address address) {
        byte[] encoded = new byte[encodedBytes(address)];
        put(encoded, 0, address);
        return encoded;
    }

    /**
     * Writes an {@code ip_address} or {@code address} field; {@link #encodedBytes} of room must be there.
     *
     * @param buffer where to
     * @param offset where to begin
     * @param address the address
     * @return the offset behind the field
     */
    public static int put(byte[] buffer, int offset, Address address) {
        if (address instanceof IpAddress ip) {
            byte[] bytes = ip.address().getAddress();
            buffer[offset] = bytes.length == 4 ? TYPE_IPV4 : TYPE_IPV6;
            return putNumeric(buffer, offset + 1, bytes, ip.port());
        }
        HostAddress host = (HostAddress) address;
        buffer[offset] = TYPE_HOST;
        int hostEnd = host.writeHost(buffer, offset + 3);
        WireNumbers.putU16(buffer, offset + 1, hostEnd - offset - 3);
        WireNumbers.putU16(buffer, hostEnd, host.port());
        return hostEnd + 2;
    }

    /**
     * Writes an {@code ipv4} field; 6 bytes of room must be there.
     *
     * @param buffer where to
     * @param offset where to begin
     * @param address an IPv4 endpoint
     * @return the offset behind the field
     * @throws IllegalArgumentException if the endpoint is IPv6
     */
    public static int putIpv4(byte[] buffer, int offset, IpAddress address) {
        if (!(address.address() instanceof Inet4Address ipv4)) {
            throw new IllegalArgumentException("an IPv6 address in a field for IPv4");
        }
        return putNumeric(buffer, offset, ipv4.getAddress(), address.port());
    }

    private static int putNumeric(byte[] buffer, int offset, byte[] address, int port) {
        System.arraycopy(address, 0, buffer, offset, address.length);
        WireNumbers.putU16(buffer, offset + address.length, port);
        return offset + address.length + 2;
    }
}

package org.tunnel8.proxy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.IpAddress;

/**
 * Addresses as SOCKS5 writes them (RFC 1928 §5), in requests and in front of datagrams: type, address, port.
 *
 * <p>Thread-safe: functions only. Nothing is ever looked up.
 */
final class SocksAddress {
    static final byte IPV4 = 1;
    static final byte NAME = 3;
    static final byte IPV6 = 4;
    static final int PORT_BYTES = 2;

    private SocksAddress() {}

    /**
     * How long an address is.
     *
     * @param type its first byte
     * @param second its second byte, unsigned, which counts if it is a name
     * @return bytes from the type to the port, or -1 if the type is unknown
     */
    static int bytes(byte type, int second) {
        return switch (type) {
            case IPV4 -> 1 + 4 + PORT_BYTES;
            case IPV6 -> 1 + 16 + PORT_BYTES;
            case NAME -> 2 + second + PORT_BYTES;
            default -> -1;
        };
    }

    /** The port of an address that ends at an offset. */
    static int port(byte[] buffer, int to) {
        return ((buffer[to - 2] & 0xff) << 8) | (buffer[to - 1] & 0xff);
    }

    /**
     * What an address means. The text of a numeric address in the place of a name is that address; some clients put it
     * there, and no exit needs to look it up. A mapped IPv6 address is folded into IPv4, since it names an IPv4 host and every
     * exit can reach that.
     *
     * @param buffer holds it, of the right length
     * @param from where its type stands
     * @param to where its port ends
     * @return the address with its port, which may be 0; null for a name that is no text or has blanks or controls
     */
    static @Nullable Address decode(byte[] buffer, int from, int to) {
        int port = port(buffer, to);
        if (buffer[from] == NAME) {
            return decodeName(buffer, from + 2, to - PORT_BYTES, port);
        }
        try {
            byte[] bytes = Arrays.copyOfRange(buffer, from + 1, to - PORT_BYTES);
            return IpAddress.of(InetAddress.getByAddress(bytes), port);
        } catch (UnknownHostException e) {
            return null;
        }
    }

    private static @Nullable Address decodeName(byte[] buffer, int from, int to, int port) {
        if (from == to) {
            return null;
        }
        for (int i = from; i < to; i++) {
            int c = buffer[i] & 0xff;
            if (c <= ' ' || c == 0x7f) {
                return null;
            }
        }
        try {
            String name = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(buffer, from, to - from))
                    .toString();
            return Address.parse(name, port);
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}

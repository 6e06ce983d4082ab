package org.tunnel8.wire;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * A host name with a port, passed on unresolved (D9).
 *
 * <p>Immutable. The name is any text of at most 65,535 UTF-8 bytes, the empty one included: what a stranger may put into the field is kept
 * as it came. It can be the text of a numeric address, so whoever resolves it must judge the result and not the name.
 *
 * @param host the name
 * @param port 0 to 65535
 */
public record HostAddress(String host, int port) implements Address {
    private static final int LONGEST_BYTES = 0xffff;

    /** Checks that the address can be sent. */
    public HostAddress {
        if (port < 0 || port > 0xffff) {
            throw new IllegalArgumentException("port out of range");
        }
        if (encodedBytes(host) > LONGEST_BYTES) {
            throw new IllegalArgumentException("host name too long");
        }
    }

    /** Bytes of the name in UTF-8. */
    public int hostBytes() {
        return encodedBytes(host);
    }

    /** Writes the name without its length; returns the offset behind it. Allocates nothing for an ASCII name. */
    int writeHost(byte[] buffer, int offset) {
        int length = host.length();
        for (int i = 0; i < length; i++) {
            char c = host.charAt(i);
            if (c >= 0x80) {
                byte[] encoded = host.getBytes(StandardCharsets.UTF_8);
                System.arraycopy(encoded, 0, buffer, offset, encoded.length);
                return offset + encoded.length;
            }
            buffer[offset + i] = (byte) c;
        }
        return offset + length;
    }

    private static int encodedBytes(String host) {
        int length = host.length();
        for (int i = 0; i < length; i++) {
            if (host.charAt(i) >= 0x80) {
                return encode(host).remaining();
            }
        }
        return length;
    }

    private static ByteBuffer encode(String host) {
        try {
            return StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(host));
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("host name is not valid text", e);
        }
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}

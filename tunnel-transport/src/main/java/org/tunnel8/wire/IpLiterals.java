package org.tunnel8.wire;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Numeric addresses in text form. The JDK's own parsing falls back to a name lookup and folds mapped IPv6 into IPv4, which must never
 * happen here.
 */
final class IpLiterals {
    private static final int IPV4_BYTES = 4;
    private static final int IPV6_BYTES = 16;

    private IpLiterals() {}

    /** The 4 or 16 bytes of a strict IPv4 or IPv6 text ({@code inet_pton} rules), or null if it is neither. */
    static byte @Nullable [] parse(String text) {
        byte[] ipv4 = new byte[IPV4_BYTES];
        if (parseIpv4(text, 0, ipv4, 0)) {
            return ipv4;
        }
        byte[] ipv6 = new byte[IPV6_BYTES];
        return parseIpv6(text, ipv6) ? ipv6 : null;
    }

    /** The address of 4 or 16 bytes; 16 bytes always give IPv6. */
    static InetAddress toInetAddress(byte[] bytes) {
        try {
            return bytes.length == IPV6_BYTES
                    ? Inet6Address.getByAddress(null, bytes, -1)
                    : InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("an address has 4 or 16 bytes", e);
        }
    }

    /** Dotted decimal from {@code start} to the end of the text: four numbers to 255, no leading zeros. */
    private static boolean parseIpv4(String text, int start, byte[] out, int outOffset) {
        int part = 0;
        int value = -1;
        for (int i = start; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= '0' && c <= '9') {
                if (value == 0) {
                    return false;
                }
                value = (value < 0 ? 0 : value * 10) + (c - '0');
                if (value > 255) {
                    return false;
                }
            } else if (c == '.' && value >= 0 && part < IPV4_BYTES - 1) {
                out[outOffset + part++] = (byte) value;
                value = -1;
            } else {
                return false;
            }
        }
        if (value < 0 || part != IPV4_BYTES - 1) {
            return false;
        }
        out[outOffset + part] = (byte) value;
        return true;
    }

    private static boolean parseIpv6(String text, byte[] out) {
        int length = text.length();
        int i = 0;
        int used = 0;
        int gap = -1;
        if (text.startsWith("::")) {
            gap = 0;
            i = 2;
        } else if (text.startsWith(":")) {
            return false;
        }
        while (i < length) {
            int groupStart = i;
            int value = 0;
            int digit;
            while (i < length && (digit = Character.digit(text.charAt(i), 16)) >= 0 && text.charAt(i) < 0x80) {
                value = (value << 4) | digit;
                i++;
                if (i - groupStart > 4) {
                    return false;
                }
            }
            if (i < length && text.charAt(i) == '.') {
                if (used > IPV6_BYTES - IPV4_BYTES || !parseIpv4(text, groupStart, out, used)) {
                    return false;
                }
                used += IPV4_BYTES;
                break;
            }
            if (i == groupStart || used == IPV6_BYTES) {
                return false;
            }
            out[used++] = (byte) (value >> 8);
            out[used++] = (byte) value;
            if (i == length) {
                break;
            }
            if (text.charAt(i++) != ':' || i == length) {
                return false;
            }
            if (text.charAt(i) == ':') {
                if (gap >= 0) {
                    return false;
                }
                gap = used;
                i++;
            }
        }
        return closeGap(out, used, gap);
    }

    private static boolean closeGap(byte[] out, int used, int gap) {
        if (gap < 0) {
            return used == IPV6_BYTES;
        }
        if (used == IPV6_BYTES) {
            return false;
        }
        int tail = used - gap;
        System.arraycopy(out, gap, out, IPV6_BYTES - tail, tail);
        Arrays.fill(out, gap, IPV6_BYTES - tail, (byte) 0);
        return true;
    }

    /** The 4 bytes of a text under {@code inet_aton} rules, or null. White space and what follows it is ignored. */
    static byte @Nullable [] parseLenientIpv4(String text) {
        long address = 0;
        int i = 0;
        for (int part = 0; part < IPV4_BYTES; part++) {
            int start = i;
            int radix = radixAt(text, start);
            i += radix == 16 ? 2 : 0;
            long value = 0;
            int digits = i;
            int digit;
            while (i < text.length()
                    && text.charAt(i) < 0x80
                    && (digit = Character.digit(text.charAt(i), radix)) >= 0) {
                value = value * radix + digit;
                i++;
                if (value > 0xffffffffL) {
                    return null;
                }
            }
            if (i == digits) {
                return null;
            }
            boolean dot = i < text.length() && text.charAt(i) == '.';
            if (dot && part < IPV4_BYTES - 1 && value <= 0xff) {
                address |= value << (24 - 8 * part);
                i++;
                continue;
            }
            boolean ends = i == text.length() || isSpace(text.charAt(i));
            if (!ends || value > 0xffffffffL >>> (8 * part)) {
                return null;
            }
            address |= value;
            return new byte[] {(byte) (address >> 24), (byte) (address >> 16), (byte) (address >> 8), (byte) address};
        }
        return null;
    }

    private static int radixAt(String text, int i) {
        if (i >= text.length() || text.charAt(i) != '0') {
            return 10;
        }
        boolean hex = i + 2 < text.length()
                && (text.charAt(i + 1) == 'x' || text.charAt(i + 1) == 'X')
                && text.charAt(i + 2) < 0x80
                && Character.digit(text.charAt(i + 2), 16) >= 0;
        return hex ? 16 : 8;
    }

    private static boolean isSpace(char c) {
        return c == ' ' || (c >= '\t' && c <= '\r');
    }
}

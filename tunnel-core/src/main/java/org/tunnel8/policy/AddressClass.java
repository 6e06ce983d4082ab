package org.tunnel8.policy;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What an IP address is for, as far as sending there for strangers is concerned (D16). */
public enum AddressClass {
    /** 0.0.0.0/8 and ::. */
    UNSPECIFIED,
    /** 127.0.0.0/8 and ::1. */
    LOOPBACK,
    /** 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, fc00::/7 and fec0::/10. */
    PRIVATE,
    /** 169.254.0.0/16 and fe80::/10. */
    LINK_LOCAL,
    /** 100.64.0.0/10, between a provider and its customers. */
    SHARED,
    /** 198.18.0.0/15 and 2001:2::/48. */
    BENCHMARKING,
    /** 224.0.0.0/4 and ff00::/8. */
    MULTICAST,
    /** 240.0.0.0/4 with the broadcast address, and 192.0.0.0/24. */
    RESERVED,
    /** Everything else. */
    PUBLIC;

    private static final int IPV6_BYTES = 16;

    /**
     * Sorts an address. IPv6 addresses that carry an IPv4 one (v4-mapped, NAT64, 6to4) are sorted by it: that is where
     * such a packet ends up.
     *
     * @param address the address
     * @return its class
     */
    public static AddressClass of(InetAddress address) {
        byte[] bytes = address.getAddress();
        return address instanceof Inet6Address ? ofIpv6(bytes) : ofIpv4(bytes, 0);
    }

    /**
     * Tells whether an address is an IPv6 one that does not merely carry an IPv4 one (v4-mapped).
     *
     * @param address the address
     * @return false for IPv4 and v4-mapped addresses
     */
    public static boolean isIpv6Proper(InetAddress address) {
        byte[] bytes = address.getAddress();
        return bytes.length == IPV6_BYTES && !(allZero(bytes, 0, 10) && bytes[10] == -1 && bytes[11] == -1);
    }

    private static AddressClass ofIpv4(byte[] bytes, int offset) {
        int a = bytes[offset] & 0xff;
        int b = bytes[offset + 1] & 0xff;
        int c = bytes[offset + 2] & 0xff;
        return switch (a) {
            case 0 -> UNSPECIFIED;
            case 10 -> PRIVATE;
            case 100 -> (b & 0xc0) == 64 ? SHARED : PUBLIC;
            case 127 -> LOOPBACK;
            case 169 -> b == 254 ? LINK_LOCAL : PUBLIC;
            case 172 -> (b & 0xf0) == 16 ? PRIVATE : PUBLIC;
            case 192 -> b == 168 ? PRIVATE : b == 0 && c == 0 ? RESERVED : PUBLIC;
            case 198 -> (b & 0xfe) == 18 ? BENCHMARKING : PUBLIC;
            default -> a >= 240 ? RESERVED : a >= 224 ? MULTICAST : PUBLIC;
        };
    }

    /**
     * The IPv4 address that an IPv6 one carries: where a packet to it ends up.
     *
     * @param address the address
     * @return null if it is an IPv4 address, or carries none
     */
    public static @Nullable InetAddress carriedIpv4(InetAddress address) {
        byte[] bytes = address.getAddress();
        int carried = bytes.length == IPV6_BYTES ? carriedIpv4At(bytes) : -1;
        if (carried < 0) {
            return null;
        }
        try {
            return InetAddress.getByAddress(Arrays.copyOfRange(bytes, carried, carried + 4));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }

    /** Where the carried address starts; -1 if there is none. */
    private static int carriedIpv4At(byte[] bytes) {
        int first = ((bytes[0] & 0xff) << 8) | (bytes[1] & 0xff);
        int second = ((bytes[2] & 0xff) << 8) | (bytes[3] & 0xff);
        boolean mapped = allZero(bytes, 0, 10) && bytes[10] == -1 && bytes[11] == -1;
        boolean nat64 = first == 0x0064 && second == 0xff9b && allZero(bytes, 4, 12);
        return mapped || nat64 ? 12 : first == 0x2002 ? 2 : -1;
    }

    private static AddressClass ofIpv6(byte[] bytes) {
        int carried = carriedIpv4At(bytes);
        if (carried >= 0) {
            return ofIpv4(bytes, carried);
        }
        if (allZero(bytes, 0, IPV6_BYTES - 1)) {
            return bytes[15] == 0 ? UNSPECIFIED : bytes[15] == 1 ? LOOPBACK : PUBLIC;
        }
        int first = ((bytes[0] & 0xff) << 8) | (bytes[1] & 0xff);
        int second = ((bytes[2] & 0xff) << 8) | (bytes[3] & 0xff);
        if (first == 0x2001 && second == 0x0002 && bytes[4] == 0 && bytes[5] == 0) {
            return BENCHMARKING;
        }
        if ((first & 0xfe00) == 0xfc00 || (first & 0xffc0) == 0xfec0) {
            return PRIVATE;
        }
        if ((first & 0xffc0) == 0xfe80) {
            return LINK_LOCAL;
        }
        return (first & 0xff00) == 0xff00 ? MULTICAST : PUBLIC;
    }

    private static boolean allZero(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }
}

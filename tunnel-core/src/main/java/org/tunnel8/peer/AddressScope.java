package org.tunnel8.peer;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * How far an address reaches, and so who may tell us about it.
 *
 * <p>An address is believed only from somebody who can see it: a stranger on the Internet cannot make us send into our
 * own network or to our own host by introducing a private or loopback address, while networks that lie wholly on one
 * host or in one LAN work (PROTOCOL.md §4, D19).
 */
public enum AddressScope {
    /** Nothing can be sent there: unspecified, multicast, broadcast, reserved, or port 0. */
    NONE,
    /** This host: 127/8, ::1. */
    LOOPBACK,
    /** A network behind some router: private, shared, link-local and unique local addresses. */
    PRIVATE,
    /** Everything else. */
    PUBLIC;

    /**
     * The scope of an endpoint.
     *
     * @param address the endpoint
     * @return {@link #NONE} also for port 0
     */
    public static AddressScope of(InetSocketAddress address) {
        return address.getPort() == 0 ? NONE : of(address.getAddress());
    }

    /**
     * The scope of an IP address.
     *
     * @param ip the address
     * @return how far it reaches
     */
    public static AddressScope of(InetAddress ip) {
        if (ip.isAnyLocalAddress() || ip.isMulticastAddress()) {
            return NONE;
        }
        if (ip.isLoopbackAddress()) {
            return LOOPBACK;
        }
        if (ip.isSiteLocalAddress() || ip.isLinkLocalAddress()) {
            return PRIVATE;
        }
        byte[] bytes = ip.getAddress();
        int first = bytes[0] & 0xff;
        if (ip instanceof Inet4Address) {
            if (first == 0 || first >= 240) {
                return NONE;
            }
            boolean shared = first == 100 && (bytes[1] & 0xc0) == 64;
            return shared ? PRIVATE : PUBLIC;
        }
        boolean uniqueLocal = ip instanceof Inet6Address && (first & 0xfe) == 0xfc;
        return uniqueLocal ? PRIVATE : PUBLIC;
    }

    /**
     * Tells whether somebody at an address of this scope can know addresses of another: each sees its own scope and all
     * wider ones.
     *
     * @param other the scope of what is told
     * @return true if it can
     */
    public boolean sees(AddressScope other) {
        return other != NONE && compareTo(other) <= 0;
    }
}

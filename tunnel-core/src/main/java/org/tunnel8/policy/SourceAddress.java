package org.tunnel8.policy;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * The address from which an exit sends, in each family. Thread-safe: functions only.
 */
public final class SourceAddress {
    private SourceAddress() {}

    /**
     * What to bind a socket of a family to.
     *
     * @param configured the one address that the exit was told
     * @param ipv6 the family
     * @return that address if it is of the family; else the loopback address if that one is a loopback address too, so
     *     that a node that is to stay on its host does; else the unspecified address, with which the system chooses
     */
    public static InetAddress ofFamily(InetAddress configured, boolean ipv6) {
        if (configured instanceof Inet4Address == !ipv6) {
            return configured;
        }
        byte[] address = new byte[ipv6 ? 16 : 4];
        if (configured.isLoopbackAddress()) {
            address[0] = (byte) (ipv6 ? 0 : 127);
            address[address.length - 1] = 1;
        }
        try {
            return InetAddress.getByAddress(address);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of 4 or 16 bytes is one", e);
        }
    }
}

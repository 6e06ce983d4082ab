package org.tunnel8.peer;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.tunnel8.wire.WireNumbers;

/**
 * What is likely to be in one hand: a public network (/16, IPv6 /32). Addresses that are not public tell nothing of the
 * kind, and each stands for itself, so that networks on one host or in one LAN are not taken for a single participant.
 *
 * <p>Immutable.
 *
 * @param bits the leading bits of a public address
 * @param ipv6 its family
 * @param whole the address itself if it is not public
 */
public record NetworkPrefix(
        int bits, boolean ipv6, @Nullable InetSocketAddress whole) {
    private static final int IPV4_PREFIX_BITS = 16;

    /**
     * The network of an endpoint.
     *
     * @param address the endpoint, resolved
     * @return equal for endpoints of one network
     */
    public static NetworkPrefix of(InetSocketAddress address) {
        if (AddressScope.of(address.getAddress()) != AddressScope.PUBLIC) {
            return new NetworkPrefix(0, false, address);
        }
        int leading = WireNumbers.u32(address.getAddress().getAddress(), 0);
        boolean ipv4 = address.getAddress() instanceof Inet4Address;
        return new NetworkPrefix(ipv4 ? leading >>> IPV4_PREFIX_BITS : leading, !ipv4, null);
    }
}

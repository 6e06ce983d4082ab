package org.tunnel8.policy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.IpAddress;

/**
 * A block of IP addresses, such as {@code 192.168.4.0/24} or {@code fd00::/8}. Immutable.
 *
 * @param network first address of the block
 * @param prefixBits number of leading bits that all addresses of the block share
 */
public record Cidr(InetAddress network, int prefixBits) {
    /** Checks that the prefix fits the address. */
    public Cidr {
        int bits = network.getAddress().length * 8;
        if (prefixBits < 0 || prefixBits > bits) {
            throw new IllegalArgumentException(
                    "a prefix of this address has 0 to " + bits + " bits, not " + prefixBits);
        }
    }

    /**
     * Reads a block from text; nothing is looked up.
     *
     * @param text address literal, optionally followed by a slash and the number of bits; a bare address is a block of
     *     itself
     * @return the block
     * @throws IllegalArgumentException if the text is no such block, with a message for the user
     */
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        String host = slash < 0 ? text : text.substring(0, slash);
        if (!(Address.parse(host, 0) instanceof IpAddress ip)) {
            throw new IllegalArgumentException("'" + text + "' is not an address block like 192.168.4.0/24");
        }
        InetAddress network = ip.endpoint().getAddress();
        if (slash < 0) {
            return new Cidr(network, network.getAddress().length * 8);
        }
        try {
            return new Cidr(network, Integer.parseInt(text.substring(slash + 1)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' is not an address block like 192.168.4.0/24", e);
        }
    }

    /**
     * Tells whether an address lies in the block.
     *
     * @param endpoint resolved address
     * @return true if it does; false also for the other address family
     */
    public boolean contains(InetSocketAddress endpoint) {
        byte[] own = network.getAddress();
        byte[] other = endpoint.getAddress().getAddress();
        if (own.length != other.length) {
            return false;
        }
        int whole = prefixBits / 8;
        if (!Arrays.equals(own, 0, whole, other, 0, whole)) {
            return false;
        }
        int rest = prefixBits % 8;
        return rest == 0 || ((own[whole] ^ other[whole]) & (0xff << (8 - rest)) & 0xff) == 0;
    }
}

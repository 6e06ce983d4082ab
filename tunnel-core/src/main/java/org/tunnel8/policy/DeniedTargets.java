package org.tunnel8.policy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Targets that an operator has nothing sent to: a block of addresses, on all ports or some. Immutable.
 *
 * @param block the addresses
 * @param ports the ports
 */
public record DeniedTargets(Cidr block, PortSet ports) {
    /**
     * Reads targets from text, such as {@code 203.0.113.0/24}, {@code 0.0.0.0/0:25,465} or {@code [2001:db8::/32]:80};
     * nothing is looked up.
     *
     * @param text a block, and ports after a colon; an IPv6 block with ports stands in brackets
     * @return the targets
     * @throws IllegalArgumentException if the text is no such thing, with a message for the user
     */
    public static DeniedTargets parse(String text) {
        int bracket = text.indexOf(']');
        if (text.startsWith("[") && bracket > 0) {
            String rest = text.substring(bracket + 1);
            if (!rest.isEmpty() && !rest.startsWith(":")) {
                throw new IllegalArgumentException("'" + text + "' is not a block like [2001:db8::/32]:80");
            }
            return of(text.substring(1, bracket), rest.isEmpty() ? null : rest.substring(1));
        }
        int colon = text.indexOf(':');
        boolean isIpv4WithPorts = colon >= 0 && colon == text.lastIndexOf(':');
        return isIpv4WithPorts ? of(text.substring(0, colon), text.substring(colon + 1)) : of(text, null);
    }

    private static DeniedTargets of(String block, @Nullable String ports) {
        return new DeniedTargets(Cidr.parse(block), ports == null ? PortSet.ALL : PortSet.parse(ports));
    }

    /**
     * Tells whether a target is among these, also when an IPv6 address carries the IPv4 address that is meant.
     *
     * @param target resolved address
     * @return true if nothing is to be sent there
     */
    public boolean contains(InetSocketAddress target) {
        if (!ports.contains(target.getPort())) {
            return false;
        }
        if (block.contains(target)) {
            return true;
        }
        InetAddress carried = AddressClass.carriedIpv4(target.getAddress());
        return carried != null && block.contains(new InetSocketAddress(carried, target.getPort()));
    }
}

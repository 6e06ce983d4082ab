package org.tunnel8.wire;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * A numeric endpoint.
 *
 * <p>Immutable. IPv6 stays IPv6 even where it holds a mapped IPv4 address ({@code PROTOCOL.md §2}). Scope ids do not travel.
 *
 * @param endpoint a resolved socket address, used as a plain value
 */
public record IpAddress(InetSocketAddress endpoint) implements Address {
    /** {@code 0.0.0.0:0}, the network's way to say "none". */
    public static final IpAddress UNSPECIFIED =
            new IpAddress(new InetSocketAddress(IpLiterals.toInetAddress(new byte[4]), 0));

    /** Checks that the endpoint is numeric. */
    public IpAddress {
        if (endpoint.isUnresolved()) {
            throw new IllegalArgumentException("an unresolved endpoint is not numeric");
        }
    }

    /**
     * The endpoint of an address and a port.
     *
     * @param address the address
     * @param port 0 to 65535
     * @return the endpoint
     */
    public static IpAddress of(InetAddress address, int port) {
        return new IpAddress(new InetSocketAddress(address, port));
    }

    /**
     * The IPv4 endpoint a text means under the lenient {@code inet_aton} rules: one to four numbers, decimal, octal or hexadecimal, of
     * which the last fills the remaining bytes. This is how the reference reads what goes into an {@code ipv4} field.
     *
     * @param host the text
     * @param port 0 to 65535
     * @return the endpoint
     * @throws IllegalArgumentException if the text is no such address or the port is out of range
     */
    public static IpAddress parseLenientIpv4(String host, int port) {
        byte[] address = IpLiterals.parseLenientIpv4(host);
        if (address == null) {
            throw new IllegalArgumentException("not an IPv4 address");
        }
        return of(IpLiterals.toInetAddress(address), port);
    }

    /** The address without its port. */
    public InetAddress address() {
        return endpoint.getAddress();
    }

    @Override
    public int port() {
        return endpoint.getPort();
    }

    /** Whether the address is of the IPv4 family. */
    public boolean isIpv4() {
        return address() instanceof Inet4Address;
    }

    /** Whether this is {@code 0.0.0.0:0}. An IPv6 {@code [::]:0} is not. */
    public boolean isUnspecified() {
        return equals(UNSPECIFIED);
    }

    @Override
    public String toString() {
        String host = address().getHostAddress();
        return isIpv4() ? host + ":" + port() : "[" + host + "]:" + port();
    }
}

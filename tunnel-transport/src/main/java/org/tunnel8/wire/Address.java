package org.tunnel8.wire;

import java.net.InetSocketAddress;

/**
 * Where a message comes from or goes to: a numeric endpoint, or a host name that only an exit may look up (D9).
 *
 * <p>Immutable. {@code PROTOCOL.md §2}, field {@code address}.
 */
public sealed interface Address permits IpAddress, HostAddress {
    /** The port, 0 to 65535. */
    int port();

    /**
     * The address a text means: dotted IPv4, else IPv6, else a host name taken as it stands. Nothing is ever looked up.
     *
     * <p>Only the strict forms are numeric: {@code 1.2.3}, {@code 01.2.3.4}, {@code 256.1.1.1} and {@code [::1]} are host names.
     *
     * @param host the text; may be empty, which is a host name too
     * @param port 0 to 65535
     * @return an {@link IpAddress} or a {@link HostAddress}
     * @throws IllegalArgumentException if the port is out of range or the host name cannot be sent
     */
    static Address parse(String host, int port) {
        byte[] literal = IpLiterals.parse(host);
        if (literal == null) {
            return new HostAddress(host, port);
        }
        return new IpAddress(new InetSocketAddress(IpLiterals.toInetAddress(literal), port));
    }
}

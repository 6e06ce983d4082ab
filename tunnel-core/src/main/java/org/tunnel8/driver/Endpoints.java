package org.tunnel8.driver;

import java.net.InetSocketAddress;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.HostAddress;
import org.tunnel8.wire.IpAddress;

/** Conversions between socket addresses and the wire's, in which nothing is ever looked up. Thread-safe: functions only. */
public final class Endpoints {
    private Endpoints() {}

    /**
     * Reads {@code host:port}; a name stays unresolved.
     *
     * @param text an address literal or a name, a colon, and a port
     * @return the address
     * @throws IllegalArgumentException if the text is not of that form, with a message for the user
     */
    public static InetSocketAddress parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 1) {
            throw new IllegalArgumentException("'" + text + "' is not an address like 127.0.0.1:6421");
        }
        try {
            String host = text.substring(0, colon);
            boolean bracketed = host.startsWith("[") && host.endsWith("]");
            return toSocketAddress(Address.parse(
                    bracketed ? host.substring(1, host.length() - 1) : host,
                    Integer.parseInt(text.substring(colon + 1))));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' is not an address like 127.0.0.1:6421", e);
        }
    }

    /**
     * The wire's form of a socket address.
     *
     * @param endpoint resolved, or unresolved for a name
     * @return the address
     */
    public static Address toAddress(InetSocketAddress endpoint) {
        return endpoint.isUnresolved()
                ? new HostAddress(endpoint.getHostString(), endpoint.getPort())
                : new IpAddress(endpoint);
    }

    /**
     * The socket address of the wire's form.
     *
     * @param address an address
     * @return resolved, or unresolved for a name
     */
    public static InetSocketAddress toSocketAddress(Address address) {
        return address instanceof IpAddress ip
                ? ip.endpoint()
                : InetSocketAddress.createUnresolved(((HostAddress) address).host(), ((HostAddress) address).port());
    }
}

package org.tunnel8;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.tunnel8.stream.HttpExchanges;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.HostAddress;

/**
 * A URI as what goes to an exit: whom to ask, and the bytes to write. Immutable.
 *
 * <p>The headers are the same for all users and for all runs, but for the server's own name. The name is not looked up.
 *
 * @param target the server
 * @param request the request
 */
record HttpQuestion(Address target, ByteString request) {
    private static final int DEFAULT_PORT = 80;
    private static final int MAX_PORT = 65_535;
    /** Names no version, no system and no user. */
    private static final String USER_AGENT = "Tunnel8";

    /**
     * Makes a GET of a URI.
     *
     * @throws IllegalArgumentException if it is none of plain HTTP that fits into one cell
     */
    static HttpQuestion get(URI uri) {
        if (!"http".equals(uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException("exits carry plain http alone, not " + uri.getScheme());
        }
        URI ascii = URI.create(uri.toASCIIString());
        String host = ascii.getHost();
        if (host == null || ascii.getRawUserInfo() != null) {
            throw new IllegalArgumentException("an http URI names a host, and no user");
        }
        int port = ascii.getPort() < 0 ? DEFAULT_PORT : ascii.getPort();
        if (port == 0 || port > MAX_PORT) {
            throw new IllegalArgumentException("port " + port + " is none of TCP");
        }
        boolean bracketed = host.startsWith("[");
        Address target = Address.parse(bracketed ? host.substring(1, host.length() - 1) : host, port);
        if (bracketed && target instanceof HostAddress) {
            throw new IllegalArgumentException("what stands in brackets is not an IPv6 address");
        }
        String path = ascii.getRawPath().isEmpty() ? "/" : ascii.getRawPath();
        String text = "GET " + path + (ascii.getRawQuery() == null ? "" : "?" + ascii.getRawQuery()) + " HTTP/1.1\r\n"
                + "Host: " + host + (port == DEFAULT_PORT ? "" : ":" + port) + "\r\n"
                + "User-Agent: " + USER_AGENT + "\r\n"
                + "Connection: close\r\n\r\n";
        ByteString request = ByteString.of(text.getBytes(StandardCharsets.US_ASCII));
        boolean isNameTooLong = target instanceof HostAddress name && name.hostBytes() > HttpExchanges.MAX_HOST_BYTES;
        if (isNameTooLong || request.length() > HttpExchanges.MAX_REQUEST_BYTES) {
            throw new IllegalArgumentException("the URI is too long: with its headers the request has "
                    + request.length() + " bytes, and " + HttpExchanges.MAX_REQUEST_BYTES + " fit into a cell");
        }
        return new HttpQuestion(target, request);
    }
}

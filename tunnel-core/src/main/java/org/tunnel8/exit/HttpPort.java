package org.tunnel8.exit;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * What an exit that performs HTTP exchanges asks of the edge: TCP connections that carry one request each. Every call
 * returns at once; what comes of it is told to {@link HttpExit}.
 *
 * <p>Engine thread only.
 */
public interface HttpPort {
    /**
     * The address that connections come from, by which targets are judged (D16).
     *
     * @param ipv6 whether it is for IPv6 targets
     * @return the address; unspecified if the system chooses
     */
    InetAddress connectionSource(boolean ipv6);

    /**
     * Connects to a server and writes a request as it is; {@link HttpExit#onReplyBytes} and {@link
     * HttpExit#onConnectionEnded} follow.
     *
     * @param connection number by which the connection is spoken of from now on; never used twice
     * @param to resolved address of the server
     * @param request what to write
     */
    void connect(long connection, InetSocketAddress to, byte[] request);

    /**
     * Closes a connection, open or still opening; nothing is told of it any more.
     *
     * @param connection its number
     */
    void disconnect(long connection);
}

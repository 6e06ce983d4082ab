package org.tunnel8.exit;

import java.net.InetSocketAddress;

/**
 * What an exit asks of the edge: sockets to the outside and names resolved. Every call returns at once; what comes of it
 * is told to {@link ExitService}.
 *
 * <p>Engine thread only.
 */
public interface OutsidePort {
    /**
     * Asks for an outside socket; {@link ExitService#onSocketOpened} or {@link ExitService#onSocketFailed} follows.
     *
     * @param socket number by which the socket is spoken of from now on; never used twice
     * @param ipv6 whether it is for IPv6 targets
     */
    void open(long socket, boolean ipv6);

    /**
     * Sends a datagram from an open outside socket.
     *
     * @param socket its number
     * @param to resolved target
     * @param buffer holds the payload; valid only during the call
     * @param offset where it starts
     * @param length its bytes
     */
    void send(long socket, InetSocketAddress to, byte[] buffer, int offset, int length);

    /**
     * Closes an outside socket, open or still opening.
     *
     * @param socket its number
     */
    void close(long socket);

    /**
     * Asks for the addresses of a host name; {@link ExitService#onResolved} follows.
     *
     * @param host the name
     */
    void resolve(String host);
}

package org.tunnel8.time;

import java.net.InetSocketAddress;

/**
 * Takes the datagrams that protocol components send over the node's own port.
 *
 * <p>Engine thread only. In production the UDP transport stands behind it, in a simulation a virtual network, under
 * test a recorder.
 */
@FunctionalInterface
public interface DatagramSink {
    /**
     * Sends one datagram, or drops it; never blocks and never throws for what the network does.
     *
     * @param to resolved address
     * @param buffer holds the datagram; valid only during the call, and the callee may not change it
     * @param offset first byte
     * @param length number of bytes
     */
    void send(InetSocketAddress to, byte[] buffer, int offset, int length);
}

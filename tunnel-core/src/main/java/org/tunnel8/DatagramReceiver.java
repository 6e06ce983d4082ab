package org.tunnel8;

import java.net.InetSocketAddress;

/** Takes datagrams that come back through the tunnel, on the client's callback thread. */
@FunctionalInterface
public interface DatagramReceiver {
    /**
     * Takes one datagram.
     *
     * @param origin who sent it to the exit, as the exit says; unresolved if the exit gives a name
     * @param buffer holds the payload; valid only during the call
     * @param offset where the payload starts
     * @param length its bytes
     */
    void onDatagram(InetSocketAddress origin, byte[] buffer, int offset, int length);
}

package org.tunnel8.transport;

import java.net.InetSocketAddress;

/**
 * Takes what arrives at a {@link DatagramPort}.
 *
 * <p>Both methods are called on the thread of the port's loop only.
 */
public interface DatagramListener {
    /**
     * Takes one datagram.
     *
     * <p>The datagram is {@code buffer[offset, offset + length)}, of 0 to {@link DatagramPort#MAX_RECEIVED_BYTES} bytes. At least
     * {@code Headroom.FRONT_BYTES} bytes before it and {@code Headroom.BACK_BYTES} bytes behind it are free, and all of the buffer may
     * be overwritten during the call. The buffer is used again for the next datagram: it must not be kept.
     *
     * <p>Whatever the bytes, nothing should be thrown; what is thrown nevertheless is counted and logged, and the port goes on.
     *
     * @param from where the datagram says it comes from, resolved
     * @param buffer holds the datagram, and room around it
     * @param offset where the datagram starts
     * @param length its length in bytes
     */
    void onDatagram(InetSocketAddress from, byte[] buffer, int offset, int length);

    /**
     * Takes news about the port itself, at most one of a kind in ten seconds; does nothing unless overridden.
     *
     * @param event what happened
     */
    default void onTransportEvent(TransportEvent event) {}
}

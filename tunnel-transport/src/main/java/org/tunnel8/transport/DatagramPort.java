package org.tunnel8.transport;

import java.net.InetSocketAddress;

/**
 * Sends datagrams from one local address, and hands what arrives there to its {@link DatagramListener}.
 *
 * <p>{@link #send} belongs to the thread of the port's loop; the other methods may be called by any thread.
 */
public interface DatagramPort extends AutoCloseable {
    /** No datagram over this size is sent, in bytes, unless the port is set up to: some deployed nodes cut what is longer ({@code D4}). */
    int MAX_SENT_BYTES = 2_048;

    /** Datagrams up to this size are received, in bytes; longer ones are cut by the system, counted and dropped ({@code D4}). */
    int MAX_RECEIVED_BYTES = 8_192;

    /**
     * Returns the address that the port is bound to, with the port number in use.
     *
     * @return the local address
     */
    InetSocketAddress localAddress();

    /**
     * Sends a datagram with the others of this turn of the loop; never blocks and never throws because of the network
     * ({@code FR-002}).
     *
     * <p>The bytes are copied before the call returns. What cannot be sent is counted and dropped: nothing, or more than
     * {@link #MAX_SENT_BYTES} bytes or what the port is set to, an address that this port cannot reach, a full queue, a closed port. Passing errors of the
     * system are retried ({@code FR-004}); lasting ones are counted and reported as {@link TransportEvent.SendFailing}. Datagrams to
     * one destination leave in the order of the calls, as long as none has to be retried.
     *
     * @param to the destination, resolved
     * @param buffer holds the datagram
     * @param offset where it starts
     * @param length its length in bytes
     * @throws IllegalStateException if called by another thread than the loop's
     * @throws IllegalArgumentException if {@code to} is unresolved
     * @throws IndexOutOfBoundsException if the range is not within the buffer
     */
    void send(InetSocketAddress to, byte[] buffer, int offset, int length);

    /**
     * Returns what was counted so far, also after the port was closed.
     *
     * @return a snapshot, not necessarily of one instant
     */
    TransportCounters counters();

    /**
     * Tells whether more can be sent without risking that it is dropped: less than half of the send queue is taken.
     *
     * @return whether there is room
     */
    boolean isWritable();

    /**
     * Sends what was handed over before, as far as the system takes it at once, and closes the port.
     *
     * <p>On the loop's thread the port is closed when this returns, else soon after. Closing twice does nothing.
     */
    @Override
    void close();
}

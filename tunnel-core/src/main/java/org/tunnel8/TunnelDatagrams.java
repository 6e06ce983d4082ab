package org.tunnel8;

import java.net.InetSocketAddress;

/**
 * Raw datagrams through the tunnel: one flow, as one UDP socket would be.
 *
 * <p>Exits pass only what looks like uTP, a UDP tracker's, the DHT's or IPv8 (PROTOCOL.md §10). Thread-safe.
 */
public interface TunnelDatagrams extends AutoCloseable {
    /** The most payload that fits into a 2,048-byte datagram through three hops to an IPv6 target (D4). */
    int MAX_PAYLOAD_BYTES = 2_048 - 29 - 3 * 24 - 27;

    /**
     * Sends one datagram; never blocks.
     *
     * @param target where the exit is to send it; an unresolved address is passed on as the name, and resolved by the
     *     exit alone
     * @param buffer holds the payload; not kept
     * @param offset where it starts
     * @param length its bytes, at most {@link #MAX_PAYLOAD_BYTES}; less by what a name has above 14 bytes
     * @return false if it was not taken: the queue is full, the flow or its client is closed, the datagram is too large,
     *     or no such name can be sent. True does not mean that it arrives, or that there is a circuit: {@link
     *     TunnelStatus#drops()} counts what is lost
     * @throws IndexOutOfBoundsException if offset and length do not lie within the buffer
     */
    boolean send(InetSocketAddress target, byte[] buffer, int offset, int length);

    /**
     * Says who takes what comes back, instead of whom was named before; without, it is dropped and counted.
     *
     * @param receiver takes the datagrams, on the client's callback thread: one that is slow loses some, counted
     */
    void onDatagram(DatagramReceiver receiver);

    /** Ends the flow; the receiver hears nothing more that was not under way already. Repeated calls do nothing. */
    @Override
    void close();
}

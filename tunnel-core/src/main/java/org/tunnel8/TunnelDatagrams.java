package org.tunnel8;

import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;

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
     * @return false if it was not taken: the queue is full (see {@link #whenRoom}), the flow or its client is closed, the datagram is too large,
     *     or no such name can be sent. True does not mean that it arrives, or that there is a circuit: {@link
     *     TunnelStatus#drops()} counts what is lost
     * @throws IndexOutOfBoundsException if offset and length do not lie within the buffer
     */
    boolean send(InetSocketAddress target, byte[] buffer, int offset, int length);

    /**
     * Waits for room, without blocking: how a sender learns of back-pressure. While the client's own line is full, because
     * the system takes less than is sent or {@link TunnelClientBuilder#bandwidth} is used up, datagrams wait, up to 1,024
     * of a flow, and then {@link #send} returns false; nothing that was taken is dropped for that reason. A sender that
     * wants to lose nothing stops at the first false and goes on when this completes.
     *
     * @return completes when no more than half of the queue is taken, at once if that is so; on a thread of the common
     *     pool. Fails with a {@link TunnelException} of kind CLOSED if the flow or its client is closed. Where {@link
     *     #send} returned false for another reason, such as a datagram that is too large, it completes as well
     */
    CompletableFuture<Void> whenRoom();

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

package org.tunnel8.cell;

import java.net.InetSocketAddress;

/**
 * The way back to the owner of a circuit of which this node is the end, as the services behind that end see it.
 *
 * <p>Engine thread only.
 */
public interface JoinedPath {
    /**
     * The address of the previous hop, from which the create came.
     *
     * @return resolved address
     */
    InetSocketAddress previousHop();

    /**
     * Sends a message to the circuit's owner, sealed in a BACKWARD layer. Does nothing once the path is closed.
     *
     * @param buffer holds the message with room in front and behind ({@code Headroom}); overwritten
     * @param offset where the message (its id) starts
     * @param length bytes of the message
     */
    void sendBack(byte[] buffer, int offset, int length);

    /** Notes that the owner uses the circuit: it is not idle (PROTOCOL.md §9). */
    void touch();

    /**
     * Counts bytes towards the traffic limit of the circuit, besides those of the owner's cells.
     *
     * @param bytes number of bytes taken from the outside, or made here
     */
    void carried(int bytes);
}

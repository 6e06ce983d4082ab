package org.tunnel8.cell;

import java.net.InetSocketAddress;
import org.tunnel8.crypto.PublicKey;

/**
 * Whatever a circuit id of this node stands for: a relayed direction, a joined circuit's end, an own circuit, or an
 * attempt that waits for its created.
 *
 * <p>Engine thread only.
 */
public interface CellEndpoint {
    /**
     * Takes a cell that bears this endpoint's circuit id.
     *
     * @param from the address it came from; anybody's, nothing is proven by it
     * @param buffer holds the whole cell with room in front and behind ({@code Headroom}); may be overwritten, is not
     *     kept
     * @param offset where the cell's frame starts
     * @param length bytes of the whole cell, at least {@code CellFrame.HEADER_BYTES} + 1
     */
    void onCell(InetSocketAddress from, byte[] buffer, int offset, int length);

    /**
     * Tells whether a key is that of the neighbour on this circuit id, who alone may destroy it (PROTOCOL.md §8).
     *
     * @param key the key that a destroy claims to be signed with
     * @return true if it is
     */
    boolean isNeighbour(PublicKey key);

    /**
     * Takes a destroy for this endpoint's circuit id, from the neighbour, whose signature has been verified.
     *
     * @param reason reason code of the message
     */
    void onDestroy(int reason);
}

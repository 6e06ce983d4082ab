package org.tunnel8.cell;

import java.net.InetSocketAddress;
import org.tunnel8.wire.cell.HttpRequest;

/**
 * What a node does with the data that owners send to the end of their circuits: the exit.
 *
 * <p>Engine thread only.
 */
public interface JoinedService {
    /**
     * Takes a data message out of a circuit of which this node is the end.
     *
     * @param path the circuit; the same object for all its messages
     * @param from the address the cell came from
     * @param buffer holds the message with room in front and behind; may be overwritten, is not kept
     * @param offset where the message (its id) starts
     * @param length bytes of the message
     */
    void onData(JoinedPath path, InetSocketAddress from, byte[] buffer, int offset, int length);

    /**
     * Takes a request for an HTTP exchange out of a circuit of which this node is the end.
     *
     * @param path the circuit; the same object for all its messages
     * @param request the request
     */
    void onHttpRequest(JoinedPath path, HttpRequest request);

    /**
     * Learns that a circuit has ended or has been extended beyond this node: whatever is held for it goes.
     *
     * @param path the circuit
     */
    void onPathClosed(JoinedPath path);
}

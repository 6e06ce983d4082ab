package org.tunnel8.simulation;

import java.net.InetSocketAddress;

/** Takes the TCP connections of an exit that performs HTTP exchanges; what it answers is told to the node's engine. */
@FunctionalInterface
public interface OutsideConnections {
    /**
     * The exit connects and writes a request.
     *
     * @param exit whose connection it is
     * @param connection its number at that exit, never used twice
     * @param to the server
     * @param request what is written
     */
    void connect(SimulatedNode exit, long connection, InetSocketAddress to, byte[] request);

    /**
     * The exit closes a connection, answered or not.
     *
     * @param exit whose connection it is
     * @param connection its number
     */
    default void disconnect(SimulatedNode exit, long connection) {}
}

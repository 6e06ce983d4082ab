package org.tunnel8.shaping;

import java.net.InetSocketAddress;
import org.tunnel8.time.DatagramSink;

/**
 * Where others' traffic leaves the node: its own port, and an exit's outside sockets.
 *
 * <p>Engine thread only; every call returns at once.
 */
public interface Outlet {
    /**
     * Tells whether what is sent now will not be dropped for want of room.
     *
     * @return false while the system takes less than we send
     */
    boolean hasRoom();

    /**
     * Sends from the node's own port.
     *
     * @param to resolved address
     * @param buffer holds the datagram; valid only during the call
     * @param offset where it starts
     * @param length its bytes
     */
    void send(InetSocketAddress to, byte[] buffer, int offset, int length);

    /**
     * Sends from an outside socket, or drops the datagram if that has been closed meanwhile.
     *
     * @param socket the socket's number
     * @param to resolved address
     * @param buffer holds the datagram; valid only during the call
     * @param offset where it starts
     * @param length its bytes
     */
    void send(long socket, InetSocketAddress to, byte[] buffer, int offset, int length);

    /**
     * An outlet without outside sockets whose port takes everything.
     *
     * @param port takes what is sent from the node's own port
     * @return the outlet; what is sent from an outside socket goes nowhere
     */
    static Outlet of(DatagramSink port) {
        return new Outlet() {
            @Override
            public boolean hasRoom() {
                return true;
            }

            @Override
            public void send(InetSocketAddress to, byte[] buffer, int offset, int length) {
                port.send(to, buffer, offset, length);
            }

            @Override
            public void send(long socket, InetSocketAddress to, byte[] buffer, int offset, int length) {}
        };
    }
}

package org.tunnel8.engine;

import org.tunnel8.exit.HttpPort;
import org.tunnel8.exit.OutsidePort;
import org.tunnel8.time.DatagramSink;

/**
 * All that the engine can do to the world: send datagrams from its own port, use outside sockets and
 * connections, have names resolved.
 *
 * <p>Called on the engine's thread only; every call returns at once and never throws. In production the driver stands
 * behind it, in a simulation a virtual network.
 */
public interface Effects extends DatagramSink, OutsidePort, HttpPort {
    /**
     * Asks for the addresses of a bootstrap server's host name; {@link TunnelEngine#onBootstrapResolved} follows. These
     * are the only names that a client looks up locally (D6).
     *
     * @param host the name
     */
    void resolveBootstrap(String host);

    /**
     * Tells whether what is sent now will not be dropped for want of room.
     *
     * @return false while the system takes less than the engine sends
     */
    default boolean hasRoom() {
        return true;
    }
}

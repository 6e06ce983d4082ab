package org.tunnel8.proxy;

import org.jspecify.annotations.Nullable;
import org.tunnel8.wire.Address;

/**
 * What the proxy needs of the tunnels: flows of datagrams that leave the network at an exit.
 *
 * <p>Every call in either direction happens on the transport loop's thread. Buffers are valid only during the call,
 * have {@link org.tunnel8.wire.Headroom} around the datagram, and may be overwritten by the callee.
 */
public interface DatagramTunnel {
    /**
     * Opens a flow: datagrams that share a circuit and get their answers back together. It opens whether or not a
     * circuit is ready, since which circuit carries it may change at any time.
     *
     * @param listener takes what comes back, and the news that the tunnel has ended the flow
     * @param isolationKey flows of different keys never share a circuit; null for those that need no isolation (D15)
     * @return the open flow
     */
    Flow open(FlowListener listener, @Nullable String isolationKey);

    /** An open flow, as its user holds it. */
    interface Flow {
        /**
         * Tells whether the line takes more at the moment. What is sent while it does not may be lost without anybody
         * counting it.
         *
         * @return false while it is full
         */
        boolean hasRoom();

        /**
         * Sends one datagram, or drops it; never blocks.
         *
         * @param target where the exit is to send it; a host name is resolved there and nowhere else
         * @param buffer holds the payload, with headroom
         * @param offset first byte of the payload
         * @param length number of bytes
         * @return false if no circuit can carry it now or it is too large; the tunnel has counted that
         */
        boolean send(Address target, byte[] buffer, int offset, int length);

        /** Ends the flow; nothing is delivered to its listener afterwards. Does nothing if it has ended. */
        void close();
    }

    /** The other end of a flow. */
    interface FlowListener {
        /**
         * Takes one datagram that came back.
         *
         * @param origin who sent it to the exit
         * @param buffer holds the payload, with headroom
         * @param offset first byte of the payload
         * @param length number of bytes
         */
        void onDatagram(Address origin, byte[] buffer, int offset, int length);

        /**
         * The flow's circuit has failed. What is sent from now on leaves at another exit, so that partners take it for
         * somebody else's.
         */
        default void onMoved() {}

        /** The tunnel has ended the flow of its own accord. Not called while it opens, nor after {@link Flow#close()}. */
        void onClosed();
    }
}

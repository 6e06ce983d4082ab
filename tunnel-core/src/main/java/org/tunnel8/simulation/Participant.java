package org.tunnel8.simulation;

import java.net.InetSocketAddress;

/** What sits on a port of a {@link SimulatedHost}. Called by the network only, on the thread that runs it. */
public interface Participant {
    /**
     * When it wants to be run next.
     *
     * @return nanoseconds since the network's start; {@link Long#MAX_VALUE} if nothing is pending
     */
    default long nextDeadlineNanos() {
        return Long.MAX_VALUE;
    }

    /**
     * Does what is due.
     *
     * @param nowNanos the time
     */
    default void onDeadline(long nowNanos) {}

    /**
     * Takes a datagram.
     *
     * @param nowNanos the time
     * @param from where it comes from, as it is seen here
     * @param buffer holds it, with 512 free bytes in front and 64 behind; may be overwritten, is not to be kept
     * @param offset its first byte
     * @param length its bytes
     */
    void onDatagram(long nowNanos, InetSocketAddress from, byte[] buffer, int offset, int length);
}

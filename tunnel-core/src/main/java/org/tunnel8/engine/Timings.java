package org.tunnel8.engine;

import org.tunnel8.circuit.CloseReason;

/**
 * Takes what an engine measures of its circuits and peers, for histograms. Called on the engine's thread, and on its
 * control path only: never once for each packet.
 */
public interface Timings {
    /** Takes nothing. */
    Timings NONE = new Timings() {};

    /**
     * A circuit of the node's own can be used.
     *
     * @param hops 1 to 3
     * @param tookNanos since its building began
     */
    default void circuitReady(int hops, long tookNanos) {}

    /**
     * A circuit of the node's own has ended.
     *
     * @param hops how many it was to have, 1 to 3
     * @param reason why
     */
    default void circuitClosed(int hops, CloseReason reason) {}

    /**
     * A hop was added to a circuit.
     *
     * @param position 1 to 3
     * @param tookNanos since it was asked
     */
    default void hopAdded(int position, long tookNanos) {}

    /**
     * A circuit ended while a hop was being added, not because it was not wanted any more.
     *
     * @param position 1 to 3
     * @param reason why
     * @param afterNanos since the hop was asked
     */
    default void hopFailed(int position, CloseReason reason, long afterNanos) {}

    /**
     * A ping was answered through a circuit.
     *
     * @param hops how many it has, 1 to 3
     * @param nanos since it was sent
     */
    default void circuitRoundTrip(int hops, long nanos) {}

    /**
     * A peer has answered.
     *
     * @param nanos since it was asked
     */
    default void peerRoundTrip(long nanos) {}
}

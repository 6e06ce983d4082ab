package org.tunnel8.circuit;

import org.tunnel8.wire.Address;
import org.tunnel8.wire.cell.HttpResponse;

/** Hears what becomes of own circuits and what comes out of them. Called on the engine's thread. */
public interface CircuitListener {
    /**
     * All hops have answered and proved to hold their keys: the circuit can be used.
     *
     * @param circuit the circuit
     */
    void onReady(Circuit circuit);

    /**
     * A hop was added to a circuit.
     *
     * @param circuit the circuit, which has it already
     * @param tookNanos since it was asked
     */
    default void onHopAdded(Circuit circuit, long tookNanos) {}

    /**
     * A circuit is about to end while a hop is being added, and not because it is not wanted any more.
     *
     * @param circuit the circuit, with the hops it has so far
     * @param reason why
     * @param afterNanos since the hop was asked
     */
    default void onHopFailed(Circuit circuit, CloseReason reason, long afterNanos) {}

    /**
     * A ping was answered through a circuit.
     *
     * @param circuit the circuit
     * @param nanos since it was sent
     */
    default void onRoundTrip(Circuit circuit, long nanos) {}

    /**
     * The next hop of a circuit takes longer than hops do; another circuit may be quicker.
     *
     * @param circuit the circuit, which is still being built
     */
    default void onSlow(Circuit circuit) {}

    /**
     * A circuit has fallen silent and is being probed (D1).
     *
     * @param circuit the circuit
     */
    default void onSuspect(Circuit circuit) {}

    /**
     * A ready circuit is not to be relied on any more: it answers no probe, or does not do its part. It may recover.
     *
     * @param circuit the circuit
     */
    default void onFailing(Circuit circuit) {}

    /**
     * A circuit has ended; it is not in the table any more.
     *
     * @param circuit the circuit
     * @param reason why
     */
    void onClosed(Circuit circuit, CloseReason reason);

    /**
     * Application data has come back through a circuit.
     *
     * @param circuit the circuit
     * @param origin who sent it to the exit, as the exit says
     * @param buffer holds the payload with room in front and behind; may be overwritten, is not kept
     * @param offset where the payload starts
     * @param length its bytes
     */
    void onData(Circuit circuit, Address origin, byte[] buffer, int offset, int length);

    /**
     * A part of an answer to an HTTP request has come back through a circuit.
     *
     * @param circuit the circuit
     * @param response the part
     */
    void onHttpResponse(Circuit circuit, HttpResponse response);
}

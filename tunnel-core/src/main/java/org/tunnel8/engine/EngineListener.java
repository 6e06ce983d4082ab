package org.tunnel8.engine;

import org.jspecify.annotations.Nullable;
import org.tunnel8.circuit.Circuit;
import org.tunnel8.circuit.CloseReason;
import org.tunnel8.walk.NatEvidence;
import org.tunnel8.walk.NatType;

/** Hears what happens in an engine. Called on the engine's thread. */
public interface EngineListener {
    /**
     * Who takes what the engine measures.
     *
     * @return the same object each time
     */
    default Timings timings() {
        return Timings.NONE;
    }

    /**
     * A circuit of the node's own can be used.
     *
     * @param circuit the circuit
     */
    default void onCircuitReady(Circuit circuit) {}

    /**
     * A circuit of the node's own has ended.
     *
     * @param circuit the circuit
     * @param reason why
     */
    default void onCircuitClosed(Circuit circuit, CloseReason reason) {}

    /**
     * Flows have left a circuit of the node's own: they are on another, or wait for one.
     *
     * @param from the circuit they were on, which may live
     * @param flows how many, at least one
     * @param reason why
     */
    default void onFlowsMoved(Circuit from, int flows, CloseReason reason) {}

    /**
     * The number of known peers has changed.
     *
     * @param peers how many are known now
     */
    default void onPeers(int peers) {}

    /** There is no way into the network, until {@link #onRecovered} (edge case 1). */
    default void onDegraded() {}

    /**
     * Somebody answers again.
     *
     * @param afterNanos time since {@link #onDegraded}
     */
    default void onRecovered(long afterNanos) {}

    /**
     * What the node is behind was told, or turned out to be something else (edge case 2).
     *
     * @param type what it is now
     * @param evidence what tells
     */
    default void onNatType(NatType type, NatEvidence evidence) {}

    /**
     * Punctures began to fail for more than half of the peers that need one, or no longer do (edge case 2).
     *
     * @param failing true if they do
     * @param evidence how many did
     */
    default void onPuncturesFailing(boolean failing, NatEvidence evidence) {}

    /**
     * The reason has changed for which no circuit of the node's own can be used, or nothing be sent.
     *
     * @param trouble what it is now; null if nothing stands in the way any more
     */
    default void onTrouble(@Nullable Trouble trouble) {}

    /** What may be carried for others is used up, until there is a new quota. */
    default void onQuotaUsedUp() {}

    /** After {@link #onQuotaUsedUp}, others' traffic is carried again. */
    default void onQuotaRenewed() {}
}

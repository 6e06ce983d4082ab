package org.tunnel8.meters;

import org.tunnel8.circuit.Circuit;

/** How a circuit of the node's own is. */
enum CircuitCondition {
    /** Hops are being added. */
    EXTENDING,
    /** It carries. */
    READY,
    /** It has fallen silent and is probed (D1). */
    SUSPECT,
    /** Probes went unanswered: flows leave it. */
    FAILING,
    /** It answers, but loses, damages or repeats far more than circuits do (D11). */
    POOR;

    static CircuitCondition of(Circuit circuit) {
        if (circuit.state() != Circuit.State.READY) {
            return EXTENDING;
        }
        if (circuit.isFailing()) {
            return FAILING;
        }
        if (circuit.isPoor()) {
            return POOR;
        }
        return circuit.isSuspect() ? SUSPECT : READY;
    }
}

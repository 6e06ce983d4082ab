package org.tunnel8.simulation;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.tunnel8.circuit.Circuit;
import org.tunnel8.circuit.CloseReason;
import org.tunnel8.engine.EngineListener;
import org.tunnel8.walk.NatEvidence;
import org.tunnel8.walk.NatType;

/** Tells the watches of the measured client's circuits and peers, and of what it believes to be behind. */
final class ClientEar implements EngineListener {
    final NatWatch.Ear nat;
    private final CircuitWatch circuits;

    @Nullable
    ClientWatch watch;

    ClientEar(NatWatch.Ear nat, CircuitWatch circuits) {
        this.nat = nat;
        this.circuits = circuits;
    }

    @Override
    public void onCircuitReady(Circuit circuit) {
        Objects.requireNonNull(watch).circuitReady();
        circuits.ready(circuit);
    }

    @Override
    public void onCircuitClosed(Circuit circuit, CloseReason reason) {
        circuits.closed(circuit, reason);
    }

    @Override
    public void onPeers(int peers) {
        circuits.peers(peers);
    }

    @Override
    public void onNatType(NatType type, NatEvidence evidence) {
        nat.onNatType(type, evidence);
    }
}

package org.tunnel8;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tunnel8.circuit.Circuit;
import org.tunnel8.circuit.CircuitPool;
import org.tunnel8.circuit.CloseReason;
import org.tunnel8.driver.EngineDriver;
import org.tunnel8.engine.EngineListener;
import org.tunnel8.engine.Timings;
import org.tunnel8.engine.Trouble;
import org.tunnel8.transport.TransportEvent;
import org.tunnel8.walk.NatEvidence;
import org.tunnel8.walk.NatType;

/** Turns what engine and transport tell into a client's state and events. Loop thread only. */
final class ClientEvents implements EngineListener {
    private final Parts parts;
    private final ClientLife life;
    private final Consumer<TunnelEvent> tell;

    /** What the client is made of and what can be told only later than it is asked for: driver and listener need each other. */
    interface Parts {
        EngineDriver driver();

        TroubleReport troubles();

        Timings timings();

        /** A circuit has come up for which streams may have waited. */
        void circuitReady();
    }

    ClientEvents(Parts parts, ClientLife life, Consumer<TunnelEvent> tell) {
        this.parts = parts;
        this.life = life;
        this.tell = tell;
    }

    private long nowNanos() {
        return parts.driver().nowNanos();
    }

    private int readyCircuits() {
        CircuitPool pool = parts.driver().engine().circuits();
        return pool == null ? 0 : pool.ready();
    }

    @Override
    public Timings timings() {
        return parts.timings();
    }

    @Override
    public void onCircuitReady(Circuit circuit) {
        tell.accept(new TunnelEvent.CircuitReady(circuit.hops(), Duration.ofNanos(circuit.buildNanos())));
        parts.circuitReady();
        long lackedNanos = readyCircuits() > 0 ? life.hasCircuit(nowNanos()) : -1;
        if (lackedNanos >= 0) {
            tell.accept(new TunnelEvent.Ready(Duration.ofNanos(lackedNanos)));
        }
    }

    @Override
    public void onCircuitClosed(Circuit circuit, CloseReason reason) {
        tell.accept(new TunnelEvent.CircuitClosed(circuit.hops(), reason.name(), circuit.buildNanos() > 0));
        if (readyCircuits() == 0 && life.hasNoCircuit(nowNanos())) {
            tell.accept(new TunnelEvent.Unavailable());
        }
    }

    @Override
    public void onFlowsMoved(Circuit from, int flows, CloseReason reason) {
        tell.accept(new TunnelEvent.FlowsMoved(flows, reason.name()));
    }

    @Override
    public void onTrouble(@Nullable Trouble trouble) {
        tell.accept(new TunnelEvent.TroubleChanged(
                Optional.ofNullable(parts.troubles().of(trouble))));
    }

    @Override
    public void onPeers(int peers) {
        tell.accept(new TunnelEvent.PeersChanged(peers));
    }

    @Override
    public void onDegraded() {
        tell.accept(new TunnelEvent.Degraded(
                parts.driver().engine().discoveryStatus().whyDegraded()));
    }

    @Override
    public void onRecovered(long afterNanos) {
        tell.accept(new TunnelEvent.Recovered(Duration.ofNanos(afterNanos)));
    }

    @Override
    public void onNatType(NatType type, NatEvidence evidence) {
        tell.accept(new TunnelEvent.NatChanged(nat()));
    }

    @Override
    public void onPuncturesFailing(boolean failing, NatEvidence evidence) {
        tell.accept(failing ? new TunnelEvent.PuncturesFailing(nat()) : new TunnelEvent.PuncturesRecovered(nat()));
    }

    private NatStatus nat() {
        return StatusReport.natOf(parts.driver().engine().discoveryStatus());
    }

    void onTransportEvent(TransportEvent event) {
        if (event instanceof TransportEvent.SendFailing failing) {
            tell.accept(new TunnelEvent.SendFailing(failing.failure().name(), failing.datagrams()));
            if (parts.driver().running() != null) {
                parts.driver().engine().onSendFailing(nowNanos(), failing.datagrams());
            }
        } else if (event instanceof TransportEvent.PortLost) {
            tell.accept(new TunnelEvent.PortLost());
            if (parts.driver().running() != null) {
                parts.driver().engine().onPortLost(nowNanos());
            }
        }
    }
}

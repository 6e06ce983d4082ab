package org.tunnel8.engine;

import org.tunnel8.walk.DiscoveryListener;
import org.tunnel8.walk.NatEvidence;
import org.tunnel8.walk.NatType;

/** Passes on what getting known asks for and tells. Engine thread only. */
record DiscoveryEvents(Effects effects, EngineListener listener) implements DiscoveryListener {
    @Override
    public void resolve(String host) {
        effects.resolveBootstrap(host);
    }

    @Override
    public void degraded() {
        listener.onDegraded();
    }

    @Override
    public void recovered(long afterNanos) {
        listener.onRecovered(afterNanos);
    }

    @Override
    public void roundTrip(long nanos) {
        listener.timings().peerRoundTrip(nanos);
    }

    @Override
    public void natTypeChanged(NatType type, NatEvidence evidence) {
        listener.onNatType(type, evidence);
    }

    @Override
    public void puncturesFailing(boolean failing, NatEvidence evidence) {
        listener.onPuncturesFailing(failing, evidence);
    }
}

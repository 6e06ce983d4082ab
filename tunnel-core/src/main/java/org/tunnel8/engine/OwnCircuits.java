package org.tunnel8.engine;

import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.tunnel8.circuit.Circuit;
import org.tunnel8.circuit.CircuitListener;
import org.tunnel8.circuit.CircuitPool;
import org.tunnel8.circuit.CloseReason;
import org.tunnel8.circuit.FlowTable;
import org.tunnel8.metrics.Counters;
import org.tunnel8.stream.HttpExchanges;
import org.tunnel8.time.Deadlines;
import org.tunnel8.walk.Discovery;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.cell.HttpResponse;

/** What an engine has as a client: its circuits, the flows that ride them, and the HTTP exchanges. Engine thread only. */
final class OwnCircuits implements CircuitListener {
    private final EngineListener listener;
    private final CircuitPool pool;
    private final FlowTable flows;
    private final HttpExchanges exchanges;
    private final TroubleWatch troubles;

    /** Makes the pool by a function, since it and its listener know each other. */
    OwnCircuits(
            Function<CircuitListener, CircuitPool> pools,
            Discovery discovery,
            Deadlines deadlines,
            RandomGenerator random,
            Counters counters,
            EngineListener listener) {
        this.listener = listener;
        this.pool = pools.apply(this);
        this.flows = new FlowTable(pool, deadlines, counters);
        this.exchanges = new HttpExchanges(new HttpOverCircuits(pool.http()), deadlines, random, counters);
        this.troubles = new TroubleWatch(pool, discovery, deadlines, listener);
    }

    void start() {
        pool.start();
        troubles.start();
    }

    TroubleWatch troubles() {
        return troubles;
    }

    CircuitPool pool() {
        return pool;
    }

    FlowTable flows() {
        return flows;
    }

    HttpExchanges exchanges() {
        return exchanges;
    }

    void stop() {
        // First, as that circuits end now is no trouble.
        troubles.stop();
        exchanges.stop();
        pool.stop();
    }

    @Override
    public void onReady(Circuit circuit) {
        listener.timings().circuitReady(circuit.hops(), circuit.buildNanos());
        listener.onCircuitReady(circuit);
        flows.onReady().forEach((from, count) -> tellMoved(from, count, whyUnsound(from)));
        exchanges.routesChanged();
        troubles.look();
    }

    @Override
    public void onHopAdded(Circuit circuit, long tookNanos) {
        listener.timings().hopAdded(circuit.hops(), tookNanos);
    }

    @Override
    public void onHopFailed(Circuit circuit, CloseReason reason, long afterNanos) {
        listener.timings().hopFailed(circuit.hops() + 1, reason, afterNanos);
    }

    @Override
    public void onRoundTrip(Circuit circuit, long nanos) {
        listener.timings().circuitRoundTrip(circuit.goalHops(), nanos);
    }

    @Override
    public void onFailing(Circuit circuit) {
        tellMoved(circuit, flows.onFailing(circuit), whyUnsound(circuit));
    }

    @Override
    public void onClosed(Circuit circuit, CloseReason reason) {
        int moved = flows.onClosed(circuit);
        exchanges.onRouteLost(circuit.id());
        listener.timings().circuitClosed(circuit.goalHops(), reason);
        listener.onCircuitClosed(circuit, reason);
        tellMoved(circuit, moved, reason);
        troubles.look();
    }

    private void tellMoved(Circuit from, int count, CloseReason why) {
        if (count > 0) {
            listener.onFlowsMoved(from, count, why);
        }
    }

    private static CloseReason whyUnsound(Circuit circuit) {
        return circuit.isFailing() ? CloseReason.UNRESPONSIVE : CloseReason.MISBEHAVING;
    }

    @Override
    public void onData(Circuit circuit, Address origin, byte[] buffer, int offset, int length) {
        flows.onData(circuit, origin, buffer, offset, length);
    }

    @Override
    public void onHttpResponse(Circuit circuit, HttpResponse response) {
        exchanges.onResponse(circuit.id(), response);
    }
}

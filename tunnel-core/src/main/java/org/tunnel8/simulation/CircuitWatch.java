package org.tunnel8.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tunnel8.circuit.Circuit;
import org.tunnel8.circuit.CircuitPool;
import org.tunnel8.circuit.CloseReason;

/**
 * Watches the measured client's circuits: when the first is ready, which of them carry flows, and what becomes of these.
 *
 * <p>Which ones carry flows is seen by their bytes, each second, whatever the client's reasons are to choose them.
 */
final class CircuitWatch {
    /** How often it looks. */
    static final Duration LOOK = Duration.ofSeconds(1);

    private final SimulatedNetwork network;
    private final int peersNeeded;
    private final long bytesInUse;
    private final List<Consumer<Circuit>> readyListeners = new ArrayList<>();
    private final Map<Circuit, Long> bytesSeen = new HashMap<>();
    private final Map<Circuit, Long> inUse = new LinkedHashMap<>();
    private @Nullable CircuitPool pool;
    private @Nullable Long askedNanos;
    private @Nullable Long readyNanos;
    private @Nullable Long disturbedNanos;
    private boolean flowing;
    private long begun;
    private long built;

    /**
     * Begins to listen.
     *
     * @param network where the client is
     * @param peersNeeded the client's circuits are asked for once it knows so many
     * @param load what goes over them
     */
    CircuitWatch(SimulatedNetwork network, int peersNeeded, Load load) {
        this.network = network;
        this.peersNeeded = peersNeeded;
        // Half of what one flow brings: one that moves leaves less than that behind.
        this.bytesInUse = (long) load.datagramsPerSecond() * load.payloadBytes() / 2;
    }

    /** The client was built. */
    void watch(SimulatedNode client) {
        pool = Objects.requireNonNull(client.engine().circuits());
    }

    /** The client has so many peers now. */
    void peers(int count) {
        if (askedNanos == null && count >= peersNeeded) {
            askedNanos = network.nowNanos();
        }
    }

    /** Has somebody hear of each circuit that becomes ready. */
    void onReady(Consumer<Circuit> listener) {
        readyListeners.add(listener);
    }

    /** A circuit is ready. */
    void ready(Circuit circuit) {
        readyNanos = readyNanos == null ? Long.valueOf(network.nowNanos()) : readyNanos;
        begun++;
        built++;
        readyListeners.forEach(listener -> listener.accept(circuit));
    }

    /** A circuit has ended, or was never ready. */
    void closed(Circuit circuit, CloseReason reason) {
        begun += circuit.buildNanos() == 0 ? 1 : 0;
        bytesSeen.remove(circuit);
        if (inUse.remove(circuit) != null && flowing) {
            disturbed();
        }
    }

    /** The flows begin now: from now on it looks. */
    void flowsBegin() {
        flowing = true;
        look();
    }

    /** The flows have ended: what becomes of circuits now is nobody's trouble. */
    void flowsEnd() {
        flowing = false;
    }

    private void look() {
        if (!flowing) {
            return;
        }
        Map<Circuit, Long> before = new LinkedHashMap<>(inUse);
        inUse.clear();
        for (Circuit circuit : circuits()) {
            // What its building took is no flow's.
            Long seen = bytesSeen.put(circuit, circuit.bytesUp());
            long more = seen == null ? 0 : circuit.bytesUp() - seen;
            if (circuit.state() == Circuit.State.READY && more >= bytesInUse) {
                inUse.put(circuit, more);
            }
        }
        if (!inUse.keySet().containsAll(before.keySet())) {
            disturbed(); // a flow has left one
        }
        network.quietlyAfter(LOOK, this::look);
    }

    private void disturbed() {
        disturbedNanos = disturbedNanos == null ? Long.valueOf(network.nowNanos()) : disturbedNanos;
    }

    private List<Circuit> circuits() {
        return Objects.requireNonNull(pool).circuits();
    }

    /** All that are ready. */
    List<Circuit> allReady() {
        return circuits().stream()
                .filter(circuit -> circuit.state() == Circuit.State.READY)
                .toList();
    }

    /** Those that carried flows in the last second, the one that carried most first. */
    List<Circuit> inUse() {
        return inUse.entrySet().stream()
                .sorted(Map.Entry.<Circuit, Long>comparingByValue().reversed())
                .map(Map.Entry::getKey)
                .toList();
    }

    Measurement readyOnceAsked() {
        Long asked = askedNanos;
        if (asked == null) {
            return new Measurement(List.of(), 0);
        }
        return Measurement.once(Optional.ofNullable(readyNanos).map(ready -> Duration.ofNanos(ready - asked)));
    }

    /** When the first circuit in use ended or was left; null if none was. */
    @Nullable
    Long disturbedNanos() {
        return disturbedNanos;
    }

    Quotient built() {
        return new Quotient(built, begun);
    }
}

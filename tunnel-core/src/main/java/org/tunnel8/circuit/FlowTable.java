package org.tunnel8.circuit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tunnel8.metrics.Counters;
import org.tunnel8.metrics.Counters.Kind;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.HostAddress;
import org.tunnel8.wire.IpAddress;

/**
 * The application's datagram flows and the circuits they ride on.
 *
 * <p>A flow rides one circuit as long as that lives, since its partners know it by that circuit's exit; when the circuit
 * ends the flow moves to another. Datagrams that come back are given to the flow that last sent to their origin, or to a
 * name and their port; those from strangers to the oldest flow on the circuit. Engine thread only.
 */
public final class FlowTable {
    /** Origins remembered for each circuit that several flows share; the one not used for longest goes. */
    static final int MAX_ORIGINS = 4_096;

    private final CircuitPool pool;
    private final Counters counters;
    private final Map<Circuit, Riders> riders = new LinkedHashMap<>();

    /** Takes what comes back to a flow. Called on the engine's thread. */
    @FunctionalInterface
    public interface Receiver {
        /**
         * Takes one datagram.
         *
         * @param origin who sent it to the exit, as the exit says
         * @param buffer holds the payload with room in front and behind ({@code Headroom}); may be overwritten, is not
         *     kept
         * @param offset where the payload starts
         * @param length its bytes
         */
        void onDatagram(Address origin, byte[] buffer, int offset, int length);
    }

    /** A map that forgets what was not used for longest. */
    private static final class Recent<K> extends LinkedHashMap<K, Flow> {
        private static final long serialVersionUID = 1L;

        Recent() {
            super(16, 0.75f, true);
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<K, Flow> eldest) {
            return size() > MAX_ORIGINS;
        }
    }

    /** The flows on one circuit, and which of them speaks with whom. */
    private static final class Riders {
        final List<Flow> flows = new ArrayList<>();
        private final Map<Address, Flow> speakers = new Recent<>();
        /** By port, since only the exit knows the addresses of names. */
        private final Map<Integer, Flow> speakersToNames = new Recent<>();

        void sent(Flow flow, Address target) {
            if (flows.size() < 2) {
                return;
            }
            speakers.put(target, flow);
            if (target instanceof HostAddress name) {
                speakersToNames.put(name.port(), flow);
            }
        }

        Flow receiverOf(Address origin) {
            if (flows.size() < 2) {
                return flows.get(0);
            }
            Flow flow = speakers.get(origin);
            if (flow == null && origin instanceof IpAddress ip) {
                flow = speakersToNames.get(ip.port());
            }
            return flow != null ? flow : flows.get(0);
        }

        void remove(Flow flow) {
            flows.remove(flow);
            speakers.values().removeIf(speaker -> speaker == flow);
            speakersToNames.values().removeIf(speaker -> speaker == flow);
        }
    }

    /** One datagram flow of the application. Engine thread only. */
    public final class Flow {
        private final Receiver receiver;
        private final @Nullable String isolationKey;
        private @Nullable Circuit circuit;
        private boolean open = true;

        private Flow(Receiver receiver, @Nullable String isolationKey) {
            this.receiver = receiver;
            this.isolationKey = isolationKey;
        }

        /**
         * Sends one datagram over the flow's circuit.
         *
         * @param target where the exit is to send it; names are passed on as they are
         * @param buffer holds the payload with room in front and behind ({@code Headroom}); overwritten
         * @param offset where the payload starts
         * @param length its bytes
         * @return false if there is no circuit or the datagram is too large; it is counted and gone
         */
        public boolean send(Address target, byte[] buffer, int offset, int length) {
            Circuit over = circuit != null ? circuit : board();
            if (over == null) {
                counters.dropped(DropReason.NO_CIRCUIT);
                return false;
            }
            Riders together = riders.get(over);
            if (together != null) {
                together.sent(this, target);
            }
            if (!over.sendData(target, buffer, offset, length)) {
                return false;
            }
            counters.packet(Kind.DATA_PACKETS_SENT, Kind.DATA_BYTES_SENT, length);
            return true;
        }

        /** Ends the flow; nothing is delivered to it any more. */
        public void close() {
            if (open) {
                open = false;
                leave();
                pool.release(isolationKey);
            }
        }

        private @Nullable Circuit board() {
            Circuit found = open ? pool.current(isolationKey) : null;
            if (found != null) {
                circuit = found;
                found.ridden(true);
                riders.computeIfAbsent(found, c -> new Riders()).flows.add(this);
            }
            return found;
        }

        private void leave() {
            Riders together = circuit == null ? null : riders.get(circuit);
            if (circuit != null) {
                circuit.ridden(false);
            }
            if (together != null) {
                together.remove(this);
                if (together.flows.isEmpty()) {
                    riders.remove(circuit);
                }
            }
            circuit = null;
        }
    }

    /**
     * Makes a table without flows.
     *
     * @param pool where circuits come from
     * @param counters where traffic and drops are counted
     */
    public FlowTable(CircuitPool pool, Counters counters) {
        this.pool = pool;
        this.counters = counters;
    }

    /**
     * Begins a flow.
     *
     * @param receiver takes what comes back
     * @param isolationKey flows of different keys never share a circuit; null for no isolation
     * @return the flow
     */
    public Flow open(Receiver receiver, @Nullable String isolationKey) {
        pool.acquire(isolationKey);
        return new Flow(receiver, isolationKey);
    }

    /**
     * Gives a datagram that came through a circuit to the flow it is meant for.
     *
     * @param circuit the circuit
     * @param origin who sent it to the exit
     * @param buffer holds the payload
     * @param offset where it starts
     * @param length its bytes
     */
    public void onData(Circuit circuit, Address origin, byte[] buffer, int offset, int length) {
        Riders together = riders.get(circuit);
        if (together == null) {
            counters.dropped(DropReason.NO_FLOW);
            return;
        }
        together.receiverOf(origin).receiver.onDatagram(origin, buffer, offset, length);
    }

    /**
     * Has the flows of a circuit that has ended look for another with their next datagram.
     *
     * @param circuit the circuit
     */
    public void onClosed(Circuit circuit) {
        Riders together = riders.get(circuit);
        if (together != null) {
            for (Flow flow : List.copyOf(together.flows)) {
                flow.leave();
            }
        }
    }
}

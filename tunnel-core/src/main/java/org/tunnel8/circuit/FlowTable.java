package org.tunnel8.circuit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tunnel8.metrics.Counters;
import org.tunnel8.metrics.Counters.Kind;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.time.Deadlines;
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

    private final WaitingDatagrams waitingDatagrams;
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

        /**
         * Learns that the flow's circuit has ended or is not to be relied on any more: the flow's partners are told by
         * another exit from now on, or by none until there is another circuit. What was under way may be lost.
         *
         * @param onAnother whether the flow is on another circuit already
         */
        default void onMoved(boolean onAnother) {}
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
        private final int hops;
        private final int label;
        private @Nullable Circuit circuit;
        private boolean open = true;
        /** Datagrams that wait for a circuit; kept by who holds them. */
        int waiting;

        private Flow(Receiver receiver, @Nullable String isolationKey, int hops) {
            this.receiver = receiver;
            this.isolationKey = isolationKey;
            this.hops = hops;
            this.label = counters.keys().acquire(isolationKey);
        }

        /**
         * Sends one datagram over the flow's circuit. Without one, it waits for one for a moment, as do some others.
         *
         * @param target where the exit is to send it; names are passed on as they are
         * @param buffer holds the payload with room in front and behind ({@code Headroom}); overwritten
         * @param offset where the payload starts
         * @param length its bytes
         * @return false if there is no circuit and no room to wait, or the datagram is too large; it is counted and gone
         */
        public boolean send(Address target, byte[] buffer, int offset, int length) {
            Circuit over = circuit != null ? circuit : board();
            if (over == null) {
                if (open && waitingDatagrams.add(this, target, buffer, offset, length)) {
                    return true;
                }
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
            counters.keys().sent(label, length);
            return true;
        }

        /**
         * Tells whether the flow rides a circuit; takes one if there is any and it has none.
         *
         * @return false if what is sent now would be dropped
         */
        public boolean isCarried() {
            return circuit != null || board() != null;
        }

        /**
         * Over how many hops the flow goes.
         *
         * @return 1 to 3
         */
        public int hops() {
            return hops;
        }

        /** Ends the flow; nothing is delivered to it any more. */
        public void close() {
            if (open) {
                open = false;
                waitingDatagrams.forget(this);
                leave();
                counters.keys().release(isolationKey, label);
                pool.release(isolationKey, hops);
            }
        }

        private @Nullable Circuit board() {
            Circuit found = open ? pool.current(isolationKey, hops) : null;
            if (found != null) {
                board(found);
            }
            return found;
        }

        private void board(Circuit found) {
            circuit = found;
            found.ridden(true);
            List<Flow> flows = riders.computeIfAbsent(found, c -> new Riders()).flows;
            if (!flows.contains(this)) {
                flows.add(this);
            }
        }

        /** Leaves a circuit that is unsound for a better one, if there is any. */
        private boolean moves(Circuit from) {
            Circuit other = pool.current(isolationKey, hops);
            if (other == null || other == from || pool.isUnsound(other)) {
                return false;
            }
            // What is still under way through the old circuit reaches the flow as long as that lives.
            from.ridden(false);
            board(other);
            receiver.onMoved(true);
            return true;
        }

        private void leave() {
            if (circuit != null) {
                circuit.ridden(false);
                circuit = null;
            }
            for (Map.Entry<Circuit, Riders> entry : List.copyOf(riders.entrySet())) {
                entry.getValue().remove(this);
                if (entry.getValue().flows.isEmpty()) {
                    riders.remove(entry.getKey());
                }
            }
        }
    }

    /**
     * Makes a table without flows.
     *
     * @param pool where circuits come from
     * @param deadlines the engine's time
     * @param counters where traffic and drops are counted
     */
    public FlowTable(CircuitPool pool, Deadlines deadlines, Counters counters) {
        this.waitingDatagrams = new WaitingDatagrams(deadlines, counters);
        this.pool = pool;
        this.counters = counters;
    }

    /**
     * Begins a flow over circuits of the usual number of hops.
     *
     * @param receiver takes what comes back
     * @param isolationKey flows of different keys never share a circuit; null for no isolation
     * @return the flow
     */
    public Flow open(Receiver receiver, @Nullable String isolationKey) {
        return open(receiver, isolationKey, pool.usualHops());
    }

    /**
     * Begins a flow.
     *
     * @param receiver takes what comes back
     * @param isolationKey flows of different keys never share a circuit; null for no isolation
     * @param hops hops of the circuits that it rides, 1 to 3
     * @return the flow
     */
    public Flow open(Receiver receiver, @Nullable String isolationKey, int hops) {
        pool.acquire(isolationKey, hops);
        return new Flow(receiver, isolationKey, hops);
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
        Flow flow = together.receiverOf(origin);
        counters.keys().received(flow.label, length);
        flow.receiver.onDatagram(origin, buffer, offset, length);
    }

    /**
     * Has the flows of a circuit that has ended move to another at once, or with their next datagram if there is none now.
     *
     * @param circuit the circuit
     * @return how many flows were on it
     */
    public int onClosed(Circuit circuit) {
        Riders together = riders.get(circuit);
        if (together == null) {
            return 0;
        }
        riders.remove(circuit);
        List<Flow> stranded = new ArrayList<>();
        for (Flow flow : together.flows) {
            if (flow.circuit == circuit) {
                flow.circuit = null;
                circuit.ridden(false);
                stranded.add(flow);
            }
        }
        for (Flow flow : stranded) {
            // Whoever has just heard of it may have used this one, or closed it.
            if (flow.open) {
                flow.receiver.onMoved(flow.isCarried());
            }
        }
        return stranded.size();
    }

    /**
     * Has the flows of an unsound circuit move to others, as far as there are any.
     *
     * @param circuit the circuit
     * @return how many have moved
     */
    public int onFailing(Circuit circuit) {
        Riders together = riders.get(circuit);
        int moved = 0;
        if (together != null) {
            for (Flow flow : List.copyOf(together.flows)) {
                moved += flow.circuit == circuit && flow.moves(circuit) ? 1 : 0;
            }
        }
        return moved;
    }

    /**
     * Has flows that are on unsound circuits try again to leave: another circuit has become ready.
     *
     * @return how many have moved, by the circuit that they have left
     */
    public Map<Circuit, Integer> onReady() {
        waitingDatagrams.circuitReady();
        Map<Circuit, Integer> moved = new LinkedHashMap<>();
        for (Circuit circuit : List.copyOf(riders.keySet())) {
            if (pool.isUnsound(circuit)) {
                int count = onFailing(circuit);
                if (count > 0) {
                    moved.put(circuit, count);
                }
            }
        }
        return moved;
    }

    /**
     * How many datagrams wait for a circuit.
     *
     * @return the table's size and bound
     */
    public TableSize table() {
        return waitingDatagrams.table();
    }
}

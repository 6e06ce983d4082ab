package org.tunnel8.relay;

import java.net.InetSocketAddress;
import org.tunnel8.cell.CellEndpoint;
import org.tunnel8.cell.CellSender;
import org.tunnel8.crypto.LayerCipher;
import org.tunnel8.crypto.LayerKey;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.crypto.SendCounter;
import org.tunnel8.crypto.SessionKeys;
import org.tunnel8.metrics.Counters;
import org.tunnel8.metrics.Counters.Kind;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.metrics.MessageKind;
import org.tunnel8.metrics.OtherSide;
import org.tunnel8.metrics.PacketCounts;
import org.tunnel8.relay.Neighbours.Link;
import org.tunnel8.time.Deadlines;
import org.tunnel8.wire.cell.CellFrame;

/**
 * A circuit of somebody else's that runs through this node: one direction takes a layer off, the other puts one on
 * (PROTOCOL.md §6).
 *
 * <p>Each direction stands in the circuit table under the id of the link that its cells arrive on. Whatever a cell needs
 * of its circuit lies in the direction and its key: with thousands of circuits in turn, each object more is one more that
 * the processor waits for. Engine thread only.
 */
final class RelayedCircuit {
    /** The reference's limit: a flagged cell is dropped once the count of its direction is this high. */
    static final int MAX_RELAY_EARLY = 8;

    private final Forward forward;
    private final Backward backward;

    /** Told when a neighbour destroys the circuit. */
    @FunctionalInterface
    interface Destruction {
        void destroyed(RelayedCircuit circuit, Link next, int reason);
    }

    /** What all circuits of a node are relayed with: one object for all of them. */
    record Means(
            LayerCipher cipher,
            CellSender cells,
            Deadlines deadlines,
            Counters counters,
            PacketCounts packets,
            Destruction destruction) {}

    RelayedCircuit(Means means, SessionKeys keys, SendCounter backwardCounter, Link previous, Link next) {
        this.forward = new Forward(this, means, keys.forward(), previous, next);
        this.backward = new Backward(this, means, keys.backward(), backwardCounter, next, previous);
    }

    /** The direction whose cells come from the owner. */
    Direction forward() {
        return forward;
    }

    /** The direction whose cells go to the owner. */
    Direction backward() {
        return backward;
    }

    /** When the last cell of the owner's passed; cells towards the owner prove nothing about it. */
    long lastForwardNanos() {
        return forward.lastNanos;
    }

    long bytes() {
        return forward.bytes + backward.bytes;
    }

    void close() {
        forward.key.destroy();
        backward.key.destroy();
    }

    /** Cells of one direction: they arrive on one link and leave on the other. */
    abstract static class Direction implements CellEndpoint {
        final Means means;
        final LayerKey key;
        /** Address and id of {@link #to}, at hand. */
        final InetSocketAddress toAddress;

        final int toId;
        long bytes;
        private int passed = 1;

        // For when the circuit ends.
        final RelayedCircuit circuit;
        final Link from;
        final Link to;

        private Direction(RelayedCircuit circuit, Means means, LayerKey key, Link from, Link to) {
            this.circuit = circuit;
            this.means = means;
            this.key = key;
            this.from = from;
            this.to = to;
            this.toAddress = to.address();
            this.toId = to.circuitId();
        }

        @Override
        public final void onCell(InetSocketAddress sender, byte[] buffer, int offset, int length) {
            means.packets.arrivesFrom(fromSide());
            if (CellFrame.plaintext(buffer, offset)) {
                means.counters.dropped(DropReason.PLAINTEXT_REFUSED);
                return;
            }
            boolean relayEarly = CellFrame.relayEarly(buffer, offset);
            if (relayEarly && passed >= MAX_RELAY_EARLY) {
                means.counters.dropped(DropReason.RELAY_EARLY_LIMIT);
                return;
            }
            if (pass(relayEarly, buffer, offset + CellFrame.HEADER_BYTES, length - CellFrame.HEADER_BYTES)) {
                passed = Math.min(passed + 1, MAX_RELAY_EARLY);
                bytes += length;
                means.counters.packet(Kind.CELLS_RELAYED, Kind.CELL_BYTES_RELAYED, length);
            }
        }

        @Override
        public final boolean isNeighbour(PublicKey other) {
            return other.equals(from.key());
        }

        @Override
        public final void onDestroy(int reason) {
            means.packets.arrivesFrom(fromSide());
            means.destruction.destroyed(circuit, to, reason);
        }

        /** Which neighbour its cells come from. */
        abstract OtherSide fromSide();

        abstract boolean pass(boolean relayEarly, byte[] buffer, int offset, int length);
    }

    private static final class Forward extends Direction {
        private long lastNanos;

        Forward(RelayedCircuit circuit, Means means, LayerKey key, Link from, Link to) {
            super(circuit, means, key, from, to);
            this.lastNanos = means.deadlines.nowNanos();
        }

        @Override
        OtherSide fromSide() {
            return OtherSide.PREVIOUS_HOP;
        }

        @Override
        boolean pass(boolean relayEarly, byte[] buffer, int offset, int length) {
            int opened = means.cipher.open(key, buffer, offset, length);
            if (opened <= 0) {
                means.counters.dropped(opened < 0 ? DropReason.BAD_LAYER : DropReason.MALFORMED);
                return false;
            }
            if (!means.cells.others().takeIn(CellFrame.HEADER_BYTES + length)) {
                return false;
            }
            lastNanos = means.deadlines.nowNanos();
            means.packets.departs(MessageKind.CELL, OtherSide.NEXT_HOP);
            means.cells.pass(circuit, toAddress, toId, relayEarly, buffer, offset + LayerCipher.COUNTER_BYTES, opened);
            return true;
        }
    }

    private static final class Backward extends Direction {
        private final SendCounter counter;

        Backward(RelayedCircuit circuit, Means means, LayerKey key, SendCounter counter, Link from, Link to) {
            super(circuit, means, key, from, to);
            this.counter = counter;
        }

        @Override
        OtherSide fromSide() {
            return OtherSide.NEXT_HOP;
        }

        @Override
        boolean pass(boolean relayEarly, byte[] buffer, int offset, int length) {
            if (!means.cells.others().takeIn(CellFrame.HEADER_BYTES + length)) {
                return false;
            }
            means.cipher.seal(key, counter.next(), buffer, offset, length);
            means.packets.departs(MessageKind.CELL, OtherSide.PREVIOUS_HOP);
            means.cells.pass(
                    circuit,
                    toAddress,
                    toId,
                    relayEarly,
                    buffer,
                    offset - LayerCipher.COUNTER_BYTES,
                    length + LayerCipher.OVERHEAD_BYTES);
            return true;
        }
    }
}

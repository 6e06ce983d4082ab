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
import org.tunnel8.time.Deadlines;
import org.tunnel8.wire.cell.CellFrame;

/**
 * A circuit of somebody else's that runs through this node: one direction takes a layer off, the other puts one on
 * (PROTOCOL.md §6).
 *
 * <p>Each direction stands in the circuit table under the id of the link that its cells arrive on. Engine thread only.
 */
final class RelayedCircuit {
    /** The reference's limit: a flagged cell is dropped once the count of its direction is this high. */
    static final int MAX_RELAY_EARLY = 8;

    private final LayerCipher cipher;
    private final CellSender cells;
    private final Deadlines deadlines;
    private final Counters counters;
    private final Destruction destruction;
    private final Direction forward;
    private final Direction backward;
    private final SessionKeys keys;
    private long lastForwardNanos;
    private long bytes;

    /** One side of the circuit: the neighbour and the id of the link to it. */
    record Link(InetSocketAddress address, PublicKey key, int circuitId) {}

    /** Told when a neighbour destroys the circuit. */
    @FunctionalInterface
    interface Destruction {
        void destroyed(RelayedCircuit circuit, Link next, int reason);
    }

    RelayedCircuit(
            LayerCipher cipher,
            CellSender cells,
            Deadlines deadlines,
            Counters counters,
            SessionKeys keys,
            SendCounter backwardCounter,
            Link previous,
            Link next,
            Destruction destruction) {
        this.cipher = cipher;
        this.cells = cells;
        this.deadlines = deadlines;
        this.counters = counters;
        this.keys = keys;
        this.destruction = destruction;
        this.forward = new Forward(keys.forward(), previous, next);
        this.backward = new Backward(keys.backward(), backwardCounter, next, previous);
        this.lastForwardNanos = deadlines.nowNanos();
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
        return lastForwardNanos;
    }

    long bytes() {
        return bytes;
    }

    void close() {
        keys.destroy();
    }

    /** Cells of one direction: they arrive on one link and leave on the other. */
    abstract class Direction implements CellEndpoint {
        final Link from;
        final Link to;
        final LayerKey key;
        private int passed = 1;

        private Direction(LayerKey key, Link from, Link to) {
            this.key = key;
            this.from = from;
            this.to = to;
        }

        @Override
        public final void onCell(InetSocketAddress sender, byte[] buffer, int offset, int length) {
            if (CellFrame.plaintext(buffer, offset)) {
                counters.dropped(DropReason.PLAINTEXT_REFUSED);
                return;
            }
            boolean relayEarly = CellFrame.relayEarly(buffer, offset);
            if (relayEarly && passed >= MAX_RELAY_EARLY) {
                counters.dropped(DropReason.RELAY_EARLY_LIMIT);
                return;
            }
            if (pass(relayEarly, buffer, offset + CellFrame.HEADER_BYTES, length - CellFrame.HEADER_BYTES)) {
                passed = Math.min(passed + 1, MAX_RELAY_EARLY);
                bytes += length;
                counters.packet(Kind.CELLS_RELAYED, Kind.CELL_BYTES_RELAYED, length);
            }
        }

        @Override
        public final boolean isNeighbour(PublicKey other) {
            return other.equals(from.key);
        }

        @Override
        public final void onDestroy(int reason) {
            destruction.destroyed(RelayedCircuit.this, to, reason);
        }

        abstract boolean pass(boolean relayEarly, byte[] buffer, int offset, int length);
    }

    private final class Forward extends Direction {
        Forward(LayerKey key, Link from, Link to) {
            super(key, from, to);
        }

        @Override
        boolean pass(boolean relayEarly, byte[] buffer, int offset, int length) {
            int opened = cipher.open(key, buffer, offset, length);
            if (opened <= 0) {
                counters.dropped(opened < 0 ? DropReason.BAD_LAYER : DropReason.MALFORMED);
                return false;
            }
            lastForwardNanos = deadlines.nowNanos();
            cells.send(to.address, to.circuitId, false, relayEarly, buffer, offset + LayerCipher.COUNTER_BYTES, opened);
            return true;
        }
    }

    private final class Backward extends Direction {
        private final SendCounter counter;

        Backward(LayerKey key, SendCounter counter, Link from, Link to) {
            super(key, from, to);
            this.counter = counter;
        }

        @Override
        boolean pass(boolean relayEarly, byte[] buffer, int offset, int length) {
            cipher.seal(key, counter.next(), buffer, offset, length);
            cells.send(
                    to.address,
                    to.circuitId,
                    false,
                    relayEarly,
                    buffer,
                    offset - LayerCipher.COUNTER_BYTES,
                    length + LayerCipher.OVERHEAD_BYTES);
            return true;
        }
    }
}

package org.tunnel8.circuit;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.tunnel8.metrics.Counters;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.time.Deadline;
import org.tunnel8.time.Deadlines;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.Headroom;

/**
 * Datagrams of flows that have no circuit: they wait for one a moment, so that a change of circuits or the first seconds cost
 * no repetition, and are dropped and counted then (FR-022: nothing falls back). Engine thread only.
 */
final class WaitingDatagrams {
    /** Shorter than what makes programs repeat what they have sent: trackers' clients after 15 s, the DHT's after 2 s and more. */
    static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** Of all flows; with 2 KiB each half a MiB. */
    static final int MAX_WAITING = 256;

    /** So that one flow's do not take the place of others'. */
    static final int MAX_PER_FLOW = 32;

    private final Deadlines deadlines;
    private final Counters counters;
    private final Deque<Waiting> queue = new ArrayDeque<>();
    private @Nullable Deadline expiry;

    /** One datagram, with headroom. */
    private static final class Waiting {
        final FlowTable.Flow flow;
        final Address target;
        final byte[] buffer;
        final int length;
        final long untilNanos;

        Waiting(FlowTable.Flow flow, Address target, byte[] buffer, int length, long untilNanos) {
            this.flow = flow;
            this.target = target;
            this.buffer = buffer;
            this.length = length;
            this.untilNanos = untilNanos;
        }
    }

    WaitingDatagrams(Deadlines deadlines, Counters counters) {
        this.deadlines = deadlines;
        this.counters = counters;
    }

    /** Takes a copy of a datagram; false if too many wait. */
    boolean add(FlowTable.Flow flow, Address target, byte[] buffer, int offset, int length) {
        if (queue.size() >= MAX_WAITING || flow.waiting >= MAX_PER_FLOW) {
            return false;
        }
        byte[] copy = new byte[Headroom.FRONT_BYTES + length + Headroom.BACK_BYTES];
        System.arraycopy(buffer, offset, copy, Headroom.FRONT_BYTES, length);
        queue.add(new Waiting(flow, target, copy, length, deadlines.nowNanos() + WAIT_NANOS));
        flow.waiting++;
        arm();
        return true;
    }

    /** Sends what waits and has a circuit now, in the order in which it came. */
    void circuitReady() {
        for (int i = queue.size(); i > 0; i--) {
            Waiting next = queue.removeFirst();
            if (next.flow.isCarried()) {
                next.flow.waiting--;
                next.flow.send(next.target, next.buffer, Headroom.FRONT_BYTES, next.length);
            } else {
                queue.addLast(next);
            }
        }
        arm();
    }

    /** A flow has ended: what it wanted to send is dropped. */
    void forget(FlowTable.Flow flow) {
        Iterator<Waiting> all = queue.iterator();
        while (flow.waiting > 0 && all.hasNext()) {
            if (all.next().flow == flow) {
                all.remove();
                drop(flow);
            }
        }
    }

    private void expire() {
        expiry = null;
        while (!queue.isEmpty() && queue.getFirst().untilNanos <= deadlines.nowNanos()) {
            drop(queue.removeFirst().flow);
        }
        arm();
    }

    private void drop(FlowTable.Flow flow) {
        flow.waiting--;
        counters.dropped(DropReason.NO_CIRCUIT);
    }

    private void arm() {
        if (expiry == null && !queue.isEmpty()) {
            expiry = deadlines.at(queue.getFirst().untilNanos, this::expire);
        }
    }

    TableSize table() {
        return new TableSize("datagrams without a circuit", queue.size(), MAX_WAITING);
    }
}

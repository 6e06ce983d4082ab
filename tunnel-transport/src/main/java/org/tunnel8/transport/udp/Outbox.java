package org.tunnel8.transport.udp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.SegmentedDatagramPacket;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.tunnel8.transport.SendFailure;

/**
 * The sending half of a port: collects datagrams, joins neighbours to runs, and answers for what became of them.
 *
 * <p>A run is <em>open</em> until it is full, a shorter datagram ended it, one that does not fit it came for its destination, another
 * destination needs its place, or the loop's turn ends. Then it goes to the channel, whose queue keeps the order. When the system refuses
 * it, it is split, retried or dropped, as {@link SendFailure} says. Everything is bounded: buffers by the send budget, retries by theirs.
 *
 * <p>Loop thread only.
 */
final class Outbox {
    /** Runs that may be open at once: a relay's or exit's batch seldom has more destinations. */
    static final int MAX_OPEN_RUNS = 8;

    /** A run's buffer grows by this factor: full runs copy less than half their bytes, short ones waste little. */
    private static final int GROWTH = 4;

    /**
     * What came together is handed to the system before the turn ends once it reaches this share of the send budget. Buffers are up to
     * {@link #GROWTH} times as large as what they hold, so a burst alone never takes more than half the budget.
     */
    static final int EARLY_FLUSH_DIVISOR = 2 * GROWTH;

    /** Runs waiting for a retry, at most: more would only make a long outage longer to recover from. */
    static final int MAX_RETRYING_RUNS = 512;

    /** Spent runs kept for their next use. */
    private static final int MAX_SPARE_RUNS = 128;

    private final Channel channel;
    private final boolean ipv4Only;
    private final int maxSentBytes;
    private final PortCounters counters;
    private final MemoryBudget budget;
    private final RetryQueue<OutboundRun> retries;
    private final SegmentationGate gate;
    private final LongSupplier nanoClock;
    private final Host host;
    private final List<OutboundRun> open = new ArrayList<>(MAX_OPEN_RUNS);
    private final ArrayDeque<OutboundRun> spare = new ArrayDeque<>();
    private final long earlyFlushBytes;
    private long unflushedBytes;
    private boolean closed;

    /** What the outbox needs of the port around it. */
    interface Host {
        /**
         * Asks for one {@link Outbox#flush} at the end of the loop's turn, or at once if much came together.
         *
         * @param addedBytes how many bytes were added since the last call; with 0 the flush never comes at once
         */
        void flushLater(int addedBytes);

        /** Asks for one {@link Outbox#retryDue} when the time is reached. */
        void retryAt(long whenNanos);

        /** Tells of datagrams that were lost for good because of an error of the system. */
        void lost(SendFailure failure, int datagrams);
    }

    Outbox(
            Channel channel,
            boolean ipv4Only,
            int maxSentBytes,
            PortCounters counters,
            MemoryBudget budget,
            MemoryBudget retryBudget,
            SegmentationGate gate,
            LongSupplier nanoClock,
            Host host) {
        this.channel = channel;
        this.ipv4Only = ipv4Only;
        this.maxSentBytes = maxSentBytes;
        this.counters = counters;
        this.budget = budget;
        this.retries = new RetryQueue<>(MAX_RETRYING_RUNS, retryBudget);
        this.gate = gate;
        this.nanoClock = nanoClock;
        this.host = host;
        this.earlyFlushBytes = budget.limitBytes() / EARLY_FLUSH_DIVISOR;
    }

    void send(InetSocketAddress to, byte[] buffer, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, buffer.length);
        if (to.isUnresolved()) {
            throw new IllegalArgumentException("the destination is not resolved");
        }
        if (closed) {
            counters.dropped(SendFailure.PORT_CLOSED, 1);
        } else if (length > maxSentBytes) {
            counters.tooLarge.add(1);
        } else if (length == 0) {
            counters.dropped(SendFailure.EMPTY, 1);
        } else if (to.getPort() == 0) {
            counters.dropped(SendFailure.INVALID_DESTINATION, 1);
        } else if (ipv4Only && to.getAddress() instanceof Inet6Address) {
            // The native transport would send it to the IPv4 address in its last four bytes.
            counters.dropped(SendFailure.WRONG_ADDRESS_FAMILY, 1);
        } else {
            add(to, buffer, offset, length);
        }
    }

    /** Hands everything that is open to the system. */
    void flush() {
        for (int i = 0; i < open.size(); i++) {
            write(open.get(i));
        }
        open.clear();
        unflushedBytes = 0;
        channel.flush();
    }

    /** Repeats what is due, and asks for the next call. */
    void retryDue() {
        long nowNanos = nanoClock.getAsLong();
        for (OutboundRun run = retries.pollDue(nowNanos); run != null; run = retries.pollDue(nowNanos)) {
            run.reservedBytes = run.content.capacity();
            if (!budget.reserve(run.reservedBytes)) {
                run.reservedBytes = 0;
                drop(run, SendFailure.SEND_QUEUE_FULL);
                continue;
            }
            counters.retried.add(1);
            write(run);
            host.flushLater(0);
        }
        if (retries.size() > 0) {
            host.retryAt(retries.nextNanos());
        }
    }

    /** Hands over what is open and gives up what waits for a retry; whatever is sent from now on is dropped. */
    void close() {
        flush();
        // What the first flush had to split lies in the queue.
        channel.flush();
        closed = true;
        for (OutboundRun run = retries.poll(); run != null; run = retries.poll()) {
            drop(run, SendFailure.PORT_CLOSED);
        }
    }

    boolean isWritable() {
        return budget.isRoomy();
    }

    /** The system took a run. */
    void sent(OutboundRun run) {
        counters.sent.add(run.segments);
        counters.sentBytes.add(run.content.readableBytes());
        if (run.segments > 1) {
            counters.segmented.add(run.segments);
        }
        if (run.refusedSegmentBytes > 0) {
            gate.refused(run.refusedSegmentBytes);
        }
        recycle(run);
    }

    /** The system refused a run, or the channel is closed. */
    void failed(OutboundRun run, Throwable cause) {
        SendFailure failure = closed ? SendFailure.PORT_CLOSED : SystemErrors.ofSend(cause);
        if (failure.isTransient()) {
            retryLater(run, failure);
        } else if (run.segments > 1 && failure != SendFailure.PORT_CLOSED) {
            split(run);
        } else {
            drop(run, failure);
        }
    }

    private void add(InetSocketAddress to, byte[] buffer, int offset, int length) {
        OutboundRun run = openRun(to);
        if (run != null && !(run.admits(length) && ensureRoom(run, length))) {
            finish(run);
            run = null;
        }
        if (run == null) {
            run = allocate(to, length);
            if (run == null) {
                counters.dropped(SendFailure.SEND_QUEUE_FULL, 1);
                return;
            }
            if (open.size() == MAX_OPEN_RUNS) {
                finish(open.get(0));
            }
            open.add(run);
        }
        run.content.writeBytes(buffer, offset, length);
        run.segments++;
        if (length < run.segmentBytes || run.segments == SegmentationGate.MAX_SEGMENTS || !gate.admits(length)) {
            finish(run);
        }
        unflushedBytes += length;
        if (unflushedBytes > earlyFlushBytes) {
            flush();
        } else {
            host.flushLater(length);
        }
    }

    private @Nullable OutboundRun openRun(InetSocketAddress to) {
        for (int i = 0; i < open.size(); i++) {
            OutboundRun run = open.get(i);
            if (run.destination.equals(to)) {
                return run;
            }
        }
        return null;
    }

    private void finish(OutboundRun run) {
        open.remove(run);
        write(run);
    }

    /** Hands a run to the channel's queue; from here on {@link #sent} or {@link #failed} answer for it. */
    private void write(OutboundRun run) {
        // The channel releases its own hold on the bytes before it tells the outcome; a retry needs them still.
        ByteBuf content = run.content.retain();
        DatagramPacket packet = run.segments == 1
                ? new DatagramPacket(content, run.destination)
                : new SegmentedDatagramPacket(content, run.segmentBytes, run.destination);
        // The run is the future.
        ChannelFuture unused = channel.write(packet, run);
    }

    /** Makes an empty run with room for one datagram, or returns null if the budget is used up. */
    private @Nullable OutboundRun allocate(InetSocketAddress to, int length) {
        if (!budget.reserve(length)) {
            return null;
        }
        OutboundRun run = spare.pollLast();
        if (run == null) {
            run = new OutboundRun(this, channel);
        }
        run.destination = to;
        run.content = channel.alloc().directBuffer(length, SegmentationGate.MAX_RUN_BYTES);
        run.reservedBytes = length;
        run.segmentBytes = length;
        return run;
    }

    private boolean ensureRoom(OutboundRun run, int length) {
        int capacity = run.content.capacity();
        int needed = run.content.readableBytes() + length;
        if (needed <= capacity) {
            return true;
        }
        int grown = Math.min(SegmentationGate.MAX_RUN_BYTES, Math.max(needed, capacity * GROWTH));
        if (!budget.reserve(grown - capacity)) {
            return false;
        }
        run.content.capacity(grown);
        run.reservedBytes += grown - capacity;
        return true;
    }

    private void retryLater(OutboundRun run, SendFailure failure) {
        if (run.retries == RetrySchedule.MAX_RETRIES) {
            drop(run, failure);
            return;
        }
        int bytes = run.content.readableBytes();
        run.content.capacity(bytes);
        budget.release(run.reservedBytes);
        run.reservedBytes = 0;
        run.retries++;
        if (retries.offer(run, run.retries, bytes, nanoClock.getAsLong())) {
            host.retryAt(retries.nextNanos());
        } else {
            drop(run, SendFailure.RETRY_QUEUE_FULL);
        }
    }

    /** Sends the datagrams of a refused run singly; if that works, the gate learns of the refusal. */
    private void split(OutboundRun run) {
        int length = run.content.readableBytes();
        for (int start = 0; start < length; start += run.segmentBytes) {
            int bytes = Math.min(run.segmentBytes, length - start);
            OutboundRun single = allocate(run.destination, bytes);
            if (single == null) {
                counters.dropped(SendFailure.SEND_QUEUE_FULL, 1);
                continue;
            }
            single.content.writeBytes(run.content, start, bytes);
            single.segments = 1;
            single.retries = run.retries;
            single.refusedSegmentBytes = start == 0 ? run.segmentBytes : 0;
            write(single);
        }
        recycle(run);
        host.flushLater(0);
    }

    private void drop(OutboundRun run, SendFailure failure) {
        counters.dropped(failure, run.segments);
        if (failure.isReported()) {
            host.lost(failure, run.segments);
        }
        recycle(run);
    }

    private void recycle(OutboundRun run) {
        budget.release(run.reservedBytes);
        run.clear();
        if (spare.size() < MAX_SPARE_RUNS) {
            spare.addLast(run);
        }
    }
}

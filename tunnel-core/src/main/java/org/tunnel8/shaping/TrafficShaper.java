package org.tunnel8.shaping;

import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tunnel8.metrics.Counters;
import org.tunnel8.metrics.Counters.Kind;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.shaping.Backlog.Held;
import org.tunnel8.time.Deadline;
import org.tunnel8.time.Deadlines;

/**
 * All that a node sends for others goes through here: cells of their circuits, and what an exit sends to the outside.
 *
 * <pre>
 * the line           what is sent
 * ----------------   --------------------------------------------------------------------------------
 * free               goes at once; without limits that costs a look at the port, and nothing else
 * full, or at rate   waits in its circuit's backlog; circuits take turns, the longest backlog drops
 * quota used up      is dropped, and so is what is taken in, until there is a new quota
 * </pre>
 *
 * <p>The line is full when the system takes less than is sent, or when a datagram more would exceed the rate that the
 * operator lends. Engine thread only. Bounded: bytes that wait, of one circuit and of all.
 */
public final class TrafficShaper {
    /** Stands for the node's own port among the numbers of outside sockets, which begin at 1. */
    public static final long OWN_PORT = 0;

    /** No datagram is longer: what can be received, and a cell's frame and layer. */
    static final int MAX_DATAGRAM_BYTES = 9_000;
    /**
     * Between turns: what falls due together leaves together, and a system that took nothing is asked again. What lies in
     * front of the system by then lasts longer.
     */
    static final long PAUSE_NANOS = 1_000_000L;
    /** What waits for nobody gets this part of the rate, so that a flood of creates leaves the rest to circuits. */
    static final int ANSWERS_DIVISOR = 4;

    private final Outlet outlet;
    private final Deadlines deadlines;
    private final Counters counters;
    private final Pace pace;
    private final Pace answers;
    private final long bytesPerSecond;
    private final Quota quota = new Quota();
    private final Backlogs backlogs;
    private Runnable onUsedUp = () -> {};
    /** Whether nothing stands in the way of a datagram but perhaps the system. */
    private boolean free;

    private boolean usedUpTold;
    private @Nullable Deadline telling;
    private @Nullable Deadline turn;

    /**
     * Makes a shaper without a quota.
     *
     * @param limits how fast others' traffic may leave
     * @param outlet where it leaves
     * @param deadlines the engine's time
     * @param counters where drops and an exit's traffic are counted
     */
    public TrafficShaper(TrafficLimits limits, Outlet outlet, Deadlines deadlines, Counters counters) {
        this.outlet = outlet;
        this.deadlines = deadlines;
        this.counters = counters;
        this.bytesPerSecond = limits.bytesPerSecond();
        this.pace = new Pace(bytesPerSecond, deadlines.nowNanos());
        boolean limited = bytesPerSecond != TrafficLimits.UNLIMITED;
        this.answers = new Pace(limited ? bytesPerSecond / ANSWERS_DIVISOR : bytesPerSecond, deadlines.nowNanos());
        this.backlogs = new Backlogs(limits.heldBytes(), limits.heldBytesOfOne());
        this.free = !pace.isLimited();
    }

    /**
     * Says who is told when the quota is used up.
     *
     * @param action called when the engine is next due, never from within another call
     */
    public void onUsedUp(Runnable action) {
        onUsedUp = action;
    }

    /**
     * Sets a quota, or a new one.
     *
     * @param bytes what may be carried from now on, in and out together; 0 for nothing
     */
    public void quota(long bytes) {
        quota.set(bytes);
        free = false;
        if (!quota.isUsedUp()) {
            usedUpTold = false;
            if (telling != null) {
                telling.cancel();
            }
        } else if (!usedUpTold) {
            usedUp();
        }
    }

    /**
     * Takes account of what was taken in for others.
     *
     * @param bytes the datagram's
     * @return false if the quota has no room for it (counted): it must not be used
     */
    public boolean takeIn(int bytes) {
        if (quota.take(bytes)) {
            return true;
        }
        refused();
        return false;
    }

    /**
     * Sends a datagram of a circuit from the node's own port, now or in its turn, or drops it (counted).
     *
     * @param circuit whose it is, by identity
     * @param to resolved address
     * @param buffer holds the datagram; not kept
     * @param offset where it starts
     * @param length its bytes
     */
    public void send(Object circuit, InetSocketAddress to, byte[] buffer, int offset, int length) {
        if (free && outlet.hasRoom()) {
            quota.take(length);
            outlet.send(to, buffer, offset, length);
        } else {
            shape(circuit, OWN_PORT, to, buffer, offset, length);
        }
    }

    /**
     * The same from an outside socket.
     *
     * @param circuit whose it is, by identity
     * @param socket the socket's number
     * @param to resolved address
     * @param buffer holds the datagram; not kept
     * @param offset where it starts
     * @param length its bytes
     */
    public void sendOutside(Object circuit, long socket, InetSocketAddress to, byte[] buffer, int offset, int length) {
        if (free && outlet.hasRoom()) {
            quota.take(length);
            transmit(socket, to, buffer, offset, length);
        } else {
            shape(circuit, socket, to, buffer, offset, length);
        }
    }

    /**
     * Tells whether an answer that waits for nobody may be asked for: those had less than their quarter of the rate.
     *
     * @return false if a create is to be refused for want of it
     */
    public boolean mayAnswer() {
        return answers.isDue(deadlines.nowNanos());
    }

    /**
     * Sends a datagram that waits for nobody, such as an answer to a create; what else is sent waits longer for it.
     *
     * @param to resolved address
     * @param buffer holds the datagram; not kept
     * @param offset where it starts
     * @param length its bytes
     */
    public void sendAtOnce(InetSocketAddress to, byte[] buffer, int offset, int length) {
        if (charge(length)) {
            answers.sent(length, deadlines.nowNanos());
            outlet.send(to, buffer, offset, length);
        }
    }

    /**
     * Takes account of bytes that leave for others by another way, such as a request to a server.
     *
     * @param bytes how many
     * @return false if the quota has no room for them (counted): they must not be sent
     */
    public boolean charge(int bytes) {
        if (!quota.take(bytes)) {
            refused();
            return false;
        }
        pace.sent(bytes, deadlines.nowNanos());
        return true;
    }

    private void shape(Object circuit, long socket, InetSocketAddress to, byte[] buffer, int offset, int length) {
        if (quota.isUsedUp()) {
            counters.dropped(DropReason.QUOTA_USED_UP);
        } else if (backlogs.isEmpty() && pace.isDue(deadlines.nowNanos()) && outlet.hasRoom()) {
            pass(socket, to, buffer, offset, length);
        } else {
            byte[] copy = Arrays.copyOfRange(buffer, offset, offset + length);
            Held held = new Held(socket, to, copy, counters.packets().holdDeparture());
            drop(DropReason.UPLINK_FULL, backlogs.add(circuit, held));
            free = false;
            arrange();
        }
    }

    private void pass(long socket, InetSocketAddress to, byte[] buffer, int offset, int length) {
        if (charge(length)) {
            transmit(socket, to, buffer, offset, length);
        }
    }

    private void transmit(long socket, InetSocketAddress to, byte[] buffer, int offset, int length) {
        if (socket == OWN_PORT) {
            outlet.send(to, buffer, offset, length);
        } else {
            counters.packet(Kind.EXIT_PACKETS_SENT, Kind.EXIT_BYTES_SENT, length);
            outlet.send(socket, to, buffer, offset, length);
        }
    }

    private void arrange() {
        if (turn == null && !backlogs.isEmpty()) {
            turn = deadlines.at(Math.max(deadlines.nowNanos() + PAUSE_NANOS, pace.dueNanos()), this::serve);
        }
    }

    private void serve() {
        turn = null;
        while (pace.isDue(deadlines.nowNanos()) && outlet.hasRoom()) {
            Held next = backlogs.next();
            if (next == null) {
                break;
            }
            counters.packets().departsAsBefore(next.departure);
            pass(next.socket, next.to, next.datagram, 0, next.datagram.length);
        }
        settle();
        arrange();
    }

    private void settle() {
        free = backlogs.isEmpty() && !pace.isLimited() && !quota.isSet();
    }

    private void refused() {
        counters.dropped(DropReason.QUOTA_USED_UP);
        if (!usedUpTold) {
            usedUp();
        }
    }

    private void usedUp() {
        usedUpTold = true;
        drop(DropReason.QUOTA_USED_UP, backlogs.clear());
        telling = deadlines.after(0, onUsedUp);
    }

    private void drop(DropReason reason, int datagrams) {
        for (int i = 0; i < datagrams; i++) {
            counters.dropped(reason);
        }
    }

    /**
     * Drops what waits for a circuit that has ended (counted).
     *
     * @param circuit the circuit
     */
    public void forget(Object circuit) {
        if (!backlogs.isEmpty()) {
            drop(DropReason.CIRCUIT_CLOSED, backlogs.forget(circuit));
        }
    }

    /**
     * What waits for a circuit waits for another from now on.
     *
     * @param before the one it was
     * @param after the one it is, to the same owner
     */
    public void handOver(Object before, Object after) {
        if (!backlogs.isEmpty()) {
            backlogs.handOver(before, after);
        }
    }

    /**
     * Tells whether nothing more is carried for others.
     *
     * @return true from the first datagram that exceeded the quota on, until there is a new one
     */
    public boolean isUsedUp() {
        return quota.isUsedUp();
    }

    /**
     * Bytes carried for others since the start, in and out.
     *
     * @return zero or more
     */
    public long carriedBytes() {
        return quota.carriedBytes();
    }

    /**
     * The rate that others' traffic is held to.
     *
     * @return bytes a second; {@link TrafficLimits#UNLIMITED} if it is not
     */
    public long bytesPerSecond() {
        return bytesPerSecond;
    }

    /**
     * Bytes that wait for the line.
     *
     * @return zero or more, with what each datagram costs besides
     */
    public int heldBytes() {
        return backlogs.heldBytes();
    }

    /**
     * How full the tables are that others' traffic fills.
     *
     * @param maxCircuits the most circuits of others
     * @return a new list
     */
    public List<TableSize> tables(int maxCircuits) {
        return List.of(
                new TableSize("circuits that wait for the line", backlogs.circuits(), maxCircuits),
                new TableSize("bytes that wait for the line", backlogs.heldBytes(), backlogs.mostBytes()));
    }
}

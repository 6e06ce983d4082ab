package org.tunnel8.stream;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.tunnel8.metrics.Counters;
import org.tunnel8.metrics.Counters.Kind;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.time.Deadline;
import org.tunnel8.time.Deadlines;
import org.tunnel8.time.TokenBucket;
import org.tunnel8.wire.Address;

/**
 * Reliable streams of bytes over one flow of datagrams: uTP (BEP 29).
 *
 * <p>Engine thread only. Nothing is thrown whatever bytes arrive. What calls and datagrams cause is sent, and listeners
 * are told, in {@link #flush()}; who never calls that has it done by a deadline that is due at once.
 */
public final class UtpEndpoint {
    /** Answers to packets of streams that are not known; each is shorter than what it answers, or as long. */
    static final int REFUSALS_PER_SECOND = 20;

    static final int REFUSALS_AT_ONCE = 40;
    private static final int LEAST_DATAGRAM_BYTES = 150;
    private static final int IDS = 1 << 16;

    private final UtpOutput output;
    private final UtpSettings settings;
    private final StreamMemory memory;
    private final Deadlines deadlines;
    private final RandomGenerator random;
    private final Counters counters;
    private final UtpWriter writer;
    private final TokenBucket refusals;
    private final UtpPacket packet = new UtpPacket();
    private final StreamTable table = new StreamTable();
    private final StreamTimers timers = new StreamTimers();
    private final Deque<StreamMachine> dirty = new ArrayDeque<>();
    /** Streams that wait for the line. */
    private final Deque<StreamMachine> blocked = new ArrayDeque<>();

    private final Deque<StreamMachine> lingering = new ArrayDeque<>();
    private @Nullable UtpAcceptor acceptor;
    private @Nullable Deadline wakeUp;
    private boolean isFlushing;
    private boolean isRoomAwaited;
    private boolean isClosed;

    /**
     * Makes an endpoint without streams, which refuses those that others begin.
     *
     * @param output where datagrams leave
     * @param settings limits and waiting times
     * @param memory what buffers are taken from; may be shared with other endpoints of the thread
     * @param deadlines the engine's time
     * @param random where identifiers and first sequence numbers come from
     * @param counters where drops are counted
     */
    public UtpEndpoint(
            UtpOutput output,
            UtpSettings settings,
            StreamMemory memory,
            Deadlines deadlines,
            RandomGenerator random,
            Counters counters) {
        this.output = output;
        this.settings = settings;
        this.memory = memory;
        this.deadlines = deadlines;
        this.random = random;
        this.counters = counters;
        this.writer = new UtpWriter(output, deadlines);
        this.refusals = new TokenBucket(deadlines, REFUSALS_PER_SECOND, REFUSALS_AT_ONCE);
    }

    /**
     * Begins a stream. Bytes may be written at once; they leave when the other side has answered.
     *
     * @param target the other side; a name is passed on unresolved, and answers may come from any address with its port
     * @param listener hears what happens; if there are too many streams, of {@link UtpEnd#TOO_MANY} before this returns
     * @return the stream
     */
    public UtpStream connect(Address target, UtpListener listener) {
        boolean hasPlace = !isClosed && makePlace();
        counters.happened(Kind.STREAMS_BEGUN);
        int id = drawId();
        StreamMachine stream = new StreamMachine(this, listener, target, false, id, payloadBytes(target));
        if (hasPlace) {
            table.add(stream);
            stream.begin(StreamMachine.FIRST_NUMBERS + random.nextInt(IDS));
        } else {
            stream.end(isClosed ? UtpEnd.FLOW_CLOSED : UtpEnd.TOO_MANY);
        }
        return stream.stream();
    }

    /**
     * Has streams that others begin accepted from now on, or not any more.
     *
     * @param decider decides about each; null to refuse all
     */
    public void accept(@Nullable UtpAcceptor decider) {
        acceptor = decider;
    }

    /**
     * Takes a datagram that came over the flow.
     *
     * @param origin who sent it to the exit, as the exit says
     * @param buffer holds it; is read and neither kept nor changed
     * @param offset where it starts
     * @param length its bytes
     * @return true if it is uTP and was one of a stream's, began one or was answered with a refusal; false if it is none of
     *     this endpoint's business: it has not been counted then
     */
    public boolean onDatagram(Address origin, byte[] buffer, int offset, int length) {
        UtpPacket.Reading reading = isClosed ? UtpPacket.Reading.NOT_UTP : packet.read(buffer, offset, length);
        if (reading == UtpPacket.Reading.NOT_UTP) {
            return false;
        }
        if (reading == UtpPacket.Reading.MALFORMED) {
            dropped(DropReason.MALFORMED);
            return true;
        }
        int type = packet.type();
        int id = packet.connectionId();
        StreamMachine stream = switch (type) {
            case UtpPacket.SYN -> table.find(origin, id + 1 & 0xffff);
            case UtpPacket.RESET -> table.findReset(origin, id);
            default -> table.find(origin, id);
        };
        if (stream != null && (type != UtpPacket.SYN || stream.isIncoming())) {
            stream.onPacket(origin, packet, nowNanos());
        } else if (type == UtpPacket.SYN && stream == null) {
            onSyn(origin, id);
        } else {
            refuse(origin, DropReason.UNSOLICITED);
        }
        return true;
    }

    private void onSyn(Address origin, int id) {
        UtpAcceptor decider = acceptor;
        if (decider == null) {
            refuse(origin, DropReason.UNSOLICITED);
        } else if (table.incoming() >= settings.maxIncoming() || !makePlace()) {
            refuse(origin, DropReason.TABLE_FULL);
        } else {
            UtpListener listener = decider.onIncoming(origin);
            if (listener == null) {
                refuse(origin, DropReason.UNSOLICITED);
                return;
            }
            StreamMachine stream =
                    new StreamMachine(this, listener, origin, true, id + 1 & 0xffff, payloadBytes(origin));
            counters.happened(Kind.STREAMS_ACCEPTED);
            table.add(stream);
            stream.begin(packet, StreamMachine.FIRST_NUMBERS + random.nextInt(IDS), nowNanos());
        }
    }

    /** A RESET for what does not belong to any stream; rarely, and never for a RESET. */
    private void refuse(Address origin, DropReason why) {
        dropped(why);
        if (packet.type() != UtpPacket.RESET && refusals.tryTake()) {
            writer.refuse(origin, packet);
        }
    }

    private boolean makePlace() {
        StreamMachine oldest = lingering.peekFirst();
        if (table.size() >= settings.maxStreams() && oldest != null) {
            oldest.forget();
        }
        return table.size() < settings.maxStreams();
    }

    private int drawId() {
        int id = random.nextInt(IDS);
        while (table.hasId(id)) {
            id = random.nextInt(IDS);
        }
        return id;
    }

    private int payloadBytes(Address target) {
        int datagram = Math.max(LEAST_DATAGRAM_BYTES, Math.min(UtpWriter.MOST_BYTES, output.maxDatagramBytes(target)));
        return datagram - UtpPacket.HEADER_BYTES;
    }

    /** Sends what is to be sent and tells listeners what has happened; to be called after a batch of datagrams or calls. */
    public void flush() {
        if (isFlushing) {
            return;
        }
        isFlushing = true;
        StreamMachine stream = dirty.pollFirst();
        while (stream != null) {
            stream.isDirty = false;
            if (stream.work(nowNanos())) {
                dirty(stream);
            }
            timers.set(stream, stream.dueNanos());
            stream = dirty.pollFirst();
        }
        isFlushing = false;
        wakeAt(timers.firstNanos());
    }

    private void onTime() {
        wakeUp = null;
        long now = nowNanos();
        while (timers.firstNanos() <= now) {
            StreamMachine stream = timers.first();
            timers.set(stream, Long.MAX_VALUE);
            stream.onTimer(now);
        }
        flush();
    }

    /** Has time looked at; of several times the soonest counts, and one that was put off is looked at for nothing. */
    private void wakeAt(long whenNanos) {
        Deadline set = wakeUp;
        if (whenNanos == Long.MAX_VALUE || (set != null && set.whenNanos() <= whenNanos)) {
            return;
        }
        if (set != null) {
            set.cancel();
        }
        wakeUp = deadlines.at(whenNanos, this::onTime);
    }

    /**
     * Ends all streams at once; nothing is sent. Listeners are told before this returns. Streams may be begun afterwards.
     *
     * @param reason {@link UtpEnd#MOVED} or {@link UtpEnd#FLOW_CLOSED}
     */
    public void abortAll(UtpEnd reason) {
        for (StreamMachine stream : table.all()) {
            if (stream.isOver()) {
                stream.forget();
            } else {
                stream.end(reason);
            }
        }
    }

    /** Ends all streams with a RESET to each other side, and takes no part in anything any more. */
    public void close() {
        isClosed = true;
        for (StreamMachine stream : table.all()) {
            if (!stream.isOver()) {
                stream.sendReset();
            }
        }
        abortAll(UtpEnd.FLOW_CLOSED);
        if (wakeUp != null) {
            wakeUp.cancel();
            wakeUp = null;
        }
    }

    /**
     * How many streams there are, lingering ones included.
     *
     * @return 0 to the most that there may be
     */
    public int streams() {
        return table.size();
    }

    /**
     * How full the tables are.
     *
     * @return streams, and streams that others began
     */
    public List<TableSize> tables() {
        return List.of(
                new TableSize("streams", table.size(), settings.maxStreams()),
                new TableSize("streams of others", table.incoming(), settings.maxIncoming()));
    }

    // What streams ask and tell

    UtpSettings settings() {
        return settings;
    }

    StreamMemory memory() {
        return memory;
    }

    UtpWriter writer() {
        return writer;
    }

    long nowNanos() {
        return deadlines.nowNanos();
    }

    void dropped(DropReason why) {
        counters.dropped(why);
    }

    void happened(Kind what, long amount) {
        counters.happened(what, amount);
    }

    /** Has a stream do its work at the end of the batch. */
    void dirty(StreamMachine stream) {
        if (!stream.isDirty) {
            stream.isDirty = true;
            dirty.addLast(stream);
            if (!isFlushing) {
                wakeAt(nowNanos());
            }
        }
    }

    boolean lineHasRoom() {
        return output.hasRoom();
    }

    /** Whether the line takes a packet with data of a stream; if not, the stream has its turn once it does. */
    boolean hasRoom(StreamMachine stream) {
        if (output.hasRoom()) {
            return true;
        }
        if (!stream.isBlocked) {
            stream.isBlocked = true;
            blocked.addLast(stream);
        }
        if (!isRoomAwaited) {
            isRoomAwaited = true;
            output.whenRoom(this::onRoom);
        }
        return false;
    }

    private void onRoom() {
        isRoomAwaited = false;
        StreamMachine stream = blocked.pollFirst();
        while (stream != null) {
            stream.isBlocked = false;
            dirty(stream);
            stream = blocked.pollFirst();
        }
        flush();
    }

    /** Takes in that a stream has ended; one that lingers is kept for a while. */
    void ended(StreamMachine stream) {
        if (stream.state() == UtpState.DESTROY_DELAY) {
            lingering.addLast(stream);
            timers.set(stream, stream.dueNanos());
            wakeAt(timers.firstNanos());
        } else {
            forget(stream);
        }
    }

    /** Takes in that a stream lingers no longer. */
    void lingeredEnough(StreamMachine stream) {
        lingering.remove(stream);
        forget(stream);
    }

    private void forget(StreamMachine stream) {
        timers.set(stream, Long.MAX_VALUE);
        table.remove(stream);
    }
}

package org.tunnel8.stream;

import org.tunnel8.metrics.Counters.Kind;

/**
 * The half of a stream that sends: what was written, and when what of it leaves. Engine thread only.
 */
final class UtpSender {
    /** Packets of this size on average fit into what implementations remember of those that came too early. */
    private static final int BYTES_OF_A_PLACE = 1_100;

    private static final int FEWEST_PLACES = 16;
    private static final int MOST_PLACES = 4_096;

    private final StreamMachine stream;
    private final StreamMemory.Half memory;
    private final int bufferBytes;
    private final int payloadBytes;
    private final ByteChunks bytes;
    private final LossRecovery recovery;
    private final Flight flight;

    /** Positions in the stream: of the first byte that is not acknowledged, and of the first that was never sent. */
    private long head;

    private long unsent;
    private boolean finWanted;
    private long fin = Long.MIN_VALUE;
    /** The last packet that was sent without being full. */
    private long small = Long.MIN_VALUE;

    private int peerWindow;
    private int peerWindowMost;
    /** Whether a byte may be sent although the other side takes none. */
    private boolean probing;
    /** Whether a write took less than it was given. */
    private boolean refused;

    private long timerNanos = Long.MAX_VALUE;
    /** When the other side has last acknowledged something, or when something to be acknowledged was first sent since. */
    private long progressNanos;

    UtpSender(StreamMachine stream, StreamMemory.Half memory, int bufferBytes, int payloadBytes) {
        this.stream = stream;
        this.memory = memory;
        this.bufferBytes = bufferBytes;
        this.payloadBytes = payloadBytes;
        this.bytes = new ByteChunks(memory);
        this.recovery = new LossRecovery(payloadBytes, bufferBytes);
        this.flight = recovery.flight();
    }

    void begin(long number) {
        flight.begin(number);
    }

    long next() {
        return flight.next();
    }

    // Writing

    int writable() {
        if (finWanted) {
            return 0;
        }
        int least = bytes.size() == 0 ? StreamMemory.CHUNK_BYTES : 0;
        int room = Math.min(bufferBytes, Math.max(least, memory.shareBytes())) - bytes.size();
        return (int) Math.min(Math.max(0, room), bytes.room());
    }

    int write(byte[] from, int offset, int length) {
        int taken = bytes.append(from, offset, Math.min(length, writable()));
        refused = taken < length;
        return taken;
    }

    /** Tells, once, that there is room after a {@link #write} that took less than it was given. */
    boolean hasRoomAgain() {
        int worthwhile = Math.min(bufferBytes / 4, Math.max(payloadBytes, memory.shareBytes() / 4));
        boolean again = refused && writable() >= worthwhile;
        refused &= !again;
        return again;
    }

    void finish() {
        finWanted = true;
    }

    boolean isFinishing() {
        return finWanted;
    }

    /** Whether nothing was ever sent. */
    boolean isUntouched() {
        return recovery.isUntouched();
    }

    /** Whether something waits to be sent, or sent again. */
    boolean hasSomething() {
        return recovery.hasLost() || unsent - head < bytes.size() || (finWanted && !finIsOut());
    }

    /** Whether more was written than memory was left for, and nothing is under way whose end would free some. */
    boolean isStarved() {
        return refused && bytes.size() == 0;
    }

    /** Whether the other side has everything, the end included. */
    boolean isFinished() {
        return finIsOut() && flight.first() > fin;
    }

    boolean finIsOut() {
        return fin != Long.MIN_VALUE;
    }

    // Sending

    /** Sends one packet if there is one that may be sent; false if there is none. */
    boolean sendNext(long nowNanos) {
        if (recovery.hasLost()) {
            long number = recovery.nextRepeatable();
            if (number >= 0) {
                recovery.repeat(number, nowNanos);
                stream.happened(Kind.STREAM_RETRANSMISSIONS, 1);
                emit(number, nowNanos);
            }
            return number >= 0;
        }
        int rest = (int) (bytes.size() - (unsent - head));
        int length = rest == 0 ? 0 : mayLeave(rest, nowNanos);
        if (length == 0 && (rest > 0 || !finWanted || finIsOut())) {
            return false;
        }
        if (flight.count() == 0) {
            recovery.wake(nowNanos - progressNanos);
            progressNanos = nowNanos;
        }
        long number = recovery.sendNew(unsent, length, nowNanos);
        fin = rest == 0 ? number : fin;
        small = length < payloadBytes ? number : small;
        unsent += length;
        probing = false;
        emit(number, nowNanos);
        return true;
    }

    /** How many bytes may leave in one packet; 0 if it has to wait. */
    private int mayLeave(int rest, long nowNanos) {
        int length = Math.min(rest, payloadBytes);
        if (flight.count() >= places() || !recovery.lets(length)) {
            return 0;
        }
        int allowed = (int) Math.max(0, peerWindow - (unsent - head));
        if (length > allowed) {
            if (flight.count() > 0 || (allowed == 0 && !probing)) {
                startTimer(nowNanos);
                return 0;
            }
            return Math.max(1, allowed);
        }
        // RFC 896 as Minshall has it: one small packet at a time.
        boolean waits = length < payloadBytes && !finWanted && small >= flight.first();
        return waits ? 0 : length;
    }

    private void emit(long number, long nowNanos) {
        int type = number == fin ? UtpPacket.FIN : UtpPacket.DATA;
        stream.send(type, number, bytes, (int) (flight.position(number) - head), flight.length(number));
        startTimer(nowNanos);
    }

    private int places() {
        return Math.max(FEWEST_PLACES, Math.min(MOST_PLACES, peerWindowMost / BYTES_OF_A_PLACE));
    }

    // What the other side says

    /** Whether a packet acknowledges what may be acknowledged: nothing that was never sent. */
    boolean isPlausible(int acknowledged) {
        long last = UtpPacket.whole(acknowledged, flight.first() - 1);
        return last < flight.next() && last >= flight.first() - 1 - MOST_PLACES;
    }

    /** Whether a packet acknowledges the SYN, and nothing else. */
    boolean isAnswer(int acknowledged) {
        return UtpPacket.whole(acknowledged, flight.first() - 1) == flight.first() - 1;
    }

    /** The same for a RESET, which may acknowledge the number in a packet without data: that of the one to come. */
    boolean isPlausibleReset(int acknowledged) {
        return isPlausible(acknowledged) || UtpPacket.whole(acknowledged, flight.next()) == flight.next();
    }

    /** Takes in what the other side says at first that it takes. */
    void offered(int windowBytes) {
        peerWindow = windowBytes;
        peerWindowMost = windowBytes;
    }

    /** Takes in how long the handshake took. */
    void handshake(long nanos) {
        recovery.handshake(nanos);
    }

    void onPacket(UtpPacket packet, long nowNanos) {
        long before = flight.first() - 1;
        long last = UtpPacket.whole(packet.acknowledged(), before);
        int offered = packet.windowBytes();
        boolean repeats = last == before && packet.type() == UtpPacket.STATE && offered == peerWindow;
        if (last >= before) {
            peerWindow = offered;
            peerWindowMost = Math.max(peerWindowMost, offered);
        }
        int dropped = recovery.onAcknowledgement(packet, last, repeats, nowNanos);
        if (dropped >= 0) {
            bytes.drop(dropped);
            head += dropped;
            stream.happened(Kind.STREAM_BYTES_SENT, dropped);
            progressNanos = nowNanos;
            timerNanos = Long.MAX_VALUE;
            startTimer(nowNanos);
        }
    }

    // Time

    private void startTimer(long nowNanos) {
        boolean waits = flight.count() > 0 || unsent - head < bytes.size();
        if (waits && timerNanos == Long.MAX_VALUE) {
            timerNanos = nowNanos + recovery.timeoutNanos();
        }
    }

    /** When {@link #onTimer} is due; {@link Long#MAX_VALUE} if it is not. */
    long dueNanos() {
        return timerNanos;
    }

    /** Takes in that nothing was acknowledged for the whole time-out, or that the other side takes nothing for so long. */
    void onTimer(boolean lineHasRoom, long nowNanos) {
        timerNanos = Long.MAX_VALUE;
        if (lineHasRoom) {
            recovery.backOff();
            if (flight.count() == 0) {
                probing = true;
            } else {
                // Beyond its window it was a probe, or what the other side had no room for after all.
                stream.happened(Kind.STREAM_TIMEOUTS, 1);
                recovery.loseAll(unsent - head <= peerWindow);
            }
        }
        startTimer(nowNanos);
    }

    void clear() {
        bytes.clear();
        recovery.clear();
        head = unsent;
        timerNanos = Long.MAX_VALUE;
    }

    long progressNanos() {
        return progressNanos;
    }

    long roundTripNanos() {
        return recovery.roundTripNanos();
    }

    UtpStatistics statistics(long bytesReceived, long packetsSent, long packetsReceived) {
        return recovery.statistics(bytesReceived, packetsSent, packetsReceived, peerWindow);
    }
}

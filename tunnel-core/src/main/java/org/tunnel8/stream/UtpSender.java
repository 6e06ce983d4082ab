package org.tunnel8.stream;

import java.util.concurrent.TimeUnit;
import org.tunnel8.peer.RttEstimator;

/**
 * The half of a stream that sends: what was written, what of it is under way, what was lost.
 *
 * <p>A packet counts as lost once three that were sent later have come (more where the path is seen to mix up the order), or
 * one has and a round trip and a half have passed. Lost packets are sent again in their order, the first of them at once and
 * the others as the window allows; so a round trip repairs as many as there are. Engine thread only.
 */
final class UtpSender {
    private static final long LEAST_TIMEOUT_NANOS = TimeUnit.MILLISECONDS.toNanos(500); // BEP 29
    private static final long FIRST_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(1); // BEP 29, RFC 6298
    private static final long MOST_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final int MOST_BACKOFF = 6;
    /** BEP 29. */
    private static final int FEWEST_BEYOND = 3;

    private static final int MOST_BEYOND = 64;
    /** Packets on this account fit into what implementations remember of those that came too early. */
    private static final int BYTES_OF_A_PLACE = 1_100;

    private static final int FEWEST_PLACES = 16;
    private static final int MOST_PLACES = 4_096;

    private final UtpStream stream;
    private final StreamMemory.Half memory;
    private final int bufferBytes;
    private final int payloadBytes;
    private final ByteChunks bytes;
    private final Flight flight = new Flight();
    private final RttEstimator roundTrip = new RttEstimator();
    private final BaseDelay baseDelay = new BaseDelay();
    private final Ledbat window;

    /** Positions in the stream: of the first byte that is not acknowledged, and of the first that was never sent. */
    private long head;

    private long unsent;
    private boolean finWanted;
    private long fin = Long.MIN_VALUE;
    /** The last packet that was sent without being full. */
    private long small = Long.MIN_VALUE;

    private int inFlight;
    private int lost;
    private int sacked;
    private int repeated;
    private int beyond = FEWEST_BEYOND;
    private long cutUntil = Long.MIN_VALUE;
    private long sends;
    private long newest = -1;
    private long leastRoundTripNanos = Long.MAX_VALUE;
    private long lastRoundTripNanos;
    private int peerWindow;
    private int peerWindowMost;
    private boolean windowFull;
    private boolean probing;
    private boolean refused;

    private long timerNanos = Long.MAX_VALUE;
    private int backoff;
    /** When the other side has last acknowledged something, or when something to be acknowledged was first sent since. */
    private long progressNanos;

    private long retransmissions;
    private long timeouts;
    private long cuts;
    private long acknowledgedBytes;

    UtpSender(UtpStream stream, StreamMemory.Half memory, int bufferBytes, int payloadBytes) {
        this.stream = stream;
        this.memory = memory;
        this.bufferBytes = bufferBytes;
        this.payloadBytes = payloadBytes;
        this.bytes = new ByteChunks(memory);
        this.window = new Ledbat(payloadBytes, bufferBytes + payloadBytes);
    }

    void begin(long number) {
        flight.begin(number);
    }

    long next() {
        return flight.next();
    }

    int writable() {
        if (finWanted) {
            return 0;
        }
        int most = bytes.size() == 0 ? StreamMemory.CHUNK_BYTES : 0;
        int room = Math.min(bufferBytes, Math.max(most, memory.shareBytes())) - bytes.size();
        return (int) Math.min(Math.max(0, room), bytes.room());
    }

    int write(byte[] from, int offset, int length) {
        int taken = bytes.append(from, offset, Math.min(length, writable()));
        refused = taken < length;
        return taken;
    }

    /** Tells, once, that there is room after a {@link #write} that took less than it was given. */
    boolean hasRoomAgain() {
        if (refused && writable() >= Math.min(bufferBytes / 4, Math.max(payloadBytes, memory.shareBytes() / 4))) {
            refused = false;
            return true;
        }
        return false;
    }

    void finish() {
        finWanted = true;
    }

    boolean isFinishing() {
        return finWanted;
    }

    /** Whether nothing was ever sent. */
    boolean isUntouched() {
        return sends == 0;
    }

    /** Whether something waits to be sent, or sent again. */
    boolean hasSomething() {
        return lost > 0 || unsent - head < bytes.size() || (finWanted && fin == Long.MIN_VALUE);
    }

    /** Whether more was written than memory was left for, and nothing is under way whose end would free some. */
    boolean isStarved() {
        return refused && bytes.size() == 0;
    }

    /** Whether the other side has everything, the end included. */
    boolean isFinished() {
        return fin != Long.MIN_VALUE && flight.first() > fin;
    }

    boolean finIsOut() {
        return fin != Long.MIN_VALUE;
    }

    // Sending

    /** Sends one packet if there is one that may be sent; false if there is none. */
    boolean sendNext(long nowNanos) {
        long number = nextLost();
        if (number >= 0) {
            return resend(number, nowNanos);
        }
        int rest = (int) (bytes.size() - (unsent - head));
        if (rest == 0) {
            return sendFin(nowNanos);
        }
        if (flight.count() >= places()) {
            return false;
        }
        int length = Math.min(rest, payloadBytes);
        if (inFlight > 0 && inFlight + length > window.windowBytes()) {
            windowFull = true;
            return false;
        }
        int allowed = (int) Math.max(0, peerWindow - (unsent - head));
        if (length > allowed) {
            if (flight.count() > 0 || (allowed == 0 && !probing)) {
                startTimer(nowNanos);
                return false;
            }
            length = Math.max(1, Math.min(length, allowed));
        }
        if (length < payloadBytes && length == rest && !finWanted && small >= flight.first()) {
            return false; // RFC 896 as Minshall has it: one small packet at a time
        }
        wake(nowNanos);
        number = flight.add(unsent, length, nowNanos, sends++);
        small = length < payloadBytes ? number : small;
        unsent += length;
        inFlight += length;
        probing = false;
        emit(number, UtpPacket.DATA);
        startTimer(nowNanos);
        return true;
    }

    private boolean sendFin(long nowNanos) {
        if (!finWanted || fin != Long.MIN_VALUE) {
            return false;
        }
        wake(nowNanos);
        fin = flight.add(unsent, 0, nowNanos, sends++);
        emit(fin, UtpPacket.FIN);
        startTimer(nowNanos);
        return true;
    }

    private boolean resend(long number, long nowNanos) {
        int length = flight.length(number);
        boolean first = number == flight.first() && flight.transmissions(number) == 1;
        if (!first && inFlight > 0 && inFlight + length > window.windowBytes()) {
            return false;
        }
        flight.sent(number, nowNanos, sends++);
        lost--;
        inFlight += length;
        retransmissions++;
        emit(number, number == fin ? UtpPacket.FIN : UtpPacket.DATA);
        startTimer(nowNanos);
        return true;
    }

    private void emit(long number, int type) {
        stream.send(type, number, bytes, (int) (flight.position(number) - head), flight.length(number));
    }

    private long nextLost() {
        if (lost > 0) {
            for (long number = flight.first(); number < flight.next(); number++) {
                if (flight.state(number) == Flight.LOST) {
                    return number;
                }
            }
        }
        return -1;
    }

    private int places() {
        return Math.max(FEWEST_PLACES, Math.min(MOST_PLACES, peerWindowMost / BYTES_OF_A_PLACE));
    }

    private void wake(long nowNanos) {
        if (flight.count() == 0) {
            long idle = (nowNanos - progressNanos) / timeoutNanos();
            if (idle > 0) {
                window.idle((int) Math.min(Integer.MAX_VALUE, idle));
            }
            progressNanos = nowNanos;
        }
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
    void roundTrip(long nanos) {
        roundTrip.sample(nanos);
        lastRoundTripNanos = nanos;
        leastRoundTripNanos = nanos;
    }

    void onPacket(UtpPacket packet, long nowNanos) {
        long last = UtpPacket.whole(packet.acknowledged(), flight.first() - 1);
        int offered = packet.windowBytes();
        boolean repeats = last == flight.first() - 1 && packet.type() == UtpPacket.STATE && offered == peerWindow;
        if (last >= flight.first() - 1) {
            peerWindow = offered;
            peerWindowMost = Math.max(peerWindowMost, offered);
        }
        int before = inFlight;
        long ackedBefore = acknowledgedBytes;
        long newestBefore = newest;
        long firstBefore = flight.first();
        while (flight.count() > 0 && flight.first() <= last) {
            long number = flight.first();
            int length = flight.length(number);
            onAcknowledged(number, nowNanos);
            sacked -= flight.state(number) == Flight.SACKED ? 1 : 0;
            bytes.drop(length);
            head += length;
            flight.removeFirst();
        }
        readSacks(packet, last, nowNanos);
        int micros = packet.differenceMicros();
        if (micros != 0) {
            window.delay(baseDelay.sample(micros, lastRoundTripNanos, nowNanos), lastRoundTripNanos, nowNanos);
        }
        int acked = (int) (acknowledgedBytes - ackedBefore);
        if (acked > 0) {
            window.acknowledged(acked, windowFull || before + payloadBytes > window.windowBytes(), nowNanos);
            windowFull = false;
        }
        if (acked > 0 || flight.first() > firstBefore) {
            repeated = 0;
            backoff = 0;
            progressNanos = nowNanos;
            timerNanos = Long.MAX_VALUE;
            startTimer(nowNanos);
        } else if (repeats && packet.sackBits() == 0 && flight.count() > 0) {
            onRepeated(nowNanos);
        }
        if (sacked > 0 || (newest > newestBefore && flight.first() < cutUntil)) {
            findLost(nowNanos);
        }
    }

    private void readSacks(UtpPacket packet, long last, long nowNanos) {
        int bits = packet.sackBits();
        for (int i = 0; i < bits; i++) {
            long number = last + 2 + i;
            if (number >= flight.next()) {
                return;
            }
            if (number >= flight.first() && flight.state(number) != Flight.SACKED && packet.isSacked(i)) {
                onAcknowledged(number, nowNanos);
                flight.mark(number, Flight.SACKED);
                sacked++;
            }
        }
    }

    private void onAcknowledged(long number, long nowNanos) {
        byte state = flight.state(number);
        if (state == Flight.SACKED) {
            return;
        }
        int length = flight.length(number);
        acknowledgedBytes += length;
        long since = nowNanos - flight.sentNanos(number);
        if (state == Flight.LOST) {
            lost--;
            cameLate(number);
        } else {
            inFlight -= length;
            newest = Math.max(newest, flight.order(number));
            if (flight.transmissions(number) == 1) {
                roundTrip.sample(since);
                lastRoundTripNanos = since;
                leastRoundTripNanos = Math.min(leastRoundTripNanos, since);
            } else if (since < leastRoundTripNanos / 2) {
                cameLate(number);
            }
        }
    }

    /** A packet that was taken for lost has come after all. */
    private void cameLate(long number) {
        if (timeouts > 0 && backoff > 0) {
            return;
        }
        long gap = flight.next() - number;
        beyond = (int) Math.max(beyond, Math.min(MOST_BEYOND, Math.min(gap, 2L * beyond)));
        if (number < cutUntil) {
            window.notLost();
        }
    }

    private void onRepeated(long nowNanos) {
        if (++repeated >= beyond
                && flight.state(flight.first()) == Flight.OUT
                && flight.transmissions(flight.first()) == 1) {
            lose(flight.first(), nowNanos);
        }
    }

    private void findLost(long nowNanos) {
        long patience = roundTrip.smoothedNanos() + roundTrip.smoothedNanos() / 2;
        int seen = 0;
        for (long number = flight.next() - 1; number >= flight.first(); number--) {
            byte state = flight.state(number);
            if (state == Flight.SACKED) {
                seen++;
            } else if (state == Flight.OUT && newest > flight.order(number)) {
                boolean enough = flight.transmissions(number) == 1 && seen >= beyond;
                if (enough || nowNanos - flight.sentNanos(number) > patience) {
                    lose(number, nowNanos);
                }
            }
        }
    }

    private void lose(long number, long nowNanos) {
        flight.mark(number, Flight.LOST);
        inFlight -= flight.length(number);
        lost++;
        if (number >= cutUntil) {
            cutUntil = flight.next();
            cuts++;
            window.lost(nowNanos);
        }
    }

    // Time

    private long timeoutNanos() {
        long least = roundTrip.samples() == 0 ? FIRST_TIMEOUT_NANOS : LEAST_TIMEOUT_NANOS;
        return Math.min(MOST_TIMEOUT_NANOS, roundTrip.timeoutNanos(least, MOST_TIMEOUT_NANOS) << backoff);
    }

    private void startTimer(long nowNanos) {
        boolean waits = flight.count() > 0 || unsent - head < bytes.size();
        if (waits && timerNanos == Long.MAX_VALUE) {
            timerNanos = nowNanos + timeoutNanos();
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
            backoff = Math.min(MOST_BACKOFF, backoff + 1);
            if (flight.count() == 0) {
                probing = true;
            } else {
                loseAll();
            }
        }
        startTimer(nowNanos);
    }

    private void loseAll() {
        boolean isRefused = unsent - head > peerWindow; // a probe, or what the other side had no room for after all
        timeouts++;
        for (long number = flight.first(); number < flight.next(); number++) {
            if (flight.state(number) == Flight.OUT) {
                flight.mark(number, Flight.LOST);
                lost++;
            }
        }
        inFlight = 0;
        repeated = 0;
        cutUntil = flight.next();
        if (!isRefused) {
            window.timedOut();
        }
    }

    void clear() {
        bytes.clear();
        flight.clear();
        head = unsent;
        inFlight = 0;
        lost = 0;
        sacked = 0;
        timerNanos = Long.MAX_VALUE;
    }

    long progressNanos() {
        return progressNanos;
    }

    long roundTripNanos() {
        return roundTrip.smoothedNanos();
    }

    UtpStatistics statistics(long bytesReceived, long packetsSent, long packetsReceived) {
        return new UtpStatistics(
                acknowledgedBytes,
                bytesReceived,
                packetsSent,
                packetsReceived,
                retransmissions,
                timeouts,
                cuts,
                roundTrip.smoothedNanos(),
                timeoutNanos(),
                window.windowBytes(),
                inFlight,
                peerWindow,
                TimeUnit.MICROSECONDS.toNanos(window.delayMicros()));
    }
}

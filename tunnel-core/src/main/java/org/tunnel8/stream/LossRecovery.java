package org.tunnel8.stream;

import java.util.concurrent.TimeUnit;
import org.tunnel8.peer.RttEstimator;

/**
 * What of a stream's packets is under way, what has come and what was lost, and how much may be under way.
 *
 * <p>A packet counts as lost once three that were sent later have come (more where the path is seen to mix up the order), or
 * one has and a round trip and a half have passed. Lost packets are sent again in their order, the first of them at once and
 * the others as the window allows; so a round trip repairs as many as there are. Engine thread only.
 */
final class LossRecovery {
    private static final long LEAST_TIMEOUT_NANOS = TimeUnit.MILLISECONDS.toNanos(500); // BEP 29
    private static final long FIRST_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(1); // BEP 29, RFC 6298
    private static final long MOST_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final int MOST_BACKOFF = 6;
    private static final int FEWEST_BEYOND = 3; // BEP 29
    private static final int MOST_BEYOND = 64;

    private final int payloadBytes;
    private final Flight flight = new Flight();
    private final RttEstimator roundTrip = new RttEstimator();
    private final BaseDelay baseDelay = new BaseDelay();
    private final Ledbat window;

    private int inFlight;
    private int lost;
    private int sacked;
    /** How often the same was acknowledged again, without saying what else has come. */
    private int repeated;
    /** How many packets that were sent later have to come before one counts as lost. */
    private int beyond = FEWEST_BEYOND;
    /** Losses below this number belong to the window that was cut last. */
    private long cutUntil = Long.MIN_VALUE;

    private long sends;
    /** When the last of those that have come was sent, counted in sends. */
    private long newest = -1;

    private long leastRoundTripNanos = Long.MAX_VALUE;
    private long lastRoundTripNanos;
    private int backoff;
    private boolean isLimited;

    private long retransmissions;
    private long timeouts;
    private long cuts;
    private long acknowledgedBytes;

    LossRecovery(int payloadBytes, int bufferBytes) {
        this.payloadBytes = payloadBytes;
        this.window = new Ledbat(payloadBytes, bufferBytes + payloadBytes);
    }

    Flight flight() {
        return flight;
    }

    /** Whether nothing was ever sent. */
    boolean isUntouched() {
        return sends == 0;
    }

    boolean hasLost() {
        return lost > 0;
    }

    /** Whether the window lets so many bytes leave. */
    boolean lets(int length) {
        boolean may = inFlight == 0 || inFlight + length <= window.windowBytes();
        isLimited |= !may;
        return may;
    }

    long sendNew(long position, int length, long nowNanos) {
        inFlight += length;
        return flight.add(position, length, nowNanos, sends++);
    }

    /** The first packet that is to be sent again if it may be now; -1 if there is none that may. */
    long nextRepeatable() {
        for (long number = flight.first(); number < flight.next(); number++) {
            if (flight.state(number) == Flight.LOST) {
                boolean atOnce = number == flight.first() && flight.transmissions(number) == 1;
                return atOnce || lets(flight.length(number)) ? number : -1;
            }
        }
        return -1;
    }

    void repeat(long number, long nowNanos) {
        flight.sent(number, nowNanos, sends++);
        lost--;
        inFlight += flight.length(number);
        retransmissions++;
    }

    /** Takes in how long the handshake took. */
    void handshake(long nanos) {
        roundTrip.sample(nanos);
        lastRoundTripNanos = nanos;
        leastRoundTripNanos = nanos;
    }

    /** Takes in that a stream that had nothing to send goes on. */
    void wake(long idleNanos) {
        long idle = idleNanos / timeoutNanos();
        if (idle > 0) {
            window.idle((int) Math.min(Integer.MAX_VALUE, idle));
        }
    }

    /**
     * Takes in what the other side has received.
     *
     * @param packet says it
     * @param last the last packet that it has with all before
     * @param repeats whether it says the same as before
     * @param nowNanos the time
     * @return bytes at the front of what was not acknowledged that are acknowledged now; -1 if nothing new was
     */
    int onAcknowledgement(UtpPacket packet, long last, boolean repeats, long nowNanos) {
        int before = inFlight;
        long ackedBefore = acknowledgedBytes;
        long newestBefore = newest;
        long firstBefore = flight.first();
        int dropped = 0;
        while (flight.count() > 0 && flight.first() <= last) {
            long number = flight.first();
            onAcknowledged(number, nowNanos);
            sacked -= flight.state(number) == Flight.SACKED ? 1 : 0;
            dropped += flight.length(number);
            flight.removeFirst();
        }
        readSacks(packet, last, nowNanos);
        int micros = packet.differenceMicros();
        if (micros != 0) {
            window.delay(baseDelay.sample(micros, lastRoundTripNanos, nowNanos), lastRoundTripNanos, nowNanos);
        }
        int acked = (int) (acknowledgedBytes - ackedBefore);
        if (acked > 0) {
            window.acknowledged(acked, isLimited || before + payloadBytes > window.windowBytes(), nowNanos);
            isLimited = false;
        }
        boolean isProgress = acked > 0 || flight.first() > firstBefore;
        if (isProgress) {
            repeated = 0;
            backoff = 0;
        } else if (repeats && packet.sackBits() == 0 && flight.count() > 0) {
            onRepeated(nowNanos);
        }
        if (sacked > 0 || (newest > newestBefore && flight.first() < cutUntil)) {
            findLost(nowNanos);
        }
        return isProgress ? dropped : -1;
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
        if (state == Flight.LOST) {
            lost--;
            cameLate(number);
            return;
        }
        inFlight -= length;
        newest = Math.max(newest, flight.order(number));
        long since = nowNanos - flight.sentNanos(number);
        if (flight.transmissions(number) == 1) {
            roundTrip.sample(since);
            lastRoundTripNanos = since;
            leastRoundTripNanos = Math.min(leastRoundTripNanos, since);
        } else if (since < leastRoundTripNanos / 2) {
            cameLate(number); // too soon for what was sent again
        }
    }

    /** A packet that was taken for lost has come after all. */
    private void cameLate(long number) {
        if (backoff > 0) {
            return; // a time-out says nothing of the order
        }
        long gap = flight.next() - number;
        beyond = (int) Math.max(beyond, Math.min(MOST_BEYOND, Math.min(gap, 2L * beyond)));
        if (number < cutUntil) {
            window.notLost();
        }
    }

    private void onRepeated(long nowNanos) {
        long first = flight.first();
        if (++repeated >= beyond && flight.state(first) == Flight.OUT && flight.transmissions(first) == 1) {
            lose(first, nowNanos);
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

    /** How long to wait for an acknowledgement, backing off included. */
    long timeoutNanos() {
        long least = roundTrip.samples() == 0 ? FIRST_TIMEOUT_NANOS : LEAST_TIMEOUT_NANOS;
        return Math.min(MOST_TIMEOUT_NANOS, roundTrip.timeoutNanos(least, MOST_TIMEOUT_NANOS) << backoff);
    }

    void backOff() {
        backoff = Math.min(MOST_BACKOFF, backoff + 1);
    }

    /**
     * Takes in that nothing was acknowledged for the whole time-out: all counts as lost.
     *
     * @param isPath whether the path is to blame, and not an other side that has no room
     */
    void loseAll(boolean isPath) {
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
        if (isPath) {
            window.timedOut();
        }
    }

    void clear() {
        flight.clear();
        inFlight = 0;
        lost = 0;
        sacked = 0;
    }

    long roundTripNanos() {
        return roundTrip.smoothedNanos();
    }

    UtpStatistics statistics(long bytesReceived, long packetsSent, long packetsReceived, int peerWindow) {
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

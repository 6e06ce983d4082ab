package org.tunnel8.circuit;

import org.jspecify.annotations.Nullable;
import org.tunnel8.peer.RttEstimator;
import org.tunnel8.time.Deadline;
import org.tunnel8.time.Deadlines;

/**
 * Judges by signs of life whether a circuit still carries (D1).
 *
 * <pre>
 * state     event                                                        next
 * -------   ----------------------------------------------------------   ---------------------------------------------
 * HEALTHY   data sent, nothing back for max(1 s, 4 round trips)          SUSPECT, a burst of pings goes out
 * HEALTHY   data came, and nothing more for the same time                SUSPECT, the same
 * HEALTHY   so many pings in a row unanswered that chance hardly does it SUSPECT, the same
 * SUSPECT   any authenticated cell; after missed pings only a pong       HEALTHY
 * SUSPECT   first burst unanswered                                       FAILING: flows move if they can; another burst
 * FAILING   the same as for SUSPECT                                      HEALTHY
 * FAILING   third burst unanswered                                       torn down
 * any       no authenticated cell for 30 s                               torn down
 * </pre>
 *
 * <p>A circuit that is ready is pinged in quick succession at first: that teaches the round trip, and shows who loses or
 * damages cells before much depends on him. Afterwards every 7.5 s, and at once again when one is missed. Only cells that open
 * under every layer, and did not come before, count; plaintext ones, which anybody can send, do not. Engine thread only.
 */
final class CircuitHealth {
    /** Holds every entry on 1, 2 and 3 hops, also while extending (D1). */
    static final long PING_NANOS = 7_500_000_000L;
    /** The ceiling: FR-017's heartbeat. */
    static final long SILENCE_NANOS = 30_000_000_000L;
    /** A circuit in use that is silent for this long, or for four round trips if they are longer, is suspect (D1). */
    static final long SUSPECT_NANOS = 1_000_000_000L;
    /** How long each burst is waited for after its last ping; with all else they stay below D1's 5 s. */
    private static final long[] BURST_WAIT_NANOS = {400_000_000L, 900_000_000L, 1_200_000_000L};
    /** How much longer they are waited for while cells come in: pings may stand in the queue of a full line. */
    private static final long FULL_PATH_PATIENCE = 3;
    /** Between the pings of a burst: lost datagrams are often neighbours. */
    static final long BURST_STEP_NANOS = 100_000_000L;
    /** Pings of a burst: as many as make it unlikely that all are lost by chance, within these bounds. */
    static final int LEAST_BURST = 3;

    static final int MOST_BURST = 8;
    /** A circuit is not called suspect, nor failing, by what chance does more often than this. */
    private static final double CHANCE = 0.005;
    /** How often a circuit in use is looked at. */
    static final long WATCH_NANOS = 250_000_000L;
    /** Pings in a row without an answer that make a circuit suspect, at least (D1). */
    private static final int MISSED_PINGS = 2;
    /** Between the pings of a new circuit, and of one that is looked at closely. */
    static final long TRIAL_NANOS = 250_000_000L;
    /** Pings of a new circuit that follow each other quickly. */
    static final int TRIAL_PINGS = 16;
    /** Pings by which a doubtful circuit is looked at closely, until it was not doubtful for once. */
    static final int MOST_CLOSE_PINGS = 64;
    /** After this time a circuit that does its part has proved something for its hops. */
    static final long PROVEN_NANOS = 15_000_000_000L;
    /** And again after each further time of this length. */
    static final long PROVEN_AGAIN_NANOS = 600_000_000_000L;
    /** The shortest time after which a ping counts as unanswered. */
    private static final long PING_WAIT_NANOS = 1_000_000_000L;

    private static final long NEVER = Long.MIN_VALUE;

    private final Circuit circuit;
    private final CircuitNetworkClient client;
    private final Deadlines deadlines;
    private final RttEstimator rtt = new RttEstimator();
    private final PingLog pings = new PingLog();
    private final CircuitQuality quality;

    private long lastAuthenticatedNanos;
    private long unansweredSinceNanos = NEVER;
    private long nextPingNanos;
    private long provenNanos = Long.MAX_VALUE;
    private int trialPings;
    private int missedInARow;
    private int closePings = MOST_CLOSE_PINGS;
    /** Bursts begun; 0 while the circuit is healthy. */
    private int burst;

    private boolean wasPoor;

    private int burstPings;
    private long burstNextNanos;
    private boolean onlyPongsClear;
    private boolean bringsData;
    private boolean watching;
    private @Nullable Deadline timer;

    CircuitHealth(Circuit circuit, CircuitNetworkClient client) {
        this.circuit = circuit;
        this.client = client;
        this.deadlines = client.deadlines();
        this.quality = new CircuitQuality(client.usualQuality());
        this.lastAuthenticatedNanos = deadlines.nowNanos();
    }

    /** The first hop has been added: pings begin. */
    void start() {
        lastAuthenticatedNanos = deadlines.nowNanos();
        nextPingNanos = deadlines.nowNanos() + PING_NANOS;
        schedule();
    }

    /** All hops have been added: the circuit is tried out. */
    void ready() {
        trialPings = TRIAL_PINGS;
        provenNanos = deadlines.nowNanos() + PROVEN_NANOS;
        ping(true);
        schedule();
    }

    void stop() {
        if (timer != null) {
            timer.cancel();
        }
    }

    /** A new cell has opened under every layer. */
    void authenticated() {
        lastAuthenticatedNanos = deadlines.nowNanos();
        unansweredSinceNanos = NEVER;
        bringsData = false;
        quality.good();
        if (burst > 0 && !onlyPongsClear) {
            recovered();
        }
    }

    /** A cell did not open at a layer, counted from the first hop's. */
    void badLayer(int layer) {
        quality.bad(layer);
    }

    /** A cell has come again, perhaps in a datagram that has; no sign of life, as any hop can send it. */
    void replayed(boolean isRepeatedDatagram) {
        quality.replayed(isRepeatedDatagram);
    }

    /** The cell that has just opened holds application data, which more is likely to follow. */
    void broughtData() {
        bringsData = true;
        if (!watching) {
            schedule();
        }
    }

    /** Application data goes out. */
    void sent() {
        if (unansweredSinceNanos == NEVER) {
            unansweredSinceNanos = deadlines.nowNanos();
            if (!watching) {
                schedule();
            }
        }
    }

    /** Takes the answer to a ping; false if no such ping is outstanding. */
    boolean onPong(int identifier) {
        PingLog.Match match = pings.answered(identifier);
        if (match == null) {
            return false;
        }
        long tookNanos = deadlines.nowNanos() - match.sentNanos();
        rtt.sample(tookNanos);
        client.roundTrip(circuit, tookNanos);
        if (match.counts() && match.inTime()) {
            quality.ping(true);
        }
        missedInARow = 0;
        if (burst > 0) {
            recovered();
        }
        return true;
    }

    private void recovered() {
        if (isFailing()) {
            client.recovered(circuit);
        }
        burst = 0;
        onlyPongsClear = false;
        missedInARow = 0;
        nextPingNanos = Math.min(nextPingNanos, deadlines.nowNanos() + PING_NANOS);
    }

    /** Asks for a sign of life at once, because others of this client have fallen silent. */
    void check() {
        if (burst == 0) {
            ping(true);
            schedule();
        }
    }

    private void ping(boolean counts) {
        pings.sent(client.sendPing(circuit), deadlines.nowNanos(), counts);
        trialPings = Math.max(0, trialPings - 1);
        closePings = quality.isDoubtful() ? Math.max(0, closePings - 1) : MOST_CLOSE_PINGS;
        boolean closely = trialPings > 0 || (quality.isDoubtful() && closePings > 0);
        nextPingNanos = deadlines.nowNanos() + (closely ? TRIAL_NANOS : PING_NANOS);
    }

    boolean isSuspect() {
        return burst > 0;
    }

    /** Whether a whole burst has gone unanswered already: time to use another circuit. */
    boolean isFailing() {
        return burst > 1;
    }

    CircuitQuality quality() {
        return quality;
    }

    RttEstimator rtt() {
        return rtt;
    }

    long lastAuthenticatedNanos() {
        return lastAuthenticatedNanos;
    }

    private void look() {
        long now = deadlines.nowNanos();
        if (now - lastAuthenticatedNanos >= SILENCE_NANOS || (isBurstOver(now) && burst >= BURST_WAIT_NANOS.length)) {
            client.close(circuit, CloseReason.UNRESPONSIVE);
            return;
        }
        int burstBefore = burst;
        expirePings(now);
        quality.look(now);
        if (burst == 0 && (isSilentInUse(now) || missedInARow >= missesThatCount())) {
            onlyPongsClear = !isSilentInUse(now);
            nextBurst(now);
        } else if (isBurstOver(now)) {
            nextBurst(now);
        }
        if (burst > 0) {
            continueBurst(now);
        } else if (now >= nextPingNanos) {
            ping(true);
        }
        prove(now);
        schedule();
        tell(burstBefore);
    }

    /** Tells what has changed for the worse; whoever hears it may close this circuit. */
    private void tell(int burstBefore) {
        if (burst == 1 && burstBefore == 0) {
            client.becameSuspect(circuit);
            return;
        }
        boolean isPoor = quality.isPoor();
        // Not compared with the beginning of this look: what other circuits teach can make it poor between two.
        boolean becamePoor = isPoor && !wasPoor;
        wasPoor = isPoor;
        if (circuit.state() == Circuit.State.READY && ((isFailing() && burstBefore < 2) || becamePoor)) {
            client.isToBeReplaced(circuit);
        }
    }

    private void expirePings(long now) {
        long wait = pingWaitNanos();
        for (PingLog.Match lost = pings.expired(now - wait); lost != null; lost = pings.expired(now - wait)) {
            missedInARow++;
            if (lost.counts()) {
                quality.ping(false);
                nextPingNanos = Math.min(nextPingNanos, now);
            }
        }
    }

    private long pingWaitNanos() {
        return Math.max(PING_WAIT_NANOS, 3 * rtt.smoothedNanos());
    }

    /** How many pings in a row must stay unanswered before it is no chance. */
    private int missesThatCount() {
        return Math.max(MISSED_PINGS, lossesBeyondChance());
    }

    private int lossesBeyondChance() {
        double loss = Math.min(0.9, Math.max(0.001, 1 - quality.usual()));
        return (int) Math.ceil(StrictMath.log(CHANCE) / StrictMath.log(loss));
    }

    /** Data was sent and nothing came, or data came and then nothing more: it may have ended, or the circuit. */
    private boolean isSilentInUse(long now) {
        long patience = Math.max(SUSPECT_NANOS, 4 * rtt.smoothedNanos());
        boolean isUnanswered = unansweredSinceNanos != NEVER && now - unansweredSinceNanos >= patience;
        return isUnanswered || (bringsData && now - lastAuthenticatedNanos >= patience);
    }

    private void nextBurst(long now) {
        burst++;
        burstPings = Math.min(MOST_BURST, Math.max(LEAST_BURST, lossesBeyondChance()));
        burstNextNanos = now;
    }

    private boolean isBurstOver(long now) {
        return burst > 0 && burstPings == 0 && now >= burstNextNanos;
    }

    private void continueBurst(long now) {
        while (burstPings > 0 && now >= burstNextNanos) {
            ping(false);
            burstPings--;
            burstNextNanos = now + (burstPings > 0 ? BURST_STEP_NANOS : burstWaitNanos(now));
        }
    }

    /** A path of long round trips gets the time that an answer takes, and one that brings cells may just be full. */
    private long burstWaitNanos(long now) {
        boolean bringsCells = now - lastAuthenticatedNanos < SUSPECT_NANOS;
        return Math.max(BURST_WAIT_NANOS[burst - 1] * (bringsCells ? FULL_PATH_PATIENCE : 1), 2 * rtt.smoothedNanos());
    }

    /** Tells from time to time that the circuit does its part. */
    private void prove(long now) {
        if (now >= provenNanos && burst == 0 && !quality.isPoor() && !quality.isDoubtful()) {
            provenNanos = now + PROVEN_AGAIN_NANOS;
            client.provedWorth(circuit);
        }
    }

    private void schedule() {
        stop();
        watching = unansweredSinceNanos != NEVER || bringsData || burst > 0;
        long now = deadlines.nowNanos();
        long next = nextPingNanos;
        if (burst > 0) {
            next = burstNextNanos;
        } else {
            long open = pings.oldestOpenNanos();
            next = open == Long.MAX_VALUE ? next : Math.min(next, open + pingWaitNanos());
            next = watching ? Math.min(next, now + WATCH_NANOS) : next;
        }
        timer = deadlines.at(Math.min(next, lastAuthenticatedNanos + SILENCE_NANOS), this::look);
    }
}

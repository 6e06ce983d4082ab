package org.tunnel8.circuit;

import org.jspecify.annotations.Nullable;
import org.tunnel8.peer.RttEstimator;
import org.tunnel8.time.Deadline;
import org.tunnel8.time.Deadlines;

/**
 * Judges by signs of life whether a circuit still carries (D1).
 *
 * <pre>
 * state     event                                                              next
 * -------   ----------------------------------------------------------------   ------------------------------
 * HEALTHY   data sent and nothing back for max(1 s, 4 round trips)             SUSPECT, probed at once
 * HEALTHY   two pings in a row unanswered                                      SUSPECT, probed at once
 * SUSPECT   any authenticated cell                                             HEALTHY
 * SUSPECT   probe unanswered, series not at its end                            SUSPECT, probed again
 * SUSPECT   probe unanswered, series at its end                                torn down
 * any       no authenticated cell for 30 s                                     torn down
 * </pre>
 *
 * <p>Only cells that open under every layer count; plaintext ones, which anybody can send, do not. Engine thread only.
 */
final class CircuitHealth {
    /** Holds every entry on 1, 2 and 3 hops, also while extending (D1). */
    static final long PING_NANOS = 7_500_000_000L;
    /** The ceiling: FR-017's heartbeat. */
    static final long SILENCE_NANOS = 30_000_000_000L;
    /** A circuit in use that is silent for this long, or for four round trips if they are longer, is suspect (D1). */
    static final long SUSPECT_NANOS = 1_000_000_000L;
    /** How long each probe of the series is waited for; with {@link #SUSPECT_NANOS} they stay below D1's 5 s. */
    private static final long[] PROBE_WAIT_NANOS = {500_000_000L, 1_000_000_000L, 2_000_000_000L};
    /** How often a circuit in use is looked at. */
    static final long WATCH_NANOS = 250_000_000L;
    /** Pings whose answers are still taken. */
    private static final int REMEMBERED_PINGS = 8;
    /** Pings in a row without an answer that make an idle circuit suspect (D1). */
    private static final int MISSED_PINGS = 2;

    private static final long NEVER = Long.MIN_VALUE;

    private final Circuit circuit;
    private final CircuitNetworkClient client;
    private final Deadlines deadlines;
    private final RttEstimator rtt = new RttEstimator();
    private final int[] pingIdentifiers = new int[REMEMBERED_PINGS];
    private final long[] pingSentNanos = new long[REMEMBERED_PINGS];

    private long lastAuthenticatedNanos;
    private long unansweredSinceNanos = NEVER;
    private long nextPingNanos;
    private int pingsSent;
    private int unansweredPings;
    private int probe = -1;
    private long probeUntilNanos;
    private boolean watching;
    private @Nullable Deadline timer;

    CircuitHealth(Circuit circuit, CircuitNetworkClient client) {
        this.circuit = circuit;
        this.client = client;
        this.deadlines = client.deadlines();
        this.lastAuthenticatedNanos = deadlines.nowNanos();
    }

    /** The first hop has been added: pings begin. */
    void start() {
        lastAuthenticatedNanos = deadlines.nowNanos();
        nextPingNanos = deadlines.nowNanos() + PING_NANOS;
        schedule();
    }

    void stop() {
        if (timer != null) {
            timer.cancel();
        }
    }

    /** A cell has opened under every layer. */
    void authenticated() {
        lastAuthenticatedNanos = deadlines.nowNanos();
        unansweredSinceNanos = NEVER;
        unansweredPings = 0;
        probe = -1;
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
        for (int i = 0; i < Math.min(pingsSent, REMEMBERED_PINGS); i++) {
            if (pingIdentifiers[i] == identifier && pingSentNanos[i] != NEVER) {
                rtt.sample(deadlines.nowNanos() - pingSentNanos[i]);
                pingSentNanos[i] = NEVER;
                return true;
            }
        }
        return false;
    }

    /** Asks for a sign of life at once, to learn the round trip. */
    void ping() {
        int slot = pingsSent++ % REMEMBERED_PINGS;
        pingIdentifiers[slot] = client.sendPing(circuit);
        pingSentNanos[slot] = deadlines.nowNanos();
        nextPingNanos = deadlines.nowNanos() + PING_NANOS;
        unansweredPings++;
    }

    boolean isSuspect() {
        return probe >= 0;
    }

    /** Whether a probe has gone unanswered already: time to have another circuit at hand. */
    boolean isFailing() {
        return probe > 0;
    }

    RttEstimator rtt() {
        return rtt;
    }

    long lastAuthenticatedNanos() {
        return lastAuthenticatedNanos;
    }

    private void look() {
        long now = deadlines.nowNanos();
        if (now - lastAuthenticatedNanos >= SILENCE_NANOS) {
            client.close(circuit, CloseReason.UNRESPONSIVE);
            return;
        }
        if (probe >= 0) {
            if (now >= probeUntilNanos && !probeAgain()) {
                client.close(circuit, CloseReason.UNRESPONSIVE);
                return;
            }
        } else if (isSilentInUse(now) || (unansweredPings >= MISSED_PINGS && now >= nextPingNanos)) {
            probeAgain();
        } else if (now >= nextPingNanos) {
            ping();
        }
        schedule();
    }

    private boolean isSilentInUse(long now) {
        return unansweredSinceNanos != NEVER
                && now - unansweredSinceNanos >= Math.max(SUSPECT_NANOS, 4 * rtt.smoothedNanos());
    }

    private boolean probeAgain() {
        if (probe + 1 >= PROBE_WAIT_NANOS.length) {
            return false;
        }
        probe++;
        ping();
        // A path of long round trips gets the time that an answer takes.
        probeUntilNanos = deadlines.nowNanos() + Math.max(PROBE_WAIT_NANOS[probe], 2 * rtt.smoothedNanos());
        return true;
    }

    private void schedule() {
        stop();
        watching = unansweredSinceNanos != NEVER || probe >= 0;
        long now = deadlines.nowNanos();
        long next =
                probe >= 0 ? probeUntilNanos : watching ? Math.min(now + WATCH_NANOS, nextPingNanos) : nextPingNanos;
        timer = deadlines.at(Math.min(next, lastAuthenticatedNanos + SILENCE_NANOS), this::look);
    }
}

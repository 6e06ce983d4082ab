package org.tunnel8.engine;

import org.jspecify.annotations.Nullable;
import org.tunnel8.circuit.BuildFailures;
import org.tunnel8.circuit.CircuitPool;
import org.tunnel8.peer.PeerTable;
import org.tunnel8.time.Deadline;
import org.tunnel8.time.Deadlines;
import org.tunnel8.walk.BootstrapState;
import org.tunnel8.walk.Discovery;
import org.tunnel8.walk.DiscoveryStatus;
import org.tunnel8.walk.NatType;

/**
 * Tells why there is no circuit: looks each second while there is none, and says when the reason changes. Draws nothing by
 * chance and sends nothing, so that looking changes nothing. Engine thread only.
 */
final class TroubleWatch {
    private static final long LOOK_NANOS = 1_000_000_000L;
    /** Sending counts as failing for so long after it was told, which is at most every 10 s. */
    private static final long SEND_FAILING_NANOS = 15_000_000_000L;
    /** Fewer failed attempts tell nothing: any three hops can have gone. */
    private static final int TELLING_FAILURES = 3;

    /** Silent peers are asked after this time, and those that are there answer: until then it may be chance that none is heard. */
    private static final long STILL_THERE_NANOS = PeerTable.SILENT_NANOS + 2_500_000_000L;

    private final CircuitPool pool;
    private final Discovery discovery;
    private final Deadlines deadlines;
    private final EngineListener listener;
    private @Nullable Trouble latest;
    private @Nullable Deadline next;
    private boolean running;
    private boolean stopped;
    private boolean portLost;
    private long unsent;
    private long sendFailedNanos;
    private long thereNanos = Long.MIN_VALUE / 2;

    TroubleWatch(CircuitPool pool, Discovery discovery, Deadlines deadlines, EngineListener listener) {
        this.pool = pool;
        this.discovery = discovery;
        this.deadlines = deadlines;
        this.listener = listener;
    }

    void start() {
        running = true;
        look();
    }

    void stop() {
        stopped = true;
        look();
        running = false;
        if (next != null) {
            next.cancel();
        }
    }

    void sendFailing(long datagrams) {
        unsent += datagrams;
        sendFailedNanos = deadlines.nowNanos();
        look();
    }

    void portLost() {
        portLost = true;
        look();
    }

    /** What stands in the way now; null if nothing does. */
    @Nullable
    Trouble trouble() {
        look();
        return latest;
    }

    /** Something has changed that may change the reason. */
    void look() {
        if (!running) {
            return;
        }
        long now = deadlines.nowNanos();
        if (unsent > 0 && now - sendFailedNanos >= SEND_FAILING_NANOS) {
            unsent = 0;
        }
        Trouble before = latest;
        latest = judge(before, now);
        if ((before == null ? null : before.kind()) != (latest == null ? null : latest.kind())) {
            listener.onTrouble(latest);
        }
        if (next != null) {
            next.cancel();
            next = null;
        }
        if (latest != null && !stopped) {
            next = deadlines.after(LOOK_NANOS, this::look);
        }
    }

    private @Nullable Trouble judge(@Nullable Trouble before, long now) {
        boolean isSendFailing = unsent > 0 || portLost;
        if (pool.ready() > 0 && !isSendFailing && !stopped) {
            return null;
        }
        TroubleFacts facts = new TroubleFacts(
                discovery.status(),
                pool.minPeers(),
                pool.usableExits(),
                pool.usableFirstHops(),
                pool.buildFailures(),
                unsent,
                portLost);
        TroubleKind kind = stopped ? TroubleKind.CLOSED : isSendFailing ? TroubleKind.PORT_TROUBLE : kind(facts, now);
        return new Trouble(kind, before != null && before.kind() == kind ? before.sinceNanos() : now, facts);
    }

    /** What lacks first on the way to a circuit: without peers, nothing can be said of exits. */
    private TroubleKind kind(TroubleFacts facts, long now) {
        DiscoveryStatus known = facts.discovery();
        boolean isStrict = known.natType() == NatType.SYMMETRIC || known.puncturesFailing();
        if (known.peers() < facts.minPeers()) {
            return known.bootstrap() != BootstrapState.ANSWERED
                    ? TroubleKind.NO_BOOTSTRAP_SERVER
                    : isStrict ? TroubleKind.NAT_TOO_STRICT : TroubleKind.TOO_FEW_PEERS;
        }
        if (facts.exits() == 0) {
            return TroubleKind.NO_EXIT;
        }
        if (facts.firstHops() == 0) {
            return isStrict ? TroubleKind.NAT_TOO_STRICT : TroubleKind.NO_FIRST_HOP;
        }
        return ofFailures(facts.failures(), now);
    }

    private TroubleKind ofFailures(BuildFailures failures, long now) {
        int half = failures.all() / 2;
        if (failures.all() < TELLING_FAILURES) {
            return TroubleKind.BUILDING;
        }
        if (failures.atExit() > half) {
            return TroubleKind.EXITS_REFUSE;
        }
        if (failures.withoutCandidate() > half) {
            return TroubleKind.TOO_FEW_PEERS;
        }
        if (failures.firstHopsAreThere()) {
            thereNanos = now;
        }
        boolean areThere = now - thereNanos < STILL_THERE_NANOS;
        return failures.atFirstHop() > half && !areThere ? TroubleKind.NO_FIRST_HOP : TroubleKind.CAPACITY_FULL;
    }
}

package org.tunnel8.meters;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tunnel8.circuit.Circuit;
import org.tunnel8.circuit.CircuitPool;
import org.tunnel8.direct.DirectCounters;
import org.tunnel8.direct.DirectDrop;
import org.tunnel8.driver.EngineDriver;
import org.tunnel8.driver.QuotaAccount;
import org.tunnel8.engine.Trouble;
import org.tunnel8.engine.TroubleKind;
import org.tunnel8.engine.TunnelEngine;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.peer.Peer;
import org.tunnel8.peer.PeerTable;
import org.tunnel8.shaping.TrafficLimits;
import org.tunnel8.shaping.TrafficShaper;
import org.tunnel8.transport.TransportCounters;
import org.tunnel8.walk.DiscoveryStatus;
import org.tunnel8.wire.walk.PeerFlags;

/**
 * What the engine's thread alone knows of a client or a node, as of a moment. Immutable.
 *
 * @param engine null before the engine runs
 * @param port what the own port's socket has counted
 * @param outside what outside sockets have counted
 * @param direct what went directly; null for a node
 */
record NodeState(
        @Nullable EngineState engine,
        TransportCounters port,
        TransportCounters outside,
        @Nullable DirectState direct) {
    static final NodeState NOTHING = new NodeState(null, TransportCounters.none(), TransportCounters.none(), null);

    /**
     * What an engine's structures say.
     *
     * @param discovery how getting known goes
     * @param peers known peers by what they are to us
     * @param candidates peers that can be hops, by one of {@link #ROLES}
     * @param circuits own circuits, by condition and hops: {@link #circuits(CircuitCondition, int)}
     * @param trouble why no circuit can be used; null if one can, or for a node
     * @param joined others' circuits that end here
     * @param relayed others' circuits that run through
     * @param sockets outside sockets
     * @param lending what is lent and used
     * @param tables every table, by its name
     */
    record EngineState(
            DiscoveryStatus discovery,
            Map<PeerCondition, Integer> peers,
            Map<Integer, Integer> candidates,
            Map<CircuitPlace, Integer> circuits,
            @Nullable TroubleKind trouble,
            int joined,
            int relayed,
            int sockets,
            Lending lending,
            Map<String, TableSize> tables) {
        int circuits(CircuitCondition condition, int hops) {
            return circuits.getOrDefault(new CircuitPlace(condition, hops), 0);
        }
    }

    /** What own circuits are counted by. */
    record CircuitPlace(CircuitCondition condition, int hops) {}

    /** What is lent to others; {@code quotaBytes} is 0 without a quota. */
    record Lending(
            long bytesPerSecond,
            long carriedBytes,
            long waitingBytes,
            long quotaBytes,
            long quotaUsedBytes,
            boolean usedUp) {}

    /** What has gone directly, and what may. */
    record DirectState(
            long datagramsSent,
            long datagramsReceived,
            long bytesSent,
            long bytesReceived,
            long streams,
            long exchanges,
            int openStreams,
            int leases,
            Map<DirectDrop, Long> drops) {}

    /** How a peer of the table is. */
    enum PeerCondition {
        /** It has answered us, and did when last asked. */
        REACHABLE,
        /** It has answered us, but not when last asked. */
        UNREACHABLE,
        /** It was heard, and has answered nothing yet. */
        UNCONFIRMED
    }

    /** Roles by which candidates are counted, and what they are called. */
    static final Map<Integer, String> ROLES = Map.of(
            PeerFlags.RELAY,
            "relay",
            PeerFlags.EXIT_BT,
            "exit-bt",
            PeerFlags.EXIT_IPV8,
            "exit-ipv8",
            PeerFlags.EXIT_HTTP,
            "exit-http");

    /** Looks. Loop thread only. */
    static NodeState of(Sources sources) {
        EngineDriver driver = sources.driver();
        return new NodeState(
                driver.hasEngine() ? of(driver) : null,
                driver.portCounters(),
                driver.outsideCounters(),
                sources.own() == null ? null : of(sources.own()));
    }

    private static EngineState of(EngineDriver driver) {
        TunnelEngine engine = driver.engine();
        Map<Integer, Integer> candidates = new HashMap<>();
        for (int role : ROLES.keySet()) {
            candidates.put(role, engine.peers().candidateCount(role));
        }
        Map<String, TableSize> tables = new HashMap<>();
        for (TableSize table : engine.tables()) {
            tables.put(table.table(), table);
        }
        return new EngineState(
                engine.discoveryStatus(),
                peers(engine.peers()),
                candidates,
                circuits(engine.circuits()),
                trouble(engine),
                engine.relay().joinedCircuits(),
                engine.relay().relayedCircuits(),
                engine.exit().sockets(),
                lending(engine.othersTraffic(), driver.quotaAccount()),
                tables);
    }

    private static @Nullable TroubleKind trouble(TunnelEngine engine) {
        Trouble trouble = engine.circuits() == null ? null : engine.trouble();
        return trouble == null ? null : trouble.kind();
    }

    private static Map<PeerCondition, Integer> peers(PeerTable table) {
        Map<PeerCondition, Integer> counts = new HashMap<>();
        for (Peer peer : table.all()) {
            PeerCondition reached = peer.isReachable() ? PeerCondition.REACHABLE : PeerCondition.UNREACHABLE;
            counts.merge(peer.isConfirmed() ? reached : PeerCondition.UNCONFIRMED, 1, Integer::sum);
        }
        return counts;
    }

    private static Map<CircuitPlace, Integer> circuits(@Nullable CircuitPool pool) {
        Map<CircuitPlace, Integer> counts = new HashMap<>();
        for (Circuit circuit : pool == null ? List.<Circuit>of() : pool.circuits()) {
            counts.merge(new CircuitPlace(CircuitCondition.of(circuit), circuit.goalHops()), 1, Integer::sum);
        }
        return counts;
    }

    private static Lending lending(TrafficShaper traffic, @Nullable QuotaAccount quota) {
        long rate = traffic.bytesPerSecond();
        return new Lending(
                rate == TrafficLimits.UNLIMITED ? 0 : rate,
                traffic.carriedBytes(),
                traffic.heldBytes(),
                quota == null ? 0 : quota.bytesPerMonth(),
                quota == null ? 0 : quota.usedBytes(),
                traffic.isUsedUp());
    }

    private static DirectState of(Sources.Own own) {
        DirectCounters counters = own.direct().counters();
        return new DirectState(
                counters.datagramsSent(),
                counters.datagramsReceived(),
                counters.bytesSent(),
                counters.bytesReceived(),
                counters.streams(),
                counters.exchanges(),
                own.direct().streams(),
                own.leases().getAsInt(),
                counters.drops());
    }
}

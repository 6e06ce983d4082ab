package org.tunnel8;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.tunnel8.circuit.Circuit;
import org.tunnel8.circuit.CircuitPool;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.driver.CallbackThread;
import org.tunnel8.driver.EngineDriver;
import org.tunnel8.engine.TunnelEngine;
import org.tunnel8.metrics.Counters;
import org.tunnel8.proxy.Socks5Server;
import org.tunnel8.proxy.Socks5Statistics;
import org.tunnel8.transport.TransportCounters;
import org.tunnel8.walk.DiscoveryStatus;
import org.tunnel8.walk.NatEvidence;
import org.tunnel8.wire.walk.PeerFlags;

/** Makes status snapshots of an engine. Loop thread only. */
final class StatusReport {
    private static final String LOST_CALLBACKS = "CALLBACKS_TOO_SLOW";

    private StatusReport() {}

    static TunnelStatus withoutEngine(EngineDriver driver, TunnelStatus.State state, TunnelTrouble trouble) {
        return new TunnelStatus(
                state,
                trouble.sentence(),
                Optional.of(trouble),
                Optional.empty(),
                0,
                0,
                0,
                List.of(),
                driver.cipherName(),
                Traffic.of(new Counters()),
                Map.of(),
                TransportCounters.none(),
                BootstrapStatus.NOT_BEGUN,
                NatStatus.NOT_BEGUN,
                DirectStatus.NONE);
    }

    static TunnelStatus of(
            EngineDriver driver,
            TunnelStatus.State state,
            Optional<TunnelTrouble> trouble,
            @Nullable Socks5Server proxy,
            CallbackThread callbacks,
            DirectLeases leases) {
        TunnelEngine engine = driver.engine();
        CircuitPool pool = engine.circuits();
        long now = driver.nowNanos();
        List<CircuitStatus> circuits = pool == null
                ? List.of()
                : pool.circuits().stream()
                        .map(circuit -> of(circuit, pool.isPrimary(circuit), now))
                        .toList();
        Map<String, Long> drops = new TreeMap<>();
        engine.counters().drops().forEach((dropped, count) -> drops.put(dropped.name(), count));
        if (callbacks.lost() > 0) {
            drops.put(LOST_CALLBACKS, callbacks.lost());
        }
        if (proxy != null) {
            Socks5Statistics counted = proxy.statistics();
            counted.drops().forEach((dropped, count) -> drops.put("SOCKS5_" + dropped.name(), count));
            counted.refusals().forEach((refused, count) -> drops.put("SOCKS5_" + refused.name(), count));
        }
        leases.outside().counters().drops().forEach((dropped, count) -> drops.put("DIRECT_" + dropped.name(), count));
        return new TunnelStatus(
                state,
                trouble.map(TunnelTrouble::sentence).orElse(""),
                trouble,
                Optional.of(driver.localAddress()),
                engine.peers().confirmedCount(),
                engine.peers().candidates(PeerFlags.EXIT_BT).size(),
                engine.peers().candidates(PeerFlags.RELAY).size(),
                circuits,
                driver.cipherName(),
                Traffic.of(engine.counters()),
                drops,
                driver.portCounters(),
                of(engine.discoveryStatus()),
                natOf(engine.discoveryStatus()),
                leases.status());
    }

    static BootstrapStatus of(DiscoveryStatus status) {
        return new BootstrapStatus(
                BootstrapStatus.State.valueOf(status.bootstrap().name()),
                status.bootstrapServers(),
                status.bootstrapAnswering(),
                status.remembered(),
                status.rememberedTried(),
                status.rememberedFound(),
                status.degraded());
    }

    static NatStatus natOf(DiscoveryStatus status) {
        NatEvidence evidence = status.natEvidence();
        return new NatStatus(
                NatStatus.Type.valueOf(status.natType().name()),
                evidence.voters(),
                evidence.agreeing(),
                evidence.ports(),
                evidence.punctures(),
                evidence.failedPunctures(),
                status.puncturesFailing());
    }

    private static CircuitStatus of(Circuit circuit, boolean primary, long now) {
        return new CircuitStatus(
                circuit.number(),
                circuit.hops(),
                circuit.goalHops(),
                circuit.state() == Circuit.State.READY,
                primary,
                circuit.isSuspect(),
                Duration.ofNanos(now - circuit.createdNanos()),
                Duration.ofNanos(circuit.buildNanos()),
                Duration.ofNanos(circuit.rttNanos()),
                circuit.bytesUp(),
                circuit.bytesDown(),
                circuit.hopKeys().stream().map(PublicKey::toString).toList(),
                circuit.explain());
    }

    static List<PeerStatus> peersOf(EngineDriver driver) {
        return PeerStatus.all(driver.engine().peers(), driver.nowNanos());
    }
}

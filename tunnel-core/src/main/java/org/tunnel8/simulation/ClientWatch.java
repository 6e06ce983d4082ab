package org.tunnel8.simulation;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.peer.Peer;
import org.tunnel8.peer.PeerTable;
import org.tunnel8.peer.RemovalReason;
import org.tunnel8.wire.walk.PeerFlags;
import org.tunnel8.wire.walk.WalkMessageId;

/**
 * Looks over the measured client's shoulder, from its start on: when the first bootstrap server answered, when there
 * were how many peers, which peers it has discovered, and when the handshake with each was complete.
 *
 * <p>Peers are counted by what they really are: only the keys of honest residents count.
 */
final class ClientWatch {
    /** FR-007, SC-002. */
    private static final int TWENTY = 20;

    /** How exactly the first answer's time is known. */
    private static final Duration POLL = Duration.ofMillis(10);

    private final SimulatedNetwork network;
    private final SimulatedNode client;
    private final Placement placement;
    private final Residents residents;
    private final Set<InetSocketAddress> servers;
    private final long startNanos;
    private final Set<PublicKey> known = new HashSet<>();
    private final Map<PublicKey, Long> completeNanos = new HashMap<>();
    private final Map<Resident, Long> discoveredNanos = new LinkedHashMap<>();
    private @Nullable Long firstAnswerNanos;
    private @Nullable Long firstPeerNanos;
    private @Nullable Long twentyNanos;
    private @Nullable Long sufficientNanos;
    private @Nullable Long circuitNanos;

    /** Begins; the client is built and not started. */
    ClientWatch(SimulatedNode client, Placement placement, Residents residents, List<InetSocketAddress> servers) {
        this.network = client.host().network();
        this.client = client;
        this.placement = placement;
        this.residents = residents;
        this.servers = Set.copyOf(servers);
        this.startNanos = network.nowNanos();
        client.engine().peers().addListener(new PeerTable.Listener() {
            @Override
            public void peerAdded(Peer peer) {
                came(peer);
            }

            @Override
            public void peerConfirmed(Peer peer) {
                came(peer);
            }

            @Override
            public void peerRemoved(Peer peer, RemovalReason reason) {
                known.remove(peer.key());
            }
        });
        client.port().watch(this::sent);
        pollFirstAnswer();
    }

    private void pollFirstAnswer() {
        if (client.engine().discoveryStatus().bootstrapAnswering() > 0) {
            firstAnswerNanos = network.nowNanos();
        } else if (client.isRunning() || network.nowNanos() == startNanos) {
            network.quietlyAfter(POLL, this::pollFirstAnswer);
        }
    }

    private void came(Peer peer) {
        Resident owner = residents.ownerOf(peer.key());
        if (owner == null || owner.isImpostor()) {
            return;
        }
        long now = network.nowNanos();
        completeNanos.putIfAbsent(peer.key(), now);
        // Who has merely asked us shakes hands (D2), and is no verified peer before it has answered (FR-007).
        if (!owner.isHonest() || !peer.isConfirmed()) {
            return;
        }
        known.add(peer.key());
        firstPeerNanos = firstPeerNanos == null ? Long.valueOf(now) : firstPeerNanos;
        if (known.size() >= TWENTY && twentyNanos == null) {
            twentyNanos = now;
        }
    }

    private void sent(Passage passage) {
        int id = passage.messageId();
        boolean asks = id == WalkMessageId.INTRODUCTION_REQUEST || id == WalkMessageId.NEW_INTRODUCTION_REQUEST;
        if (!asks || servers.contains(passage.to())) {
            return;
        }
        Resident asked = residents.at(passage.to());
        if (asked != null && !completeNanos.containsKey(asked.publicKey())) {
            discoveredNanos.putIfAbsent(asked, passage.atNanos());
        }
    }

    /** The client's circuit is ready. */
    void circuitReady() {
        circuitNanos = circuitNanos == null ? Long.valueOf(network.nowNanos()) : circuitNanos;
    }

    /** Notes when the client's peers allow a circuit: so many that can be hops, one of them an exit. */
    void awaitSufficientPeers(int peers) {
        PeerTable table = client.engine().peers();
        if (table.candidateCount(0) >= peers && table.candidateCount(PeerFlags.EXIT_BT) > 0) {
            sufficientNanos = network.nowNanos();
        } else {
            network.quietlyAfter(POLL, () -> awaitSufficientPeers(peers));
        }
    }

    Measurement firstAnswer() {
        return once(firstAnswerNanos, startNanos);
    }

    Measurement twentyPeers() {
        return once(twentyNanos, startNanos);
    }

    Measurement firstPeerSince(long sinceNanos) {
        return once(firstPeerNanos, sinceNanos);
    }

    Measurement twentyPeersSince(long sinceNanos) {
        return once(twentyNanos, sinceNanos);
    }

    Measurement circuitSincePeersSufficed() {
        return sufficientNanos == null ? new Measurement(List.of(), 0) : once(circuitNanos, sufficientNanos);
    }

    private static Measurement once(@Nullable Long whenNanos, long sinceNanos) {
        return Measurement.once(
                Optional.ofNullable(whenNanos).map(when -> Duration.ofNanos(Math.max(0, when - sinceNanos))));
    }

    /**
     * The handshakes with discovered peers.
     *
     * @param reachableOnly whether to leave out those that NATs do not let connect, and impostors
     * @param limit peers discovered less than this before now are left out: they have time still
     */
    Measurement handshakes(boolean reachableOnly, Duration limit) {
        List<Duration> times = new ArrayList<>();
        int trials = 0;
        for (Map.Entry<Resident, Long> discovered : discoveredNanos.entrySet()) {
            Resident peer = discovered.getKey();
            boolean inTime = network.nowNanos() - discovered.getValue() >= limit.toNanos();
            if (!inTime || (reachableOnly && !isReachable(peer))) {
                continue;
            }
            trials++;
            Long complete = completeNanos.get(peer.publicKey());
            if (complete != null) {
                times.add(Duration.ofNanos(Math.max(0, complete - discovered.getValue())));
            }
        }
        return new Measurement(times, trials);
    }

    private boolean isReachable(Resident peer) {
        return !peer.isImpostor() && placement.canConnectTo(peer.placement());
    }
}

package org.tunnel8.simulation;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.tunnel8.peer.Peer;
import org.tunnel8.peer.PeerTable;

/** Looks through every honest node's peers, for some who should not be there and for others who should not be shunned. */
final class IntegrityWatch {
    private static final Duration INTERVAL = Duration.ofSeconds(10);

    private final SimulatedNetwork network;
    private final Residents residents;
    private final Set<Resident> honest = new HashSet<>();
    private final Set<Resident> deceived = new HashSet<>();
    private final Set<Resident> shunning = new HashSet<>();

    IntegrityWatch(SimulatedNetwork network, Residents residents) {
        this.network = network;
        this.residents = residents;
        residents.onArrival(this::arrived);
        network.quietlyAfter(INTERVAL, this::look);
    }

    private void arrived(Resident resident) {
        SimulatedNode node = resident.node();
        if (node == null) {
            return;
        }
        honest.add(resident);
        node.engine().peers().addListener(new PeerTable.Listener() {
            @Override
            public void peerAdded(Peer peer) {
                if (!isGenuine(peer) || !isWhereItSays(peer)) {
                    deceived.add(resident);
                }
            }
        });
    }

    /** Whether the peer's key is nobody's who cannot have completed a handshake. */
    private boolean isGenuine(Peer peer) {
        Resident owner = residents.ownerOf(peer.key());
        return owner == null || !owner.isImpostor();
    }

    /** Whether an honest one's key came from that one's own address. Looked at when it comes: some return elsewhere. */
    private boolean isWhereItSays(Peer peer) {
        Resident owner = residents.ownerOf(peer.key());
        InetAddress address = peer.address().getAddress();
        return owner == null
                || !owner.isHonest()
                || address.equals(owner.outside())
                || address.equals(owner.host().address());
    }

    private void look() {
        List<Resident> all = new ArrayList<>(residents.all());
        for (Resident resident : all) {
            SimulatedNode node = resident.node();
            if (node != null && node.isRunning()) {
                look(resident, node.engine().peers(), all);
            }
        }
        network.quietlyAfter(INTERVAL, this::look);
    }

    private void look(Resident resident, PeerTable peers, List<Resident> all) {
        for (Peer peer : peers.all()) {
            if (!isGenuine(peer)) {
                deceived.add(resident);
            }
        }
        for (Resident other : all) {
            if (other.isHonest() && peers.isIncompatible(other.publicKey())) {
                shunning.add(resident);
            }
        }
    }

    Measurement undeceived() {
        return without(deceived);
    }

    Measurement unshunning() {
        return without(shunning);
    }

    /** A moment each for those nodes of whom nothing bad was seen. */
    private Measurement without(Set<Resident> bad) {
        int good = honest.size() - bad.size();
        return new Measurement(Collections.nCopies(good, Duration.ZERO), honest.size());
    }
}

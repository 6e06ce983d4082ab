package org.tunnel8.simulation;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tunnel8.peer.Peer;
import org.tunnel8.peer.PeerTable;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.cell.CellFrame;
import org.tunnel8.wire.cell.CellMessageId;

/**
 * Looks at every datagram that leaves the measured client's host, from whatever port, and at who reaches the flows'
 * targets. What leaves is the node's own: cells and destroys to peers, which first hops are, and the walker's messages to
 * bootstrap servers and to where somebody takes part or took part. No datagram of a flow is among it, nothing goes to a
 * flow's target, and a target hears exits alone.
 */
final class LeakWatch {
    private final SimulatedNode client;
    private final Residents residents;
    private final Set<InetSocketAddress> servers;
    private final Consumer<String> notes;
    private final List<MeasuredFlow> flows = new ArrayList<>();
    private final Set<InetSocketAddress> peersSeen = new HashSet<>();
    private long leaks;

    LeakWatch(SimulatedNode client, Residents residents, List<InetSocketAddress> servers, Consumer<String> notes) {
        this.client = client;
        this.residents = residents;
        this.servers = Set.copyOf(servers);
        this.notes = notes;
        client.engine().peers().addListener(new PeerTable.Listener() {
            @Override
            public void peerAdded(Peer peer) {
                peersSeen.add(peer.address());
            }
        });
        client.host().watch(this::sent);
    }

    void watch(MeasuredFlow flow) {
        flows.add(flow);
    }

    private void sent(Passage passage) {
        String wrong = wrongWith(passage);
        if (wrong != null) {
            leaked(wrong + " to " + EventLog.text(passage.to()));
        }
    }

    private void leaked(String what) {
        leaks++;
        notes.accept("leaked: " + what);
    }

    private @Nullable String wrongWith(Passage passage) {
        byte[] bytes = passage.bytes();
        for (MeasuredFlow flow : flows) {
            if (passage.to().getAddress().equals(flow.targetAddress())) {
                return "sent past the circuits";
            }
            if (FlowDatagram.isIn(flow.mark(), bytes)) {
                return "a datagram of a flow in the clear";
            }
        }
        if (passage.from().getPort() != client.address().getPort()) {
            return "sent from another port";
        }
        if (isTunnels(bytes)) {
            return isPeer(passage.to()) ? null : "a cell or destroy";
        }
        return bytes.length > CommunityId.PREFIX_BYTES && isOfNetwork(passage.to()) ? null : "a stray datagram";
    }

    private static boolean isTunnels(byte[] bytes) {
        return CommunityId.TRIBLER.matchesPrefix(bytes, 0, bytes.length)
                && (CellFrame.isCell(bytes, 0, bytes.length)
                        || bytes[CommunityId.PREFIX_BYTES] == CellMessageId.DESTROY);
    }

    private boolean isPeer(InetSocketAddress address) {
        if (peersSeen.contains(address)) {
            return true;
        }
        for (Peer peer : client.engine().peers().all()) {
            peersSeen.add(peer.address()); // some have moved
        }
        return peersSeen.contains(address);
    }

    private boolean isOfNetwork(InetSocketAddress address) {
        InetAddress host = address.getAddress();
        NatBox nat = client.host().nat();
        return servers.contains(address)
                || peersSeen.contains(address)
                || residents.hasLivedAt(host)
                || (nat != null && nat.hostAt(host) != null);
    }

    /** The run is over. */
    Measurement nothing() {
        for (MeasuredFlow flow : flows) {
            for (InetAddress from : flow.heard()) {
                if (!residents.isExitAt(from)) {
                    leaked("the target heard " + from.getHostAddress());
                }
            }
        }
        return new Measurement(leaks == 0 ? List.of(Duration.ZERO) : List.of(), 1);
    }
}

package org.tunnel8.walk;

import java.net.InetSocketAddress;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.peer.Peer;
import org.tunnel8.time.LapsingMap;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.walk.DiscoveryPing;
import org.tunnel8.wire.walk.DiscoveryPong;

/**
 * Our pings in the discovery overlay (PROTOCOL.md §4). They are unsigned, so a pong counts only if it bears the number of
 * an outstanding ping, drawn at random, and comes from the address that was pinged. Engine thread only.
 */
final class DiscoveryPings {
    /** A pong later than this is none (PROTOCOL.md §4). */
    private static final long LIMIT_NANOS = 5_000_000_000L;

    private static final int MAX_OUTSTANDING = 512;
    private static final int IDENTIFIERS = 1 << 16;

    private final WalkContext context;
    private final Exchanges exchanges;
    private final LapsingMap<Integer, Outstanding> outstanding;

    private record Outstanding(InetSocketAddress address, long sentNanos) {}

    DiscoveryPings(WalkContext context, Exchanges exchanges) {
        this.context = context;
        this.exchanges = exchanges;
        this.outstanding = new LapsingMap<>(context.deadlines(), MAX_OUTSTANDING, LIMIT_NANOS);
    }

    void send(InetSocketAddress address) {
        int identifier = context.random().nextInt(IDENTIFIERS);
        outstanding.put(identifier, new Outstanding(address, context.deadlines().nowNanos()));
        context.output().send(address, CommunityId.DISCOVERY, new DiscoveryPing(identifier));
    }

    void onPong(InetSocketAddress from, DiscoveryPong pong) {
        long now = context.deadlines().nowNanos();
        Outstanding ping = outstanding.get(pong.identifier());
        if (ping == null || !ping.address().equals(from)) {
            context.counters().dropped(DropReason.UNSOLICITED);
            return;
        }
        outstanding.remove(pong.identifier());
        exchanges.heardFrom(from);
        Peer peer = context.peers().byAddress(from);
        if (peer != null) {
            context.peers().proven(peer);
            context.answered(peer, now - ping.sentNanos());
        }
    }

    TableSize table() {
        return new TableSize("pings", outstanding.size(), MAX_OUTSTANDING);
    }
}

package org.tunnel8.walk;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.time.LapsingMap;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.walk.SimilarityRequest;
import org.tunnel8.wire.walk.SimilarityResponse;
import org.tunnel8.wire.walk.WalkPacket;

/**
 * Asks members of the discovery overlay which overlays they are in, and has those walked to that are in ours (PROTOCOL.md
 * §4). Only the signed answer to an outstanding question counts, from where it was asked (D19). Engine thread only.
 */
final class SimilarityRequests {
    /** An answer later than this is none, as with pings (PROTOCOL.md §4). */
    private static final long LIMIT_NANOS = 5_000_000_000L;

    private static final int MAX_OUTSTANDING = 64;
    private static final int IDENTIFIERS = 1 << 16;

    private final WalkContext context;
    private final Walker walker;
    private final List<CommunityId> communities;
    /** Whom each question went to. */
    private final LapsingMap<Integer, InetSocketAddress> outstanding;

    SimilarityRequests(WalkContext context, Walker walker) {
        this.context = context;
        this.walker = walker;
        this.outstanding = new LapsingMap<>(context.deadlines(), MAX_OUTSTANDING, LIMIT_NANOS);
        this.communities = List.of(context.settings().community(), CommunityId.DISCOVERY);
    }

    void send(InetSocketAddress to) {
        int identifier = context.random().nextInt(IDENTIFIERS);
        outstanding.put(identifier, to);
        boolean ipv4 = to.getAddress() instanceof Inet4Address;
        SimilarityRequest request = new SimilarityRequest(
                identifier,
                ipv4 ? context.own().lanFor(to) : IpAddress.UNSPECIFIED,
                ipv4 ? context.own().wanFor(to) : IpAddress.UNSPECIFIED,
                SimilarityRequest.flags(context.nat().connectionType()),
                communities);
        context.output().send(to, CommunityId.DISCOVERY, request);
    }

    void onResponse(InetSocketAddress from, WalkPacket packet, Signature signature) {
        SimilarityResponse response = (SimilarityResponse) packet.message();
        if (!from.equals(outstanding.get(response.identifier()))) {
            context.counters().dropped(DropReason.UNSOLICITED);
            return;
        }
        if (context.isOwn(Objects.requireNonNull(packet.sender()))) {
            context.counters().dropped(DropReason.OWN_MESSAGE);
            return;
        }
        if (!signature.verifies()) {
            context.counters().dropped(DropReason.BAD_SIGNATURE);
            return;
        }
        // A node of the reference answers once for each of its keys: the question is settled when one is in our
        // overlay.
        if (response.communities().contains(context.settings().community())) {
            outstanding.remove(response.identifier());
            walker.introduced(WalkTarget.of(from, false));
        }
    }

    TableSize table() {
        return new TableSize("similarity requests", outstanding.size(), MAX_OUTSTANDING);
    }
}

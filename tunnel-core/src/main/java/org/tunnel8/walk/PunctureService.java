package org.tunnel8.walk;

import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tunnel8.metrics.Counters;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.peer.AddressScope;
import org.tunnel8.time.TokenBucket;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.walk.Puncture;
import org.tunnel8.wire.walk.PunctureRequest;

/**
 * Answers puncture-requests with punctures (PROTOCOL.md §4, FR-013). Engine thread only.
 *
 * <p>Puncture-requests are unsigned, small, and name whom we are to send a larger packet to: they would make an amplifier
 * of us. So there is a limit for those we know and a tight one for everybody else, one target is served but now and then,
 * and nobody makes us send to an address that the asker cannot see. The asker's address can be made up, too, and bootstrap
 * servers' are public: each of those we know has a share of its own, or whoever used up what they have in common would keep
 * us from being introduced to anybody.
 */
final class PunctureService {
    private static final int KNOWN_PER_SECOND = 60;
    private static final int KNOWN_BURST = 120;
    /** Bootstrap servers' addresses are public: what all 13 have together leaves something of what is common to others. */
    private static final int SHARE_PER_SECOND = 4;

    private static final int SHARE_BURST = 8;
    /** Known askers whose shares are remembered. */
    static final int MAX_SHARES = 1_024;

    private static final int STRANGERS_PER_SECOND = 2;
    private static final int STRANGERS_BURST = 4;
    private static final long SAME_TARGET_NANOS = 500_000_000L;
    private static final int MAX_TARGETS = 256;

    private final WalkContext context;
    private final OwnAddresses own;
    private final Counters counters;
    private final TokenBucket fromKnown;
    private final AddressShares shares;
    private final TokenBucket fromStrangers;
    /** Targets served within {@link #SAME_TARGET_NANOS}, and those before that no other has swept out; oldest first. */
    private final Map<InetSocketAddress, Long> served = new LinkedHashMap<>();

    PunctureService(WalkContext context) {
        this.context = context;
        this.own = context.own();
        this.counters = context.counters();
        this.fromKnown = new TokenBucket(context.deadlines(), KNOWN_PER_SECOND, KNOWN_BURST);
        this.shares = new AddressShares(context.deadlines(), SHARE_PER_SECOND, SHARE_BURST, MAX_SHARES);
        this.fromStrangers = new TokenBucket(context.deadlines(), STRANGERS_PER_SECOND, STRANGERS_BURST);
    }

    /**
     * Sends a puncture if nothing speaks against it.
     *
     * @param isKnown whether the asker's address is that of a peer or of somebody we asked ourselves
     */
    void onRequest(InetSocketAddress from, CommunityId community, PunctureRequest request, boolean isKnown) {
        InetSocketAddress target = target(from, request);
        if (!own.isCredible(target, from)) {
            counters.dropped(DropReason.PUNCTURE_REFUSED);
            return;
        }
        long now = context.deadlines().nowNanos();
        Long lastNanos = served.get(target);
        boolean tooSoon = lastNanos != null && now - lastNanos < SAME_TARGET_NANOS;
        if (tooSoon || !(isKnown ? shares.tryTake(from, 1) && fromKnown.tryTake() : fromStrangers.tryTake())) {
            counters.dropped(DropReason.RATE_LIMITED);
            return;
        }
        served.remove(target);
        Iterator<Long> oldestFirst = served.values().iterator();
        while (oldestFirst.hasNext()
                && (now - oldestFirst.next() >= SAME_TARGET_NANOS || served.size() >= MAX_TARGETS)) {
            oldestFirst.remove();
        }
        served.put(target, now);
        // By name the second address is the sender's; the reference puts the walker's there (PROTOCOL.md §4).
        Puncture puncture =
                new Puncture(request.style(), own.lanFor(target), request.walkerWan(), request.identifier());
        context.output().send(target, community, puncture);
    }

    /** The walker's WAN address, or the other one if we share the WAN address and the other one is in a LAN. */
    private InetSocketAddress target(InetSocketAddress from, PunctureRequest request) {
        InetSocketAddress wan = request.walkerWan().endpoint();
        InetSocketAddress lan = request.walkerLan().endpoint();
        boolean inOurLan = AddressScope.of(lan) == AddressScope.PRIVATE
                && own.hasWanIp(wan.getAddress())
                && !lan.equals(from)
                && !own.isOwn(lan);
        return inOurLan ? lan : wan;
    }

    List<TableSize> tables() {
        return List.of(
                new TableSize("puncture targets", served.size(), MAX_TARGETS),
                shares.table("shares of those who ask for punctures"));
    }
}

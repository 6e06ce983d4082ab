package org.tunnel8.walk;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.peer.Peer;
import org.tunnel8.peer.PeerTable;
import org.tunnel8.time.Deadlines;
import org.tunnel8.walk.OwnAddresses.Introduced;
import org.tunnel8.wire.walk.ConnectionType;
import org.tunnel8.wire.walk.IntroductionRequest;
import org.tunnel8.wire.walk.WalkStyle;

/** Draws whom to introduce to somebody who asks: another peer, and one that the asker can reach if there is any. Engine thread only. */
final class IntroductionDraw {
    /** Draws at random before the whole table is looked through. */
    private static final int QUICK_DRAWS = 8;

    private final PeerTable peers;
    private final OwnAddresses own;
    private final Deadlines deadlines;
    private final RandomGenerator random;

    /** Who is drawn, and how it is introduced. */
    record Drawn(Peer peer, Introduced introduced) {}

    private record Asker(InetSocketAddress address, PublicKey key, WalkStyle style, ConnectionType type) {}

    IntroductionDraw(WalkContext context) {
        this.peers = context.peers();
        this.own = context.own();
        this.deadlines = context.deadlines();
        this.random = context.random();
    }

    /**
     * Draws a peer.
     *
     * @param style the style of the answer; only IPv4 peers can be introduced in old style
     * @return null if there is nobody to introduce
     */
    @Nullable
    Drawn draw(InetSocketAddress address, PublicKey key, WalkStyle style, IntroductionRequest request) {
        Asker asker = new Asker(address, key, style, Acquaintance.typeOf(request, address));
        List<Peer> all = peers.all();
        for (int i = 0; i < QUICK_DRAWS && !all.isEmpty(); i++) {
            Peer peer = all.get(random.nextInt(all.size()));
            if (peer.isConfirmed() && fit(peer, asker) == Acquaintance.LIKELY && isThere(peer, asker)) {
                Introduced introduced = introduced(peer, address);
                if (introduced != null) {
                    return new Drawn(peer, introduced);
                }
            }
        }
        return drawFromAll(asker);
    }

    /** Who merely seems to have sent from somewhere is introduced only where nobody else could be. */
    private @Nullable Drawn drawFromAll(Asker asker) {
        for (boolean confirmed : new boolean[] {true, false}) {
            for (Acquaintance fit : List.of(Acquaintance.LIKELY, Acquaintance.UNLIKELY)) {
                List<Drawn> choice = eligible(asker, confirmed, fit);
                if (!choice.isEmpty()) {
                    return choice.get(random.nextInt(choice.size()));
                }
            }
        }
        return null;
    }

    private List<Drawn> eligible(Asker asker, boolean confirmed, Acquaintance fit) {
        List<Drawn> eligible = new ArrayList<>();
        for (Peer peer : peers.all()) {
            if (peer.isConfirmed() == confirmed && fit(peer, asker) == fit && isThere(peer, asker)) {
                Introduced introduced = introduced(peer, asker.address());
                if (introduced != null) {
                    eligible.add(new Drawn(peer, introduced));
                }
            }
        }
        return eligible;
    }

    private boolean isThere(Peer peer, Asker asker) {
        return peer.isReachable()
                && deadlines.nowNanos() - peer.lastHeardNanos() < PeerTable.GONE_NANOS
                && (asker.style() == WalkStyle.NEW || peer.address().getAddress() instanceof Inet4Address)
                && !peer.address().equals(asker.address())
                && !peer.key().equals(asker.key());
    }

    private @Nullable Introduced introduced(Peer peer, InetSocketAddress requester) {
        return own.introduced(peer.address(), peer.lanAddress(), peer.isPublic(), requester);
    }

    private static Acquaintance fit(Peer peer, Asker asker) {
        if (peer.address().getAddress() instanceof Inet4Address
                != asker.address().getAddress() instanceof Inet4Address) {
            return Acquaintance.UNLIKELY; // few have addresses of both families
        }
        boolean sameIp = peer.address().getAddress().equals(asker.address().getAddress());
        return Acquaintance.of(asker.type(), peer.connectionType(), peer.isPublic(), sameIp);
    }
}

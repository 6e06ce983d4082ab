package org.tunnel8.walk;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.tunnel8.peer.AddressScope;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.walk.ConnectionType;
import org.tunnel8.wire.walk.IntroductionRequest;

/**
 * Whether it is worth while to introduce one node to another, by what both say of their reachability (PROTOCOL.md §4,
 * edge case 2). The reference draws blindly, which costs a node behind a symmetric NAT three walks of four.
 */
enum Acquaintance {
    /** They can reach each other, as far as is known. */
    LIKELY,
    /** They can only with luck: somebody else is the better choice. */
    UNLIKELY,
    /** The one that asks has said that it will not try. */
    POINTLESS;

    /**
     * Looks at two nodes.
     *
     * @param asks what the one says that asks for an introduction
     * @param others what the other says
     * @param otherIsPublic whether anybody reaches the other
     * @param sameIp whether both are seen at one IP address, and so perhaps in one network
     */
    static Acquaintance of(ConnectionType asks, ConnectionType others, boolean otherIsPublic, boolean sameIp) {
        if (otherIsPublic || sameIp || asks == ConnectionType.PUBLIC) {
            return LIKELY;
        }
        if (asks == ConnectionType.SYMMETRIC_NAT) {
            return POINTLESS;
        }
        return others == ConnectionType.SYMMETRIC_NAT ? UNLIKELY : LIKELY;
    }

    /** What a request says of its sender, in so many words or by telling the address it comes from as that of its port. */
    static ConnectionType typeOf(IntroductionRequest request, InetSocketAddress from) {
        boolean isPublic = isPublic(request.connectionType(), IntroductionRequests.lanOf(request.sourceLan()), from);
        return isPublic ? ConnectionType.PUBLIC : request.connectionType();
    }

    /**
     * Whether anybody can reach a node without a puncture.
     *
     * @param says what it says
     * @param lan its address in its own network, as it says
     * @param seen where its messages come from
     */
    static boolean isPublic(ConnectionType says, @Nullable InetSocketAddress lan, InetSocketAddress seen) {
        return AddressScope.of(seen) == AddressScope.PUBLIC && (says == ConnectionType.PUBLIC || seen.equals(lan));
    }

    /** Whether an introduction tells by equal addresses that no puncture is needed. */
    static boolean isToldPublic(IpAddress introducedLan, IpAddress introducedWan) {
        return !introducedWan.isUnspecified() && introducedLan.equals(introducedWan);
    }
}

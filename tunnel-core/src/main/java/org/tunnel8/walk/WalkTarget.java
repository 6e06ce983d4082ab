package org.tunnel8.walk;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.tunnel8.peer.Peer;
import org.tunnel8.wire.walk.WalkStyle;

/**
 * An address to send an introduction request to.
 *
 * @param address where
 * @param style in which style; new style only to IPv6 addresses and to those known or introduced as speaking it
 * @param introducer the IP address of whoever introduced it to us; null if nobody did
 * @param needsPuncture whether it was introduced and is behind a NAT, as far as the introduction tells
 */
record WalkTarget(
        InetSocketAddress address,
        WalkStyle style,
        @Nullable InetAddress introducer,
        boolean needsPuncture) {
    /** An address that nobody introduced. */
    WalkTarget(InetSocketAddress address, WalkStyle style) {
        this(address, style, null, false);
    }

    static WalkTarget of(InetSocketAddress address, boolean speaksNewStyle) {
        boolean newStyle = speaksNewStyle || !(address.getAddress() instanceof Inet4Address);
        return new WalkTarget(address, newStyle ? WalkStyle.NEW : WalkStyle.OLD);
    }

    /** The same, introduced by somebody. */
    WalkTarget introducedBy(InetAddress who, boolean behindNat) {
        return new WalkTarget(address, style, who, behindNat);
    }

    /** A peer in old style if it has an IPv4 address: only there a request can say that it wants nobody introduced. */
    static WalkTarget ofKnown(Peer peer) {
        return of(peer.address(), false);
    }

    static WalkTarget of(Peer peer) {
        return of(peer.address(), peer.speaksNewStyle());
    }
}

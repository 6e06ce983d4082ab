package org.tunnel8.walk;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import org.tunnel8.peer.Peer;
import org.tunnel8.wire.walk.WalkStyle;

/**
 * An address to send an introduction request to.
 *
 * @param address where
 * @param style in which style; new style only to IPv6 addresses and to those known or introduced as speaking it
 */
record WalkTarget(InetSocketAddress address, WalkStyle style) {
    static WalkTarget of(InetSocketAddress address, boolean speaksNewStyle) {
        boolean newStyle = speaksNewStyle || !(address.getAddress() instanceof Inet4Address);
        return new WalkTarget(address, newStyle ? WalkStyle.NEW : WalkStyle.OLD);
    }

    static WalkTarget of(Peer peer) {
        return of(peer.address(), peer.speaksNewStyle());
    }
}

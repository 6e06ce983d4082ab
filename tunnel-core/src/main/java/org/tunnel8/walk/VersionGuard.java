package org.tunnel8.walk;

import org.tunnel8.crypto.PublicKey;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.peer.Peer;
import org.tunnel8.walk.Exchange.Purpose;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.walk.WalkCodec;
import org.tunnel8.wire.walk.WalkPacket;

/**
 * Drops packets of other protocol versions, and remembers who signs such (FR-013a, D3). An unverified packet never harms
 * the peer whose key or address it bears. Engine thread only.
 */
final class VersionGuard {
    private final WalkContext context;
    private final Exchanges exchanges;

    VersionGuard(WalkContext context, Exchanges exchanges) {
        this.context = context;
        this.exchanges = exchanges;
    }

    void onForeignVersion(byte[] buffer, int offset, int length) {
        context.counters().dropped(DropReason.FOREIGN_VERSION);
        WalkPacket packet;
        try {
            packet = WalkCodec.decodeOtherVersion(buffer, offset, length);
        } catch (MalformedMessageException e) {
            // Another version may well look otherwise; it is counted already.
            return;
        }
        PublicKey sender = packet.sender();
        Signature signature = context.signature(packet, buffer, offset);
        if (sender != null && !context.isOwn(sender) && signature.verifies()) {
            Peer doubtful = context.peers().markIncompatible(sender);
            if (doubtful != null) {
                exchanges.start(Purpose.CHECK, WalkTarget.of(doubtful));
            }
        }
    }
}

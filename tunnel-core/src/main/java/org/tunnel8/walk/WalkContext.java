package org.tunnel8.walk;

import java.util.random.RandomGenerator;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.metrics.Counters;
import org.tunnel8.metrics.Counters.Kind;
import org.tunnel8.peer.Peer;
import org.tunnel8.peer.PeerTable;
import org.tunnel8.time.Deadlines;
import org.tunnel8.wire.walk.WalkCodec;
import org.tunnel8.wire.walk.WalkPacket;

/** What all parts of a {@link Discovery} share. */
record WalkContext(
        DiscoverySettings settings,
        AnnouncedFlags announced,
        OwnAddresses own,
        NatTypeEstimator nat,
        PeerTable peers,
        Deadlines deadlines,
        RandomGenerator random,
        WalkOutput output,
        Counters counters,
        DiscoveryListener listener) {
    /** Tells whether a packet bears our own key: we have met ourselves. */
    boolean isOwn(PublicKey key) {
        return output.identity().publicKey().equals(key);
    }

    /** A peer has answered: notes how long that took. */
    void answered(Peer peer, long rttNanos) {
        peer.rtt().sample(rttNanos);
        listener.roundTrip(rttNanos);
    }

    /** The signature of a packet, not checked yet. */
    Signature signature(WalkPacket packet, byte[] buffer, int offset) {
        return counted(() -> WalkCodec.verify(settings.signatures(), packet, buffer, offset));
    }

    /** The same signature, whose check will show in the counters. */
    Signature counted(Signature signature) {
        return () -> {
            counters.happened(Kind.SIGNATURES_CHECKED);
            return signature.verifies();
        };
    }
}

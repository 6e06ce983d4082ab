package org.tunnel8.walk;

import java.net.InetSocketAddress;
import java.util.Objects;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.wire.walk.PeerFlags;

/**
 * A peer of an earlier run, worth asking before anybody else at the next start (FR-006, US2). It counts as a peer only
 * after it has answered, as everybody does. Immutable.
 *
 * @param key who it was
 * @param address where it was reached; resolved
 * @param flags what it offered
 * @param ageSeconds time since it was last heard, zero or more
 */
public record RememberedPeer(PublicKey key, InetSocketAddress address, PeerFlags flags, long ageSeconds) {
    /** Checks what must hold. */
    public RememberedPeer {
        Objects.requireNonNull(key);
        Objects.requireNonNull(flags);
        if (address.isUnresolved()) {
            throw new IllegalArgumentException("the address of a remembered peer must be resolved");
        }
        if (ageSeconds < 0) {
            throw new IllegalArgumentException("nothing was heard " + -ageSeconds + " s from now");
        }
    }

    /** Tells neither address nor key (D12). */
    @Override
    public String toString() {
        return "RememberedPeer[" + key + ", " + ageSeconds + " s]";
    }
}

package org.tunnel8.peer;

import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tunnel8.crypto.PublicKey;

/**
 * Keys that have answered once from the address of another peer.
 *
 * <p>An answer names its request by 16 bits. Who guesses them under a made-up source would put his key in the place of a
 * peer that is well and alive; so an address is taken from a peer only by two answers in a row. Bounded; the oldest claim
 * goes first. Engine thread only.
 */
final class AddressClaims {
    /** Claims kept. */
    static final int MAX_CLAIMS = 64;

    /** A second answer later than this begins anew: the limit of a handshake (FR-012). */
    static final long LIFE_NANOS = 10_000_000_000L;

    private final Map<InetSocketAddress, Claim> claims = new LinkedHashMap<>();

    private record Claim(PublicKey key, long madeNanos) {}

    /** Notes an answer; tells whether it is the second in a row. */
    boolean isSettledBy(PublicKey key, InetSocketAddress address, long nowNanos) {
        Claim earlier = claims.remove(address);
        if (earlier != null && earlier.key().equals(key) && nowNanos - earlier.madeNanos() < LIFE_NANOS) {
            return true;
        }
        claims.put(address, new Claim(key, nowNanos));
        if (claims.size() > MAX_CLAIMS) {
            claims.remove(claims.keySet().iterator().next());
        }
        return false;
    }

    /** The peer itself has answered at its address. */
    void refuted(InetSocketAddress address) {
        claims.remove(address);
    }

    int size() {
        return claims.size();
    }
}

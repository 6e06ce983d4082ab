package org.tunnel8.walk;

import java.net.InetSocketAddress;
import java.util.Arrays;

/**
 * How many packets that may need a signature check are looked at per second, by {@link SignatureCost}: known senders and
 * strangers apart, so that a flood from new addresses does not keep peers from being heard, and known senders apart from
 * each other, so that neither does one of them, or whoever sends under its address. Engine thread only.
 *
 * <p>A unit takes 100 to 200 microseconds: strangers can cost us a tenth of a core, known senders a fifth.
 */
final class IntakeLimit {
    private static final double STRANGERS_PER_SECOND = 500;
    private static final int STRANGERS_BURST = 500;
    private static final double KNOWN_PER_SECOND = 1_000;
    private static final int KNOWN_BURST = 1_000;
    /** A peer sends a few messages a minute; a bootstrap server that introduces us to many, some in a second. */
    private static final double SHARE_PER_SECOND = 50;

    private static final int SHARE_BURST = 100;
    /** Known senders share this many shares by their addresses; those that fall together lose by it only in a flood. */
    private static final int SHARES = 256;

    private final TokenBucket strangers;
    private final TokenBucket known;
    private final TokenBucket[] shares = new TokenBucket[SHARES];

    IntakeLimit(long nowNanos) {
        strangers = new TokenBucket(STRANGERS_PER_SECOND, STRANGERS_BURST, nowNanos);
        known = new TokenBucket(KNOWN_PER_SECOND, KNOWN_BURST, nowNanos);
        Arrays.setAll(shares, i -> new TokenBucket(SHARE_PER_SECOND, SHARE_BURST, nowNanos));
    }

    boolean admits(InetSocketAddress from, boolean isKnown, int cost, long nowNanos) {
        if (!isKnown) {
            return strangers.tryTake(cost, nowNanos);
        }
        return shareOf(from).tryTake(cost, nowNanos) && known.tryTake(cost, nowNanos);
    }

    private TokenBucket shareOf(InetSocketAddress from) {
        int hash = from.hashCode() * 0x9E3779B9; // 2^32 / golden ratio: spreads neighbouring addresses
        return shares[hash >>> 24];
    }
}

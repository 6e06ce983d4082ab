package org.tunnel8.walk;

import java.net.InetSocketAddress;
import java.util.Arrays;
import org.tunnel8.time.Deadlines;
import org.tunnel8.time.TokenBucket;

/**
 * How many packets that may need a signature check are looked at per second, by {@link SignatureCost}: known senders and
 * strangers apart, so that a flood from new addresses does not keep peers from being heard, and known senders apart from
 * each other, so that neither does one of them, or whoever sends under its address. Engine thread only.
 *
 * <p>A unit takes 100 to 200 microseconds: strangers can cost us a tenth of a core, known senders a fifth.
 */
final class IntakeLimit {
    private static final int STRANGERS_PER_SECOND = 500;
    private static final int STRANGERS_BURST = 500;
    private static final int KNOWN_PER_SECOND = 1_000;
    private static final int KNOWN_BURST = 1_000;
    /** A peer sends a few messages a minute; a bootstrap server that introduces us to many, some in a second. */
    private static final int SHARE_PER_SECOND = 50;

    private static final int SHARE_BURST = 100;
    /** Known senders share this many shares by their addresses; those that fall together lose by it only in a flood. */
    private static final int SHARES = 256;

    private final TokenBucket strangers;
    private final TokenBucket known;
    private final TokenBucket[] shares = new TokenBucket[SHARES];

    IntakeLimit(Deadlines deadlines) {
        strangers = new TokenBucket(deadlines, STRANGERS_PER_SECOND, STRANGERS_BURST);
        known = new TokenBucket(deadlines, KNOWN_PER_SECOND, KNOWN_BURST);
        Arrays.setAll(shares, i -> new TokenBucket(deadlines, SHARE_PER_SECOND, SHARE_BURST));
    }

    boolean admits(InetSocketAddress from, boolean isKnown, int cost) {
        if (!isKnown) {
            return strangers.tryTake(cost);
        }
        return shareOf(from).tryTake(cost) && known.tryTake(cost);
    }

    private TokenBucket shareOf(InetSocketAddress from) {
        int hash = from.hashCode() * 0x9E3779B9; // 2^32 / golden ratio: spreads neighbouring addresses
        return shares[hash >>> 24];
    }
}

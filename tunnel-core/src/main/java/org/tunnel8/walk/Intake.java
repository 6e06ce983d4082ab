package org.tunnel8.walk;

import java.net.InetSocketAddress;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.peer.Peer;
import org.tunnel8.time.Deadlines;
import org.tunnel8.time.TokenBucket;
import org.tunnel8.walk.Exchange.Purpose;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.walk.WalkCodec;
import org.tunnel8.wire.walk.WalkMessageId;

/**
 * Decides which packets are looked at, since a look may cost a signature check ({@link SignatureCost}).
 *
 * <p>A source address can be made up, so nothing that is told by it alone may keep the owner of that address from being
 * heard. Hence an answer to an outstanding question, which names it by a number that only the asked one knows, is looked
 * at in any case, once, and so is a puncture that a question waits for: whatever a flood under a peer's address uses up, we
 * go on seeing that the peer is there. Everything else
 * is rationed: known senders and strangers apart, so that a flood from new addresses does not keep peers from being heard;
 * known senders apart from each other; and what bears no signature apart from what does.
 *
 * <p>A unit takes 100 to 200 microseconds: strangers can cost us a tenth of a core, known senders a fifth. Engine thread
 * only.
 */
final class Intake {
    /** Known senders whose shares are remembered: peers, and those we are asking. The longest unheard goes first. */
    static final int MAX_SHARES = 1_024;

    private static final int STRANGERS_PER_SECOND = 500;
    private static final int STRANGERS_BURST = 500;
    private static final int KNOWN_PER_SECOND = 1_000;
    private static final int KNOWN_BURST = 1_000;
    /** A peer sends a few messages a minute; a bootstrap server that introduces us to many, some in a second. */
    private static final int SHARE_PER_SECOND = 50;

    private static final int SHARE_BURST = 100;
    /** Answering a ping takes a few microseconds, and no more bytes than it has. */
    private static final int UNSIGNED_PER_SECOND = 2_000;

    private static final int UNSIGNED_BURST = 2_000;

    private final WalkContext context;
    private final Exchanges exchanges;
    private final BootstrapManager bootstrap;
    private final Deadlines deadlines;
    private final TokenBucket strangers;
    private final TokenBucket known;
    private final TokenBucket unsigned;
    private final AddressShares shares;

    Intake(WalkContext context, Exchanges exchanges, BootstrapManager bootstrap) {
        this.context = context;
        this.exchanges = exchanges;
        this.bootstrap = bootstrap;
        this.deadlines = context.deadlines();
        strangers = new TokenBucket(deadlines, STRANGERS_PER_SECOND, STRANGERS_BURST);
        known = new TokenBucket(deadlines, KNOWN_PER_SECOND, KNOWN_BURST);
        shares = new AddressShares(deadlines, SHARE_PER_SECOND, SHARE_BURST, MAX_SHARES);
        unsigned = new TokenBucket(deadlines, UNSIGNED_PER_SECOND, UNSIGNED_BURST);
    }

    /** Whether to look at a packet that may be signed; counts it if not. */
    boolean admits(InetSocketAddress from, byte[] buffer, int offset, int length) {
        int cost = SignatureCost.of(buffer, offset, length);
        return counted(isKnown(from) ? shares.tryTake(from, cost) && known.tryTake(cost) : strangers.tryTake(cost));
    }

    /** The same for a packet that bears no signature. */
    boolean admitsUnsigned(InetSocketAddress from) {
        return counted((isKnown(from) ? unsigned : strangers).tryTake());
    }

    private boolean counted(boolean admitted) {
        if (!admitted) {
            context.counters().dropped(DropReason.RATE_LIMITED);
        }
        return admitted;
    }

    /** Whether a packet of our overlay answers a question that is open at its source, by all that is cheap to see. */
    boolean isAwaited(InetSocketAddress from, int id, byte[] buffer, int offset, int length) {
        Exchange asked = exchanges.with(from);
        if (asked == null || !asked.deservesALook() || !isAnswer(id)) {
            return false;
        }
        try {
            Exchange.Attempt attempt = exchanges.attempt(WalkCodec.identifier(buffer, offset, length));
            if (attempt == null) {
                return false;
            }
            // A puncture names the request that had it sent, which went to somebody else.
            boolean isPuncture = id == WalkMessageId.PUNCTURE || id == WalkMessageId.NEW_PUNCTURE;
            return isPuncture ? asked.handshake().awaitsPuncture() : attempt.exchange() == asked;
        } catch (MalformedMessageException e) {
            return false;
        }
    }

    private static boolean isAnswer(int id) {
        return id == WalkMessageId.INTRODUCTION_RESPONSE
                || id == WalkMessageId.NEW_INTRODUCTION_RESPONSE
                || id == WalkMessageId.PUNCTURE
                || id == WalkMessageId.NEW_PUNCTURE;
    }

    /** Whether an address is that of somebody who has shown to be there, or whom we have asked of our own accord. */
    boolean isKnown(InetSocketAddress address) {
        Peer peer = context.peers().byAddress(address);
        if ((peer != null && peer.isConfirmed()) || bootstrap.isServer(address)) {
            return true;
        }
        Exchange exchange = exchanges.with(address);
        return exchange != null && exchange.purpose() != Purpose.CHECK;
    }

    TableSize table() {
        return shares.table("shares of known senders");
    }
}

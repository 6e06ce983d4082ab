package org.tunnel8.walk;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.tunnel8.time.Deadline;
import org.tunnel8.wire.walk.WalkStyle;

/**
 * One introduction request of ours with its repetitions, and what came of it. Kept by {@link Exchanges}, which alone
 * changes it.
 */
final class Exchange {
    /** Why a request is made. */
    enum Purpose {
        /** To get to know who is at an introduced address. */
        WALK,
        /** To have a known peer introduce another. */
        ASK,
        /** To see whether a peer is still there. */
        PROBE,
        /** To see who really is at an address from which somebody seems to have asked us: nobody suffers if it fails. */
        CHECK,
        /** To be introduced by a bootstrap server. */
        BOOTSTRAP,
        /** To find a peer of an earlier run where it was then. */
        REMEMBERED
    }

    /** One request on the wire. */
    static final class Attempt {
        private final Exchange exchange;
        private final int identifier;
        private final long sentNanos;
        /** The request of the same exchange before this one. */
        private final @Nullable Attempt earlier;

        /** The next in the same place of the {@link ExchangeIndex}, which alone uses it. */
        @Nullable
        Attempt chained;

        private Attempt(Exchange exchange, int identifier, long sentNanos, @Nullable Attempt earlier) {
            this.exchange = exchange;
            this.identifier = identifier;
            this.sentNanos = sentNanos;
            this.earlier = earlier;
        }

        Exchange exchange() {
            return exchange;
        }

        int identifier() {
            return identifier;
        }

        long sentNanos() {
            return sentNanos;
        }

        @Nullable
        Attempt earlier() {
            return earlier;
        }
    }

    /** Answers with wrong signatures that are looked at outside of all rations. Who sends them guesses, or listens. */
    private static final int MAX_FORGED_ANSWERS = 4;

    private final Purpose purpose;
    private final WalkTarget target;
    private final long startedNanos;
    private final HandshakeStateMachine handshake = new HandshakeStateMachine();
    private final int addressHash;
    private @Nullable Attempt latest;
    private int forgedAnswers;
    private int retries;
    private boolean answered;
    private @Nullable Deadline retry;

    /** The next in the same place of the {@link ExchangeIndex}, which alone uses it. */
    @Nullable
    Exchange chained;

    Exchange(Purpose purpose, WalkTarget target, long startedNanos) {
        this.purpose = purpose;
        this.target = target;
        this.startedNanos = startedNanos;
        this.addressHash = target.address().hashCode();
    }

    Purpose purpose() {
        return purpose;
    }

    /** The address that is asked. */
    InetSocketAddress address() {
        return target.address();
    }

    /** The hash code of {@link #address()}. */
    int addressHash() {
        return addressHash;
    }

    /** What was to be asked, and who said so. */
    WalkTarget target() {
        return target;
    }

    WalkStyle style() {
        return target.style();
    }

    long startedNanos() {
        return startedNanos;
    }

    HandshakeStateMachine handshake() {
        return handshake;
    }

    /** Notes one more request on the wire. */
    Attempt attempted(int identifier, long nowNanos) {
        Attempt attempt = new Attempt(this, identifier, nowNanos, latest);
        latest = attempt;
        return attempt;
    }

    /** The last request; null before the first. */
    @Nullable
    Attempt latest() {
        return latest;
    }

    /** Tells whether the response came; the handshake can be complete without, by a request of theirs. */
    boolean isAnswered() {
        return answered;
    }

    /** Tells whether the response may still come. */
    boolean isAwaited() {
        return !answered && handshake.state() != HandshakeState.FAILED;
    }

    void answered() {
        answered = true;
    }

    /** An answer that named this request had a wrong signature. */
    void forged() {
        forgedAnswers++;
    }

    /** Tells whether so few did that the next one may be genuine: then it is looked at whatever else comes. */
    boolean deservesALook() {
        return forgedAnswers < MAX_FORGED_ANSWERS;
    }

    int retries() {
        return retries;
    }

    void retried() {
        retries++;
    }

    void awaitRetry(@Nullable Deadline deadline) {
        if (retry != null) {
            retry.cancel();
        }
        retry = deadline;
    }
}

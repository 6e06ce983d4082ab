package org.tunnel8.stream;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.time.Deadline;
import org.tunnel8.time.Deadlines;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.cell.HttpRequest;
import org.tunnel8.wire.cell.HttpResponse;

/**
 * One plain HTTP exchange over circuits: asked again under a new identifier, and through another exit if there is one,
 * until it is answered (PROTOCOL.md §13, D5, D9).
 *
 * <pre>
 * state      event                                                      next
 * --------   --------------------------------------------------------   ----------------------------------
 * WAITING    a circuit is there                                          ASKING: the request goes out
 * WAITING    no exit known for 10 s                                      FAILED
 * ASKING     a part                                                      ASKING
 * ASKING     the last part, and the listener takes the answer            ANSWERED
 * ASKING     an answer that is none, a part that contradicts             PAUSING, or FAILED after the last try
 * ASKING     5 s are over, or the circuit has ended                      PAUSING, or FAILED after the last try
 * PAUSING    the pause is over (100 ms, doubled each time, D5)           WAITING
 * any        the exchange's limit is over, the engine stops              FAILED
 * any        cancelled                                                   CANCELLED
 * </pre>
 *
 * <p>Engine thread only.
 */
public final class HttpExchange {
    /** One try, as long as an exit works on it (PROTOCOL.md §13). */
    static final long TRY_NANOS = 5_000_000_000L;
    /** The pause after the first try; doubled after each further one (D5). */
    static final long FIRST_PAUSE_NANOS = 100_000_000L;
    /** A first try and five more (D5). */
    static final int MAX_TRIES = 6;
    /** How often circuits are looked for when none has been announced. */
    static final long LOOK_NANOS = 250_000_000L;
    /** After so long an exit that was tried will do, if no circuit to another has come up. */
    static final long SETTLE_NANOS = 3_000_000_000L;
    /** So long a client that has just started may take to hear of an exit that performs exchanges. */
    static final long EXIT_WAIT_NANOS = 10_000_000_000L;

    private final HttpExchanges owner;
    private final Deadlines deadlines;
    private final Address target;
    private final ByteString request;
    private final @Nullable String isolationKey;
    private final HttpListener listener;
    private final int label;
    private final Set<PublicKey> tried = new HashSet<>();
    private final Deadline limit;

    private State state = State.WAITING;
    private HttpFailure lastFailure = HttpFailure.NO_CIRCUIT;
    private HttpParts parts = new HttpParts();
    private int tries;
    private long waitingSinceNanos;
    private int identifier;
    private @Nullable HttpRoute route;
    private @Nullable Deadline timer;

    /** Where an exchange stands. */
    public enum State {
        /** It looks for a circuit. */
        WAITING,
        /** An exit has been asked. */
        ASKING,
        /** It waits before it asks again. */
        PAUSING,
        /** The listener has the answer. */
        ANSWERED,
        /** There will be no answer. */
        FAILED,
        /** Nobody waits for an answer any more. */
        CANCELLED
    }

    HttpExchange(
            HttpExchanges owner,
            Deadlines deadlines,
            Address target,
            ByteString request,
            long limitNanos,
            @Nullable String isolationKey,
            HttpListener listener) {
        this.owner = owner;
        this.deadlines = deadlines;
        this.target = target;
        this.request = request;
        this.isolationKey = isolationKey;
        this.label = owner.keys().acquire(isolationKey);
        this.listener = listener;
        this.limit = deadlines.after(limitNanos, this::onLimit);
        this.waitingSinceNanos = deadlines.nowNanos();
    }

    /** Looks for a circuit if it waits for one. */
    void look() {
        if (state != State.WAITING) {
            return;
        }
        long waitedNanos = deadlines.nowNanos() - waitingSinceNanos;
        HttpRoute found = owner.routes().take(isolationKey, tried, waitedNanos >= SETTLE_NANOS);
        if (found != null) {
            ask(found);
        } else if (waitedNanos >= EXIT_WAIT_NANOS && !owner.routes().exitKnown()) {
            fail(HttpFailure.NO_EXIT);
        } else {
            setTimer(LOOK_NANOS, this::look);
        }
    }

    private void ask(HttpRoute over) {
        state = State.ASKING;
        route = over;
        parts = new HttpParts();
        tries++;
        tried.add(over.exit());
        identifier = owner.register(this, over);
        setTimer(TRY_NANOS, () -> tryAgain(HttpFailure.UNANSWERED));
        owner.keys().sent(label, request.length());
        over.ask(new HttpRequest(identifier, target, request));
    }

    /** Takes a part of the answer to what was asked last. */
    void onPart(HttpResponse response) {
        HttpRoute over = route;
        if (state != State.ASKING || over == null) {
            owner.drop(DropReason.UNSOLICITED);
            return;
        }
        owner.keys().received(label, response.chunk().length());
        switch (parts.add(response)) {
            case ADDED -> {}
            case DUPLICATE -> owner.drop(DropReason.DUPLICATE_ANSWER);
            case REFUSED -> {
                owner.drop(DropReason.HTTP_PART_REFUSED);
                over.exitLied();
                tryAgain(HttpFailure.REPLY_REFUSED);
            }
            case COMPLETE -> {
                if (listener.onReply(parts.whole())) {
                    end(State.ANSWERED);
                } else {
                    owner.drop(DropReason.HTTP_PART_REFUSED);
                    tryAgain(HttpFailure.REPLY_REFUSED);
                }
            }
        }
    }

    /** Learns that the circuit it asked over has ended. */
    void onRouteLost() {
        if (state == State.ASKING) {
            tryAgain(HttpFailure.UNANSWERED);
        }
    }

    private void tryAgain(HttpFailure failure) {
        lastFailure = failure;
        leaveRoute();
        if (tries >= MAX_TRIES) {
            fail(failure);
            return;
        }
        state = State.PAUSING;
        setTimer(FIRST_PAUSE_NANOS << (tries - 1), () -> {
            state = State.WAITING;
            waitingSinceNanos = deadlines.nowNanos();
            look();
        });
    }

    private void onLimit() {
        boolean neverAsked = tries == 0;
        if (state == State.ASKING) {
            fail(HttpFailure.UNANSWERED);
        } else if (neverAsked && !owner.routes().exitKnown()) {
            fail(HttpFailure.NO_EXIT);
        } else {
            fail(lastFailure);
        }
    }

    /** Ends the exchange without an answer. */
    void fail(HttpFailure failure) {
        if (end(State.FAILED)) {
            listener.onFailed(failure);
        }
    }

    /** Ends the exchange; the listener hears no more of it. Does nothing if it has ended. */
    public void cancel() {
        end(State.CANCELLED);
    }

    private boolean end(State last) {
        if (isOver()) {
            return false;
        }
        state = last;
        limit.cancel();
        leaveRoute();
        setTimer(0, null);
        owner.keys().release(isolationKey, label);
        owner.ended(this);
        return true;
    }

    private void leaveRoute() {
        HttpRoute left = route;
        route = null;
        if (left != null) {
            owner.unregister(left, identifier);
            left.release();
        }
    }

    private void setTimer(long delayNanos, @Nullable Runnable action) {
        if (timer != null) {
            timer.cancel();
        }
        timer = action == null ? null : deadlines.after(delayNanos, action);
    }

    private boolean isOver() {
        return state == State.ANSWERED || state == State.FAILED || state == State.CANCELLED;
    }

    /**
     * Where the exchange stands.
     *
     * @return its state
     */
    public State state() {
        return state;
    }

    /**
     * How often it has been asked.
     *
     * @return 0 to 6
     */
    public int tries() {
        return tries;
    }

    @Nullable
    HttpRoute route() {
        return route;
    }
}

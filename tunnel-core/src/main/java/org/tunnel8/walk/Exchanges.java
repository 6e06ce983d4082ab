package org.tunnel8.walk;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.peer.RttEstimator;
import org.tunnel8.time.Deadlines;
import org.tunnel8.walk.Exchange.Attempt;
import org.tunnel8.walk.Exchange.Purpose;
import org.tunnel8.wire.walk.WalkStyle;

/**
 * Our introduction requests under way: repeated with backoff, given up after a limit, and the only thing by which a
 * response or puncture is let in (FR-004, FR-012, D5, D19).
 *
 * <p>Every request bears an identifier drawn at random that no other request of the last {@link #LIMIT_NANOS} bears. An
 * exchange is remembered that long, also when answered, so that the puncture it causes finds it. Engine thread only.
 */
final class Exchanges {
    /** The time in which a handshake completes or fails (FR-012). */
    static final long LIMIT_NANOS = 10_000_000_000L;

    /** Waiting time before the first repetition (FR-004); longer where round trips are. It doubles each time. */
    static final long FIRST_RETRY_NANOS = 100_000_000L;

    /** The longest waiting time before a repetition (FR-004). */
    static final long LAST_RETRY_NANOS = 5_000_000_000L;

    /** Repetitions at most (FR-004). */
    static final int MAX_RETRIES = 5;

    /** Repetitions of a request that a stranger caused, perhaps to an address that is not his. */
    static final int MAX_CHECK_RETRIES = 1;

    /** An unanswered request no longer holds back others after this time (PROTOCOL.md §4: dead after 3 s) ... */
    static final long OUTSTANDING_NANOS = 3_000_000_000L;

    /** ... or, where answers come quickly, after this or a usual round trip, whatever is longer. */
    static final long LEAST_OUTSTANDING_NANOS = 800_000_000L;

    /** Exchanges at once; more are refused. */
    static final int MAX_EXCHANGES = 1_000;

    /** Requests of one exchange: the first, its repetitions, one to another address, one after a puncture. */
    private static final int MAX_ATTEMPTS = 1 + MAX_RETRIES + 2;

    private static final int IDENTIFIERS = 1 << 16;

    private final int most;
    private final Deadlines deadlines;
    private final RandomGenerator random;
    private final RequestSender sender;
    private final Outcome outcome;
    private final RttEstimator strangersRtt = new RttEstimator();
    private final ExchangeIndex index = new ExchangeIndex();
    private int exchanges;
    private boolean stopped;

    /** Puts a request on the wire. */
    @FunctionalInterface
    interface RequestSender {
        void send(Exchange exchange, int identifier);
    }

    /** Hears how exchanges end. */
    interface Outcome {
        /** An answer came: nobody else can give one. */
        default void completed(Exchange exchange) {}

        /** The last repetition is sent: all requests before it are unanswered, which are five in a row. */
        default void unanswered(Exchange exchange) {}

        /** Nothing that completes the handshake came within the limit. */
        void failed(Exchange exchange);
    }

    Exchanges(Deadlines deadlines, RandomGenerator random, RequestSender sender, Outcome outcome) {
        this(deadlines, random, sender, outcome, MAX_EXCHANGES);
    }

    /** As many at once as somebody else wants. */
    Exchanges(Deadlines deadlines, RandomGenerator random, RequestSender sender, Outcome outcome, int most) {
        this.most = most;
        this.deadlines = deadlines;
        this.random = random;
        this.sender = sender;
        this.outcome = outcome;
    }

    /** Sends the first request of an exchange; false if one with that address is under way or there are too many. */
    boolean start(Purpose purpose, WalkTarget target) {
        if (stopped || isUnderWay(target.address()) || exchanges >= most) {
            return false;
        }
        Exchange exchange = new Exchange(purpose, target, deadlines.nowNanos());
        index.put(exchange);
        exchanges++;
        deadlines.after(LIMIT_NANOS, () -> forget(exchange));
        send(exchange);
        return true;
    }

    /** Tells whether an answer from this address is still hoped for. */
    boolean isUnderWay(InetSocketAddress address) {
        Exchange exchange = index.with(address);
        return exchange != null && exchange.isAwaited();
    }

    /** The latest exchange with an address in the last {@link #LIMIT_NANOS}. */
    @Nullable
    Exchange with(InetSocketAddress address) {
        return index.with(address);
    }

    /** The request that bears this identifier. */
    @Nullable
    Attempt attempt(int identifier) {
        return index.attempt(identifier);
    }

    /** How many requests of a purpose hold back others: unanswered and young. */
    int outstanding(Purpose purpose) {
        long now = deadlines.nowNanos();
        long young = strangersRtt.samples() == 0
                ? OUTSTANDING_NANOS
                : strangersRtt.timeoutNanos(LEAST_OUTSTANDING_NANOS, OUTSTANDING_NANOS);
        return index.count(exchange -> exchange.purpose() == purpose
                && now - exchange.startedNanos() < young
                && exchange.handshake().isUnderWay());
    }

    /** The response came from the address that was asked: measures the round trip and ends the repetitions. */
    long answered(Attempt attempt) {
        Exchange exchange = attempt.exchange();
        boolean completes = !exchange.isAnswered();
        exchange.handshake().responseReceived();
        exchange.answered();
        exchange.awaitRetry(null);
        long rtt = deadlines.nowNanos() - attempt.sentNanos();
        strangersRtt.sample(rtt);
        if (completes) {
            outcome.completed(exchange);
        }
        return rtt;
    }

    /** The response came from elsewhere: asks there, once. False if that does not fit. */
    boolean answeredFrom(Exchange exchange, InetSocketAddress from) {
        boolean fits = exchange.handshake().responseReceivedFromElsewhere();
        // Beside the exchange, not in its place: who guesses an identifier does not get the handshake for himself.
        return fits && start(Purpose.CHECK, WalkTarget.of(from, exchange.style() == WalkStyle.NEW));
    }

    /** A puncture came from this address: repeats the request at once. False if that does not fit. */
    boolean punctured(InetSocketAddress from) {
        Exchange exchange = index.with(from);
        if (exchange == null || !exchange.handshake().punctureReceived()) {
            return false;
        }
        // The hole was opened towards this address just now, and earlier requests may have met a closed one.
        send(exchange);
        return true;
    }

    /** A request came from this address, perhaps under a made-up source: ours is repeated until it is answered. */
    void requestedFrom(InetSocketAddress from) {
        Exchange exchange = index.with(from);
        if (exchange != null) {
            exchange.handshake().requestReceived();
        }
    }

    /** Whoever is at this address has shown that he is there: no need to repeat our request. */
    void heardFrom(InetSocketAddress from) {
        Exchange exchange = index.with(from);
        if (exchange != null) {
            exchange.awaitRetry(null);
        }
    }

    /** Ends all repetitions, and starts no exchange any more. */
    void stop() {
        stopped = true;
    }

    private void send(Exchange exchange) {
        int identifier = freeIdentifier();
        index.put(exchange.attempted(identifier, deadlines.nowNanos()));
        exchange.handshake().requestSent();
        int mostRetries = exchange.purpose() == Purpose.CHECK ? MAX_CHECK_RETRIES : MAX_RETRIES;
        if (exchange.retries() < mostRetries) {
            long first = strangersRtt.timeoutNanos(FIRST_RETRY_NANOS, LAST_RETRY_NANOS);
            long delay = Math.min(first << exchange.retries(), LAST_RETRY_NANOS);
            exchange.awaitRetry(deadlines.after(delay, () -> retry(exchange)));
        } else {
            exchange.awaitRetry(null);
        }
        sender.send(exchange, identifier);
    }

    private void retry(Exchange exchange) {
        if (exchange.isAwaited() && !stopped) {
            exchange.retried();
            send(exchange);
            if (exchange.retries() == MAX_RETRIES) {
                outcome.unanswered(exchange);
            }
        }
    }

    private void forget(Exchange exchange) {
        exchange.awaitRetry(null);
        for (Attempt attempt = exchange.latest(); attempt != null; attempt = attempt.earlier()) {
            index.remove(attempt);
        }
        index.remove(exchange);
        exchanges--;
        if (exchange.handshake().limitReached() && !stopped) {
            outcome.failed(exchange);
        }
    }

    private int freeIdentifier() {
        int identifier = random.nextInt(IDENTIFIERS);
        while (index.attempt(identifier) != null) {
            identifier = (identifier + 1) % IDENTIFIERS;
        }
        return identifier;
    }

    /** How full they are; what they are of is told behind their names. */
    List<TableSize> tables(String of) {
        return List.of(
                new TableSize("exchanges" + of, exchanges, most),
                new TableSize("requests of exchanges" + of, index.attemptCount(), MAX_ATTEMPTS * most));
    }
}

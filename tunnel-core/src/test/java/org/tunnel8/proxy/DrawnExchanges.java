package org.tunnel8.proxy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.tunnel8.fuzz.HttpNetwork;
import org.tunnel8.http.ReplyParser;
import org.tunnel8.stream.HttpExchange;
import org.tunnel8.stream.HttpFailure;
import org.tunnel8.stream.HttpListener;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.HostAddress;

/**
 * Exchanges that are answered, or not, as chance says: at once by this class, or in parts by exits of a network in told time,
 * with the exchanges of production in front of it.
 */
final class DrawnExchanges implements HttpTunnel {
    /** So long an exchange may take, as those of the client. */
    static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** A network has much to do besides for few exchanges. */
    private static final int NETWORK_STEPS = 5;

    private static final int MOST_ANSWER_BYTES = 1 << 18;

    private final RandomGenerator random;
    private final LongSupplier clock;
    private final Consumer<Exchange> begun;
    private final List<Exchange> live = new ArrayList<>();
    private final @Nullable HttpNetwork network;
    private long networkNanos;

    DrawnExchanges(
            RandomGenerator random, LongSupplier clock, @Nullable HttpNetwork network, Consumer<Exchange> begun) {
        this.random = random;
        this.clock = clock;
        this.network = network;
        this.networkNanos = clock.getAsLong();
        this.begun = begun;
    }

    @Override
    public Runnable ask(HostAddress target, byte[] request, @Nullable String isolationKey, Outcome outcome) {
        if (request.length == 0 || request.length > MAX_REQUEST_BYTES) {
            throw new AssertionError("a request that is none");
        }
        Exchange exchange = new Exchange(target, outcome);
        begun.accept(exchange);
        live.add(exchange);
        if (network != null) {
            exchange.carried = network.start(target, request, Duration.ofNanos(LIMIT_NANOS), exchange);
        } else if (random.nextInt(5) == 0) {
            exchange.settle();
        }
        return exchange::cancel;
    }

    /** Exchanges that have not ended. */
    int size() {
        return live.size();
    }

    /** Something happens to one of them; false if there is none. */
    boolean act() {
        if (network != null) {
            for (int i = 0; i < NETWORK_STEPS; i++) {
                network.step();
            }
            return true;
        }
        if (live.isEmpty()) {
            return false;
        }
        live.get(random.nextInt(live.size())).settle();
        return true;
    }

    /** Time has passed: those have failed that have run for as long as they may. */
    void timeHasPassed() {
        if (network != null) {
            network.pass(Duration.ofNanos(clock.getAsLong() - networkNanos));
            networkNanos = clock.getAsLong();
            network.check();
            return;
        }
        for (Exchange exchange : List.copyOf(live)) {
            if (clock.getAsLong() - exchange.begunNanos >= LIMIT_NANOS) {
                exchange.fail();
            }
        }
    }

    /** Ends what is behind it, after the last of them. */
    void end() {
        if (network != null) {
            network.end();
        }
    }

    /** One of them. */
    final class Exchange implements HttpListener {
        private final HostAddress target;
        private final Outcome outcome;
        private final long begunNanos = clock.getAsLong();
        private byte[] answer = new byte[0];
        private boolean isOver;
        private boolean isAnswered;
        private @Nullable HttpExchange carried;

        Exchange(HostAddress target, Outcome outcome) {
            this.target = target;
            this.outcome = outcome;
        }

        HostAddress target() {
            return target;
        }

        boolean isOver() {
            return isOver;
        }

        boolean isAnswered() {
            return isAnswered;
        }

        byte[] answer() {
            return answer;
        }

        private void settle() {
            if (random.nextInt(4) == 0) {
                fail();
            } else {
                int most = random.nextInt(8) == 0 ? MOST_ANSWER_BYTES : 1_000;
                succeed(DrawnStreams.pattern(0, random.nextInt(most + 1)));
            }
        }

        private void succeed(byte[] with) {
            end();
            isAnswered = true;
            answer = with;
            outcome.onAnswer(with);
        }

        private void fail() {
            end();
            outcome.onFailed("chance");
        }

        private void end() {
            if (isOver) {
                throw new AssertionError("an exchange ends once");
            }
            isOver = true;
            live.remove(this);
        }

        private void cancel() {
            isOver = true;
            live.remove(this);
            if (carried != null) {
                carried.cancel();
            }
        }

        @Override
        public boolean onReply(ByteString reply) {
            boolean isHttp = ReplyParser.parse(reply.toBytes()) != null;
            if (isHttp) {
                succeed(reply.toBytes());
            }
            return isHttp;
        }

        @Override
        public void onFailed(HttpFailure failure) {
            fail();
        }
    }
}

package org.tunnel8.proxy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.tunnel8.wire.HostAddress;

/** Exchanges without a network that are answered, or not, as chance says. */
final class DrawnExchanges implements HttpTunnel {
    /** So long an exchange may take, as those of the client. */
    static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final int MOST_ANSWER_BYTES = 1 << 18;

    private final RandomGenerator random;
    private final LongSupplier clock;
    private final Consumer<Exchange> begun;
    private final List<Exchange> live = new ArrayList<>();

    DrawnExchanges(RandomGenerator random, LongSupplier clock, Consumer<Exchange> begun) {
        this.random = random;
        this.clock = clock;
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
        if (random.nextInt(5) == 0) {
            exchange.settle();
        }
        return () -> {
            exchange.isOver = true;
            live.remove(exchange);
        };
    }

    /** Exchanges that have not ended. */
    int size() {
        return live.size();
    }

    /** Settles one of them; false if there is none. */
    boolean act() {
        if (live.isEmpty()) {
            return false;
        }
        live.get(random.nextInt(live.size())).settle();
        return true;
    }

    /** Fails those that have run for as long as they may. */
    void giveUpOld() {
        for (Exchange exchange : List.copyOf(live)) {
            if (clock.getAsLong() - exchange.begunNanos >= LIMIT_NANOS) {
                exchange.fail();
            }
        }
    }

    /** Fails all. */
    void endAll() {
        List.copyOf(live).forEach(Exchange::fail);
    }

    final class Exchange {
        private final HostAddress target;
        private final Outcome outcome;
        private final long begunNanos = clock.getAsLong();
        private boolean isOver;
        private boolean isAnswered;
        private int answerBytes;

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

        int answerBytes() {
            return answerBytes;
        }

        private void settle() {
            if (random.nextInt(4) == 0) {
                fail();
                return;
            }
            end();
            isAnswered = true;
            int most = random.nextInt(8) == 0 ? MOST_ANSWER_BYTES : 1_000;
            answerBytes = random.nextInt(most + 1);
            outcome.onAnswer(DrawnStreams.pattern(0, answerBytes));
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
    }
}

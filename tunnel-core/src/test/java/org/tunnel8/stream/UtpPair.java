package org.tunnel8.stream;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.tunnel8.time.Deadlines;

/** Two endpoints and the path between them, in told time; the second accepts one kind of stream. */
final class UtpPair {
    static final long MILLI = 1_000_000L;

    final Deadlines deadlines = new Deadlines(1);
    final StreamMemory memory;
    final ModelHost near;
    final ModelHost far;
    final ModelLink there;
    final ModelLink back;

    @Nullable
    Transfer accepted;

    UtpPair(long seed, UtpSettings settings) {
        this(seed, settings, new StreamMemory(StreamMemory.DEFAULT_BYTES), new SplittableRandom(seed));
    }

    UtpPair(long seed, UtpSettings settings, StreamMemory memory, RandomGenerator random) {
        this.memory = memory;
        near = new ModelHost(1, deadlines, settings, memory, random);
        far = new ModelHost(2, deadlines, settings, memory, random);
        there = new ModelLink(deadlines, seed + 1).delay(10 * MILLI);
        back = new ModelLink(deadlines, seed + 2).delay(10 * MILLI);
        near.route(far, there);
        far.route(near, back);
    }

    /** A generator of which each drawn number below a bound is the last but so many. */
    static RandomGenerator lastBut(int count) {
        return new RandomGenerator() {
            @Override
            public int nextInt(int bound) {
                return bound - 1 - count;
            }

            @Override
            public long nextLong() {
                return 0;
            }
        };
    }

    /** Has the far side send so many bytes over each stream that it accepts. */
    UtpPair accepting(long bytes) {
        far.endpoint.accept(origin -> {
            accepted = new Transfer(2, 1, bytes);
            return accepted;
        });
        return this;
    }

    UtpPair accepting(Transfer transfer) {
        far.endpoint.accept(origin -> {
            accepted = transfer;
            return transfer;
        });
        return this;
    }

    Transfer connect(long bytes) {
        return connect(new Transfer(1, 2, bytes));
    }

    Transfer connect(Transfer transfer) {
        transfer.stream = near.endpoint.connect(far.address, transfer);
        return transfer;
    }

    Transfer accepted() {
        return requireNonNull(accepted, "nothing was accepted");
    }

    void run(Duration time) {
        ModelHost.run(deadlines, time.toNanos());
    }

    /** Runs until a number has been reached or a time is over; tells how long it took. */
    Duration runUntil(LongSupplier number, long reached, Duration most) {
        long begin = deadlines.nowNanos();
        while (number.getAsLong() < reached && deadlines.nowNanos() - begin < most.toNanos()) {
            ModelHost.run(deadlines, MILLI);
        }
        return Duration.ofNanos(deadlines.nowNanos() - begin);
    }

    static UtpStream stream(Transfer of) {
        return requireNonNull(of.stream, "no stream");
    }
}

package org.tunnel8.examples.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.tunnel8.examples.bench.ThroughputBench.Direction;

/**
 * Measures what it costs that a network is watched: pairs of runs, one with metrics, events and the monitor, one without, in
 * turn; the order within a pair changes from one to the next.
 */
public final class WatchingCost {
    private static final double CONFIDENCE = 0.95;

    private final int hops;
    private final int payloadBytes;
    private final BooleanSupplier stopped;

    /**
     * One pair.
     *
     * @param direction which way the payload went
     * @param plainMicros CPU time of client, relays and exit together for a packet, in microseconds
     * @param watchedMicros the same, watched
     */
    public record Pair(Direction direction, double plainMicros, double watchedMicros) {
        /**
         * How they compare.
         *
         * @return 1 if watching costs nothing
         */
        public double ratio() {
            return watchedMicros / plainMicros;
        }
    }

    /**
     * What all pairs show.
     *
     * @param pairs how many
     * @param median of their ratios
     * @param low the lower end of the 95 % interval of the median, by order of the ratios
     * @param high its upper end
     */
    public record Result(int pairs, double median, double low, double high) {
        /**
         * Sums up ratios. With fewer than six the interval has less than 95 %, and is all of them.
         *
         * @param ratios at least one
         * @return the median and its interval
         */
        public static Result of(List<Double> ratios) {
            double[] sorted = ratios.stream().mapToDouble(Double::doubleValue).toArray();
            Arrays.sort(sorted);
            int n = sorted.length;
            double median = n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
            int leftOut = leftOut(n);
            return new Result(n, median, sorted[leftOut], sorted[n - 1 - leftOut]);
        }

        /** So many of the least and of the greatest can be left out that the median is among the rest with 95 %. */
        private static int leftOut(int n) {
            double chance = Math.pow(0.5, n);
            double tail = chance;
            int leftOut = 0;
            while (leftOut < (n - 1) / 2) {
                chance = chance * (n - leftOut) / (leftOut + 1);
                tail += chance;
                if (2 * tail > 1 - CONFIDENCE) {
                    break;
                }
                leftOut++;
            }
            return leftOut;
        }
    }

    /**
     * Prepares a measurement.
     *
     * @param hops 1 to 3
     * @param payloadBytes the payload of each datagram
     * @param stopped tells whether to break off
     */
    public WatchingCost(int hops, int payloadBytes, BooleanSupplier stopped) {
        this.hops = hops;
        this.payloadBytes = payloadBytes;
        this.stopped = stopped;
    }

    /**
     * Measures.
     *
     * @param pairs how many; every other one in the other direction
     * @param warmUp how long traffic runs before anything is measured
     * @param duration how long to measure
     * @param told hears of each pair
     * @return what they show
     */
    public Result run(int pairs, Duration warmUp, Duration duration, Consumer<Pair> told) {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < pairs; i++) {
            Direction direction = i / 2 % 2 == 0 ? Direction.DOWN : Direction.UP;
            boolean watchedFirst = i % 2 == 1;
            double first = micros(watchedFirst, direction, warmUp, duration);
            double second = micros(!watchedFirst, direction, warmUp, duration);
            Pair pair = watchedFirst ? new Pair(direction, second, first) : new Pair(direction, first, second);
            ratios.add(pair.ratio());
            told.accept(pair);
        }
        return Result.of(ratios);
    }

    private double micros(boolean watched, Direction direction, Duration warmUp, Duration duration) {
        try (ThroughputBench bench = watched
                ? ThroughputBench.watched(hops, payloadBytes, stopped)
                : new ThroughputBench(hops, payloadBytes, stopped)) {
            ThroughputBench.Result result = bench.measure(direction, warmUp, duration);
            return result.clientMicros()
                    + result.exitMicros()
                    + (hops - 1) * result.relayMicros().orElse(0);
        }
    }
}

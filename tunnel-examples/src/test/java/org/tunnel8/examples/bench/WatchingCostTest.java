package org.tunnel8.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tunnel8.examples.bench.WatchingCost.Result;

class WatchingCostTest {
    private static List<Double> ratios(int count) {
        return IntStream.rangeClosed(1, count).mapToObj(i -> (double) i).toList();
    }

    @Test
    void theIntervalOfAMedianIsThatOfItsOrderStatistics() {
        // The sixth and fifteenth of twenty enclose the median with 95.9 %; the second and ninth of ten with 97.9 %.
        assertThat(Result.of(ratios(20))).isEqualTo(new Result(20, 10.5, 6, 15));
        assertThat(Result.of(ratios(10))).isEqualTo(new Result(10, 5.5, 2, 9));
        assertThat(Result.of(ratios(5))).isEqualTo(new Result(5, 3, 1, 5));
        assertThat(Result.of(ratios(1))).isEqualTo(new Result(1, 1, 1, 1));
    }

    @Test
    @Timeout(120)
    void measuresPairsInBothDirectionsAndIsWatched() {
        List<WatchingCost.Pair> pairs = new ArrayList<>();
        Result result = new WatchingCost(1, 400, () -> false)
                .run(2, Duration.ofMillis(200), Duration.ofMillis(1_200), pairs::add);
        assertThat(pairs).hasSize(2).extracting(WatchingCost.Pair::direction).doesNotContainNull();
        assertThat(pairs).allMatch(pair -> pair.plainMicros() > 0 && pair.watchedMicros() > 0);
        assertThat(result.low()).isPositive().isLessThanOrEqualTo(result.median());
        assertThat(result.high()).isGreaterThanOrEqualTo(result.median());
    }
}

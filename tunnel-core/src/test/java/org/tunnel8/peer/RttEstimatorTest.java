package org.tunnel8.peer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RttEstimatorTest {
    private static final long MILLI = 1_000_000;

    private final RttEstimator rtt = new RttEstimator();

    @Test
    void waitsTheLeastTimeWhileNothingIsMeasured() {
        assertThat(rtt.samples()).isZero();
        assertThat(rtt.timeoutNanos(100 * MILLI, 5_000 * MILLI)).isEqualTo(100 * MILLI);
    }

    @Test
    void takesTheFirstSampleWholeAndHalfOfItAsDeviation() {
        rtt.sample(80 * MILLI);

        assertThat(rtt.smoothedNanos()).isEqualTo(80 * MILLI);
        assertThat(rtt.deviationNanos()).isEqualTo(40 * MILLI);
        assertThat(rtt.timeoutNanos(100 * MILLI, 5_000 * MILLI)).isEqualTo(240 * MILLI);
    }

    @Test
    void growsCertainOfASteadyPath() {
        for (int i = 0; i < 100; i++) {
            rtt.sample(50 * MILLI);
        }

        assertThat(rtt.smoothedNanos()).isEqualTo(50 * MILLI);
        assertThat(rtt.deviationNanos()).isLessThan(MILLI);
    }

    @Test
    void followsAPathThatBecomesSlower() {
        rtt.sample(10 * MILLI);
        for (int i = 0; i < 50; i++) {
            rtt.sample(200 * MILLI);
        }

        assertThat(rtt.smoothedNanos()).isBetween(195 * MILLI, 200 * MILLI);
    }

    @Test
    void neverWaitsLongerThanTheMost() {
        rtt.sample(60_000 * MILLI);

        assertThat(rtt.timeoutNanos(100 * MILLI, 5_000 * MILLI)).isEqualTo(5_000 * MILLI);
    }

    @Test
    void countsATimeBeforeTheRequestAsZero() {
        rtt.sample(-1);

        assertThat(rtt.smoothedNanos()).isZero();
    }
}

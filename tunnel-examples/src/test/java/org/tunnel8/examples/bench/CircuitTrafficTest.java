package org.tunnel8.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.tunnel8.examples.bench.ThroughputBench.Direction;

class CircuitTrafficTest {
    private static final Duration SHORT = Duration.ofMillis(300);

    @Test
    void measuresBothDirectionsThroughACircuit() {
        try (ThroughputBench bench = new ThroughputBench(2, 1_300, () -> false)) {
            for (Direction direction : Direction.values()) {
                ThroughputBench.Result result = bench.measure(direction, SHORT, SHORT);
                assertThat(result.hops()).isEqualTo(2);
                assertThat(result.direction()).isEqualTo(direction);
                assertThat(result.mbPerSecond()).isPositive();
                assertThat(result.lostShare()).isBetween(0.0, 1.0);
                assertThat(result.clientMicros()).isPositive();
                assertThat(result.relayMicros()).isPresent();
                assertThat(result.exitMicros()).isPositive();
            }
        }
    }

    @Test
    void breaksOffWhenStopped() {
        try (ThroughputBench bench = new ThroughputBench(1, 100, () -> true)) {
            assertThatThrownBy(() -> bench.measure(Direction.UP, SHORT, SHORT))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("stopped");
        }
    }

    @Test
    void countsCircuitsBuilt() {
        CircuitBench.Result result = new CircuitBench(1, 2, () -> false).run();
        assertThat(result.circuits()).isEqualTo(16);
        assertThat(result.perSecond()).isPositive();
    }
}

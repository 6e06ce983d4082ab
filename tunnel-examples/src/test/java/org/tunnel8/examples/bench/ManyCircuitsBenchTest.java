package org.tunnel8.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ManyCircuitsBenchTest {
    private static final Duration SHORT = Duration.ofMillis(300);

    @Test
    void measuresARelayWithManyCircuitsInTurnWithOneThatHasTen() {
        List<ManyCircuitsBench.Run> runs = new ArrayList<>();
        try (ManyCircuitsBench bench = new ManyCircuitsBench(60, 400, 7, "jdk", () -> false)) {
            ManyCircuitsBench.Result result = bench.run(2, SHORT, SHORT, SHORT, runs::add);

            assertThat(result.circuits()).isEqualTo(60);
            assertThat(result.cipher()).isEqualTo("jdk");
            assertThat(result.relayMicrosPerCell()).isPositive();
            assertThat(result.relayMicrosPerCellAt10()).isPositive();
            assertThat(result.ratio()).isEqualTo(result.relayMicrosPerCell() / result.relayMicrosPerCellAt10());
            assertThat(result.cells())
                    .isEqualTo(runs.stream()
                            .mapToLong(ManyCircuitsBench.Run::cells)
                            .sum());
        }
        assertThat(runs).extracting(ManyCircuitsBench.Run::circuits).containsExactly(10, 60, 10, 60);
        assertThat(runs)
                .allMatch(run -> run.cells() > 0 && run.cellsPerSecond() > 0 && run.cellsLost() <= run.cells() / 10);
    }

    @Test
    void breaksOffWhenStopped() {
        try (ManyCircuitsBench bench = new ManyCircuitsBench(10, 400, 4, null, () -> true)) {
            assertThatThrownBy(() -> bench.run(1, SHORT, SHORT, SHORT, run -> {}))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("stopped");
        }
    }
}

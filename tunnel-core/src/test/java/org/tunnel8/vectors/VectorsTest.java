package org.tunnel8.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("vectors")
class VectorsTest {
    @Test
    void everyEntryAboutExitsHolds() {
        run("exit.json", ExitVectors::run);
    }

    @Test
    void everyEntryAboutCellsHoldsForRealNodes() {
        run("cells.json", CellVectors::run);
    }

    @Test
    void everyScenarioHoldsForRealNodes() {
        run("scenario.json", ScenarioVectors::run);
    }

    private static void run(String name, ToIntFunction<VectorFile> runner) {
        VectorFile file = VectorFile.open(name);
        assertThat(runner.applyAsInt(file)).as("entries run").isPositive();
        file.print();
    }
}

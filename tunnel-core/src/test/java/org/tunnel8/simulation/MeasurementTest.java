package org.tunnel8.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class MeasurementTest {
    private static Measurement of(int trials, long... seconds) {
        return new Measurement(
                LongStream.of(seconds).mapToObj(Duration::ofSeconds).toList(), trials);
    }

    @Test
    void whatDidNotHappenIsLaterThanAllThatDid() {
        Measurement measurement = of(10, 9, 3, 1, 5, 7, 2, 4, 8);
        assertThat(measurement.percentile(0.5)).contains(Duration.ofSeconds(5));
        assertThat(measurement.percentile(0.8)).contains(Duration.ofSeconds(9));
        assertThat(measurement.percentile(0.9)).isEmpty();
        assertThat(of(1).percentile(0.5)).isEmpty();
        assertThat(of(0).percentile(0.5)).isEmpty();
    }

    @Test
    void shareCountsTheTrialsAndTheLimitItself() {
        assertThat(of(4, 1, 2, 3).shareWithin(Duration.ofSeconds(2))).isEqualTo(0.5);
        assertThat(of(0).shareWithin(Duration.ZERO)).isEqualTo(1);
    }

    @Test
    void moreCannotHaveHappenedThanWasPossible() {
        assertThatThrownBy(() -> of(1, 1, 2)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void runsAreCountedOneByOneAndTheirEventsTogether() {
        Requirement requirement = new Requirement("share", Criterion.ALL_HANDSHAKES, Duration.ofSeconds(10), 0.75);
        Scenario scenario = Scenario.standing().get(0).withRequirements(List.of(requirement));
        RequirementReport report = RequirementReport.of(
                        scenario, List.of(run(1, of(4, 1, 2, 3)), run(2, of(4, 1, 2)), run(3, of(4, 1, 2, 3, 11))))
                .get(0);
        assertThat(report.shareOfRuns()).isEqualTo(2.0 / 3);
        assertThat(report.shareOfAll()).isEqualTo(8.0 / 12);
        assertThat(report.isMet()).isFalse();
        assertThat(report.median()).contains(Duration.ofSeconds(2));
        assertThat(report.ninetieth()).isEmpty();
    }

    @Test
    void whatWasNotMeasuredIsNotMet() {
        Requirement requirement = new Requirement("late", Criterion.RECOVERED, Duration.ofSeconds(10), 0.75);
        RunReport run = run(1, of(1, 1));
        assertThat(run.meets(requirement)).isFalse();
        Scenario scenario = Scenario.standing().get(0).withRequirements(List.of(requirement));
        assertThat(RequirementReport.of(scenario, List.of(run)).get(0).isMet()).isFalse();
        assertThat(Measurement.once(Optional.empty()).trials()).isEqualTo(1);
    }

    private static RunReport run(long seed, Measurement handshakes) {
        return new RunReport(seed, Placement.PUBLIC, "0", 0, Map.of(Criterion.ALL_HANDSHAKES, handshakes));
    }
}

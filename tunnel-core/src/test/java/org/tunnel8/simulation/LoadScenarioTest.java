package org.tunnel8.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each scenario with flows in small: few peers, a short time, one seed. */
class LoadScenarioTest {
    /** By the seed, a client behind a port-restricted NAT. */
    private static final long SEED = 1;

    private static Scenario brief(String name, int peers, int seconds) {
        return Scenario.named(name)
                .orElseThrow()
                .withPeers(peers)
                .withTimes(Duration.ofSeconds(10), Duration.ofSeconds(15), Duration.ofSeconds(seconds));
    }

    private static RunReport run(Scenario scenario) {
        return new Simulation(scenario, SignatureMode.REPLACED, LayerMode.REPLACED).run(SEED);
    }

    private static void assertMeets(RunReport run, Scenario scenario, String... ids) {
        for (String id : ids) {
            Requirement requirement = scenario.requirements().stream()
                    .filter(one -> one.id().equals(id))
                    .findFirst()
                    .orElseThrow();
            assertThat(run.meets(requirement))
                    .as("%s in %s: %s %s", id, scenario.name(), run.measurements(), run.notes())
                    .isTrue();
        }
    }

    private static Measurement measured(RunReport run, Criterion criterion) {
        Measurement measurement = run.measurements().get(criterion);
        assertThat(measurement).as("%s", criterion).isNotNull();
        return measurement;
    }

    @ParameterizedTest
    @ValueSource(strings = {"relay-killer", "exit-killer"})
    void aFlowOutlivesTheDeathsOfItsHops(String name) {
        Scenario played = brief(name, 40, 70);
        RunReport run = run(played);
        assertMeets(run, played, "SC-008", "leak", "nonces");
        assertThat(measured(run, Criterion.SILENCES).trials()).isEqualTo(3);
        assertThat(run.notes()).filteredOn(note -> note.contains("killed")).hasSize(3);
        // Who kills exits kills exits alone, and who kills relays none.
        assertThat(run.notes())
                .filteredOn(note -> note.contains("killed an exit"))
                .hasSize(name.equals("exit-killer") ? 3 : 0);
        Quotient lost = run.ratios().get(Ratio.LOST);
        assertThat(lost).isNotNull();
        assertThat(lost.whole()).isGreaterThan(20_000);
        assertThat(lost.value().orElseThrow()).isLessThan(0.5);
    }

    @Test
    void theSameSeedGivesTheSameRunWithWhicheverLayers() {
        Scenario played = brief("relay-killer", 25, 30);
        RunReport real = new Simulation(played, SignatureMode.REPLACED, LayerMode.REAL).run(SEED);
        assertThat(new Simulation(played, SignatureMode.REPLACED, LayerMode.REAL).run(SEED))
                .isEqualTo(real);
        RunReport replaced = run(played);
        assertThat(replaced.measurements()).isEqualTo(real.measurements());
        assertThat(replaced.datagrams()).isEqualTo(real.datagrams());
        assertThat(replaced.digest()).isNotEqualTo(real.digest());
    }

    @Test
    void threeHopsAreReadySoonAfterTheyAreAskedFor() {
        Scenario played = brief("tribler", 40, 30);
        RunReport run = run(played);
        assertMeets(run, played, "SC-004", "SC-004-15s", "nonces");
        assertThat(measured(run, Criterion.CIRCUIT_ON_REQUEST).trials()).isEqualTo(1);
    }

    private static double ratio(RunReport run, Ratio ratio) {
        Quotient quotient = run.ratios().get(ratio);
        assertThat(quotient).as("%s", ratio).isNotNull();
        return quotient.value().orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"steady", "loss-2", "loss-5"})
    void whereNobodyLeavesNothingDisturbsAFlow(String name) {
        Scenario played = brief(name, 40, 40);
        RunReport run = run(played);
        assertMeets(run, played, "SC-004", "SC-007", "leak", "nonces");
        assertThat(ratio(run, Ratio.INTERRUPTED)).isZero();
        // Four links each way, and what was under way when the flow began.
        double lost = 1 - Math.pow(1 - played.links().loss(), 4);
        assertThat(ratio(run, Ratio.LOST)).isBetween(lost * 0.7, lost * 1.3 + 0.02);
    }

    @ParameterizedTest
    @ValueSource(strings = {"streaming", "loss-10", "slow-relays"})
    void aFlowIsMeasuredForAsLongAsItLasts(String name) {
        Scenario played = brief(name, 40, 40);
        RunReport run = run(played);
        assertMeets(run, played, "SC-004", "leak", "nonces");
        assertThat(run.ratios().get(Ratio.INTERRUPTED)).isNotNull();
        assertThat(run.ratios().get(Ratio.INTERRUPTED).whole()).isEqualTo(35);
        assertThat(run.measurements()).containsKey(Criterion.LONGEST_INTERRUPTION);
    }

    @Test
    void aSilentFlowIsInterruptedToItsEnd() {
        Scenario played = brief("full", 25, 30)
                .withPopulation(Population.STANDING.withFull(1))
                .withLoad(Load.FLOW);
        RunReport run = run(played);
        assertThat(measured(run, Criterion.CIRCUIT_ON_REQUEST).times()).isEmpty();
        assertThat(ratio(run, Ratio.BUILT)).isZero();
        assertThat(ratio(run, Ratio.INTERRUPTED)).isEqualTo(1);
        assertThat(measured(run, Criterion.LONGEST_INTERRUPTION).times()).containsExactly(Duration.ofSeconds(25));
        assertThat(measured(run, Criterion.UNDISTURBED).times()).isEmpty();
    }

    @Test
    void liarsAreCountedAgainstChance() {
        Scenario played = brief("liars", 40, 40);
        RunReport run = run(played);
        assertMeets(run, played, "leak", "nonces");
        assertThat(run.ratios())
                .containsKeys(Ratio.SPECIAL_TIME, Ratio.SPECIAL_BUILT, Ratio.PLAIN_CHOSEN, Ratio.BREADTH);
        assertThat(run.notes()).anyMatch(note -> note.contains("special hops"));

        // Where everybody forges, every circuit has a liar, by chance and in fact.
        RunReport all = run(played.withPopulation(Population.STANDING.withLiars(1)));
        Quotient time = all.ratios().get(Ratio.SPECIAL_TIME);
        assertThat(time).isNotNull();
        assertThat(time.part()).isEqualTo(time.whole());
    }

    @Test
    void atHalfItsCapacityAPathLosesNothingAndAboveItDoes() {
        Scenario played = brief("half-capacity", 40, 30);
        RunReport half = run(played);
        assertThat(half.meets(played.ratios().get(0))).as("%s", half).isTrue();
        assertThat(half.meets(played.ratios().get(1))).as("%s", half).isTrue();
        RunReport over = run(played.withPopulation(
                played.population().withLines(LineSettings.bandwidth(400_000, Duration.ofMillis(100)))));
        assertThat(ratio(over, Ratio.LOST)).isGreaterThan(0.1);
    }

    @Test
    void aLongStayIsComparedWithItsBeginning() {
        Scenario played = brief("long-haul", 30, 360);
        RunReport run = run(played);
        assertMeets(run, played, "leak", "nonces");
        assertThat(measured(run, Criterion.REQUESTS_END).trials()).isEqualTo(1);
        assertThat(run.notes()).anyMatch(note -> note.contains("client's tables early and late; peers "));
        assertThat(ratio(run, Ratio.CLIENT_TABLES)).isPositive();
        assertThat(ratio(run, Ratio.CLIENT_DEADLINES)).isPositive();
        assertThat(ratio(run, Ratio.RELAY_TABLES)).isPositive();
        assertThat(ratio(run, Ratio.RELAY_DEADLINES)).isPositive();
        assertThat(run.heap()).isNotNull();
        assertThat(run.heap().lastHourBytes()).isPositive();
    }

    @Test
    void flowsNeedCircuitsAndWhoIsKilledCarriesThem() {
        assertThatThrownBy(() -> Load.NONE.withFlows(1, 200, 100)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Load.CIRCUITS.withKiller(Killer.EXITS)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Load.FLOW.withFlows(1, 200, 19)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void ratiosOfRunsAreAddedUp() {
        Scenario asking = Scenario.standing()
                .get(0)
                .withRatios(List.of(
                        RatioRequirement.atMost("lost", Ratio.LOST, 0.1),
                        RatioRequirement.atLeast("built", Ratio.BUILT, 0.9)));
        List<RatioReport> reports =
                RatioReport.of(asking, List.of(lossy(1, new Quotient(10, 1_000)), lossy(2, new Quotient(50, 100))));
        RatioReport lost = reports.get(0);
        assertThat(lost.pooled().value()).contains(60 / 1_100.0);
        assertThat(lost.isMet()).isTrue();
        assertThat(lost.shareOfRuns()).isEqualTo(0.5);
        assertThat(lost.percentile(0.5)).contains(0.01);
        assertThat(lost.percentile(0.9)).contains(0.5);
        assertThat(reports.get(1).isMet()).as("what nobody measured is not met").isFalse();
    }

    private static RunReport lossy(long seed, Quotient lost) {
        return new RunReport(seed, Placement.PUBLIC, "0", 0, Map.of(), Map.of(Ratio.LOST, lost), null, List.of());
    }
}

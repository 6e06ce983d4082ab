package org.tunnel8.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each standing scenario in small: few peers, one seed of each placement that matters. */
class ScenarioTest {
    /** By the seed, a client behind a port-restricted NAT, and one behind a symmetric one. */
    private static final long CONE_SEED = 1;

    private static final long SYMMETRIC_SEED = 3;

    private static Scenario scenario(String name) {
        return Scenario.named(name).orElseThrow();
    }

    private static Scenario brief(Scenario scenario) {
        return scenario.withTimes(Duration.ofSeconds(10), Duration.ofSeconds(15), Duration.ofSeconds(30));
    }

    private static RunReport run(Scenario scenario, long seed) {
        return new Simulation(scenario, SignatureMode.REPLACED).run(seed);
    }

    private static void assertMeets(RunReport run, Scenario scenario, String... ids) {
        for (String id : ids) {
            Requirement requirement = scenario.requirements().stream()
                    .filter(one -> one.id().equals(id))
                    .findFirst()
                    .orElseThrow();
            assertThat(run.meets(requirement))
                    .as("%s of seed %d in %s: %s", id, run.seed(), scenario.name(), run.measurements())
                    .isTrue();
        }
    }

    @Test
    void theSameSeedGivesTheSameRun() {
        Scenario tribler = brief(scenario("tribler").withPeers(25));
        RunReport once = run(tribler, SYMMETRIC_SEED);
        assertThat(once.client()).isEqualTo(Placement.SYMMETRIC);
        assertThat(run(tribler, SYMMETRIC_SEED)).isEqualTo(once);
        assertThat(run(tribler, SYMMETRIC_SEED + 1).digest()).isNotEqualTo(once.digest());
    }

    @Test
    void realSignaturesGiveTheSameTimes() {
        Scenario few = brief(scenario("tribler").withPeers(8));
        RunReport real = new Simulation(few, SignatureMode.REAL).run(CONE_SEED);
        RunReport replaced = run(few, CONE_SEED);
        assertThat(real.measurements()).isEqualTo(replaced.measurements());
        assertThat(real.datagrams()).isEqualTo(replaced.datagrams());
        assertThat(real.digest()).isNotEqualTo(replaced.digest());
    }

    @ParameterizedTest
    @ValueSource(strings = {"tribler", "lossy", "crowd"})
    void aClientFindsItsPeers(String name) {
        Scenario played = scenario(name).withPeers(40);
        RunReport run = run(played, CONE_SEED);
        assertThat(run.client()).isEqualTo(Placement.PORT_RESTRICTED);
        assertMeets(run, played, "SC-001", "SC-002", "SC-003", "nat");
    }

    @Test
    void nobodyIsTakenInAmongTheHostile() {
        Scenario played = scenario("hostile").withPeers(40);
        RunReport run = run(played, CONE_SEED);
        assertMeets(run, played, "SC-001", "SC-002", "SC-003", "genuine", "unshunned");
        assertThat(run.measurements().get(Criterion.NOBODY_FORGED).trials()).isGreaterThan(30);
    }

    @Test
    void threeHopsAreUsableAsSoonAsThePeersAllowIt() {
        Scenario played = scenario("small");
        assertMeets(run(played, CONE_SEED), played, "SC-001", "usable");
        assertMeets(run(played, SYMMETRIC_SEED), played, "SC-001", "usable");
    }

    @Test
    void theDarkEndsSoonAfterTheServersReturn() {
        Scenario played = scenario("dark").withPeers(40);
        assertMeets(run(played, CONE_SEED), played, "recovery", "recovery-20");
    }

    @Test
    void whoReturnsNeedsNoServer() {
        Scenario played = scenario("return").withPeers(40);
        assertMeets(run(played, CONE_SEED), played, "return");
    }

    @Test
    void aRunCanBeStopped() {
        AtomicInteger asked = new AtomicInteger();
        Simulation simulation = new Simulation(scenario("tribler").withPeers(5), SignatureMode.REPLACED);
        assertThatThrownBy(() -> simulation.run(1, () -> asked.incrementAndGet() > 3))
                .isInstanceOf(CancellationException.class);
    }

    @Test
    void everyStandingScenarioAsksForSomethingWithinItsHorizon() {
        List<Scenario> standing = Scenario.standing();
        assertThat(standing).extracting(Scenario::name).doesNotHaveDuplicates();
        for (Scenario scenario : standing) {
            assertThat(scenario.requirements()).isNotEmpty();
            assertThat(scenario.requirements()).extracting(Requirement::id).doesNotHaveDuplicates();
            for (Requirement requirement : scenario.requirements()) {
                assertThat(requirement.limit()).isLessThanOrEqualTo(scenario.observed());
            }
            for (RatioRequirement requirement : scenario.ratios()) {
                assertThat(scenario.requirements()).extracting(Requirement::id).doesNotContain(requirement.id());
            }
            Duration longest = scenario.course() == Course.STAYS ? Duration.ofHours(7) : Duration.ofMinutes(20);
            assertThat(scenario.horizon()).isLessThanOrEqualTo(longest);
        }
    }
}

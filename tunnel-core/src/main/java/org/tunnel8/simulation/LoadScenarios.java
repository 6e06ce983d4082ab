package org.tunnel8.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The standing scenarios in which flows go over the measured client's circuits. */
final class LoadScenarios {
    /** Where five hundred are not needed for the question. */
    private static final int FEWER_PEERS = 150;

    private static final Duration ARRIVAL = Duration.ofMinutes(1);
    private static final Duration SETTLING = Duration.ofMinutes(2);

    /** Eight deaths. */
    private static final Duration KILLING = Duration.ofSeconds(175);

    private static final Duration SHORT_INTERRUPTION = Duration.ofSeconds(3);
    private static final Duration LONG_INTERRUPTION = Duration.ofSeconds(8);

    /** Ten minutes (SC-007), and what is under way at their end has time to come out. */
    private static final Duration STREAM = Duration.ofMinutes(10).plusSeconds(5);

    /** What tables and deadlines may have grown by between the first and the last of six hours. */
    private static final double GROWTH = 1.05;

    static final Scenario RELAY_KILLER = killer(
            "relay-killer", "every 20 s a relay that carries the flow dies, and another node joins", Killer.RELAYS);

    static final Scenario EXIT_KILLER = killer(
            "exit-killer", "every 20 s an exit that carries the flow dies, and another node joins", Killer.EXITS);

    /** The peers come and go as ever. */
    static final Scenario STREAMING = tribler("streaming", "a flow over the client's circuits for 10 minutes")
            .withLoad(Load.FLOW)
            .withTimes(ARRIVAL, SETTLING, STREAM)
            .withRequirements(always(request(), longest()))
            .withRatios(told());

    static final Scenario STEADY = STREAMING
            .withName("steady", "the same where nobody leaves")
            .withPopulation(Population.STANDING.withMeanUptime(Population.FOREVER))
            .withRequirements(always(request(), undisturbed()));

    static final Scenario LOSS_2 = lossy("loss-2", "the same with 2 % loss each way on every link", 0.02);

    static final Scenario LOSS_5 = lossy("loss-5", "the same with 5 % loss", 0.05);

    /** At such loss circuits are to be had; that they are never left is asked up to 5 %. */
    static final Scenario LOSS_10 =
            lossy("loss-10", "the same with 10 % loss", 0.10).withRequirements(always(request(), longest()));

    static final Scenario SLOW_RELAYS = tribler(
                    "slow-relays", "a third of the relays and exits have ten times the latency")
            .withPeers(FEWER_PEERS)
            .withPopulation(Population.STANDING.withSlow(1.0 / 3))
            .withLoad(Load.FLOW)
            .withTimes(ARRIVAL, SETTLING, STREAM)
            .withRequirements(always(request(), longest()))
            .withRatios(told(
                    RatioRequirement.told("slow", Ratio.SPECIAL_TIME),
                    RatioRequirement.told("slow-built", Ratio.SPECIAL_BUILT)));

    static final Scenario LIARS = tribler(
                    "liars", "10 % of the relays and exits tamper with the circuits they have joined")
            .withPeers(200)
            .withPopulation(Population.STANDING.withLiars(0.1))
            .withLoad(Load.FLOW.withFlows(4, 50, 100))
            .withTimes(ARRIVAL, SETTLING, STREAM)
            .withRequirements(always())
            .withRatios(told(
                    RatioRequirement.atMost("liars", Ratio.SPECIAL_TIME, 0.25),
                    RatioRequirement.told("liars-built", Ratio.SPECIAL_BUILT),
                    RatioRequirement.atLeast("honest", Ratio.PLAIN_CHOSEN, 0.9),
                    RatioRequirement.told("breadth", Ratio.BREADTH)));

    static final Scenario FULL = tribler("full", "two thirds of the relays and exits have all the circuits they take")
            .withPeers(FEWER_PEERS)
            .withPopulation(Population.STANDING.withFull(2.0 / 3))
            .withTimes(ARRIVAL, SETTLING, Duration.ofMinutes(2))
            .withRequirements(List.of(request(), StandingScenarios.nonces()))
            .withRatios(List.of(RatioRequirement.told("built", Ratio.BUILT)));

    /** A relay's line carries a flow twice each way, there and back; so this is twice what a path needs. */
    static final Scenario HALF_CAPACITY = tribler(
                    "half-capacity", "a flow at half the capacity of its path, on links that lose nothing")
            .withPeers(100)
            .withPopulation(Population.STANDING
                    .withMeanUptime(Population.FOREVER)
                    .withLines(LineSettings.bandwidth(1_050_000, Duration.ofMillis(100))))
            .withLinks(LinkSettings.internet().withLoss(0).withDuplication(0))
            .withLoad(Load.FLOW.withFlows(1, 200, 1_200))
            .withTimes(ARRIVAL, SETTLING, Duration.ofMinutes(2))
            .withRequirements(always())
            .withRatios(List.of(
                    RatioRequirement.atMost("SC-006", Ratio.LOST, 0.001),
                    RatioRequirement.atMost("twice", Ratio.TWICE, 0)));

    static final Scenario LONG_HAUL = tribler("long-haul", "six hours with a light flow, among 60 peers")
            .withPeers(60)
            .withLoad(Load.FLOW.withFlows(1, 5, 100))
            .withCourse(Course.STAYS)
            .withTimes(ARRIVAL, SETTLING, Duration.ofHours(6))
            .withRequirements(always(new Requirement("requests", Criterion.REQUESTS_END, Duration.ZERO, 1)))
            .withRatios(told(
                    RatioRequirement.atMost("client-tables", Ratio.CLIENT_TABLES, GROWTH),
                    RatioRequirement.atMost("client-deadlines", Ratio.CLIENT_DEADLINES, GROWTH),
                    RatioRequirement.atMost("relay-tables", Ratio.RELAY_TABLES, GROWTH),
                    RatioRequirement.atMost("relay-deadlines", Ratio.RELAY_DEADLINES, GROWTH),
                    RatioRequirement.atMost("all-tables", Ratio.ALL_TABLES, GROWTH),
                    RatioRequirement.atMost("all-deadlines", Ratio.ALL_DEADLINES, GROWTH)));

    /** All standing scenarios, those without flows first. */
    static final List<Scenario> ALL = Stream.concat(
                    StandingScenarios.QUIET.stream(),
                    Stream.of(
                            RELAY_KILLER,
                            EXIT_KILLER,
                            STREAMING,
                            STEADY,
                            LOSS_2,
                            LOSS_5,
                            LOSS_10,
                            SLOW_RELAYS,
                            LIARS,
                            FULL,
                            HALF_CAPACITY,
                            LONG_HAUL))
            .toList();

    private LoadScenarios() {}

    private static Scenario killer(String name, String summary, Killer whom) {
        return tribler(name, summary)
                .withPeers(FEWER_PEERS)
                .withLoad(Load.FLOW.withKiller(whom))
                .withTimes(ARRIVAL, SETTLING, KILLING)
                .withRequirements(always(
                        new Requirement("SC-008", Criterion.INTERRUPTIONS, LONG_INTERRUPTION, 0.90),
                        new Requirement("SC-008-3s", Criterion.INTERRUPTIONS, SHORT_INTERRUPTION, 0.50),
                        new Requirement("silence", Criterion.SILENCES, LONG_INTERRUPTION, 0.90)))
                .withRatios(told());
    }

    private static Scenario tribler(String name, String summary) {
        return StandingScenarios.TRIBLER.withName(name, summary);
    }

    private static Scenario lossy(String name, String summary, double loss) {
        return STEADY.withName(name, summary).withLinks(LinkSettings.internet().withLoss(loss));
    }

    private static Requirement request() {
        return new Requirement("SC-004", Criterion.CIRCUIT_ON_REQUEST, Duration.ofSeconds(15), 0.90);
    }

    private static Requirement longest() {
        return new Requirement("SC-007", Criterion.LONGEST_INTERRUPTION, LONG_INTERRUPTION, 0.95);
    }

    private static Requirement undisturbed() {
        return new Requirement("SC-007", Criterion.UNDISTURBED, Duration.ZERO, 0.99);
    }

    /** What is told of every flow, behind what is special. */
    private static List<RatioRequirement> told(RatioRequirement... special) {
        List<RatioRequirement> all = new ArrayList<>(List.of(special));
        all.add(RatioRequirement.told("interrupted", Ratio.INTERRUPTED));
        all.add(RatioRequirement.told("lost", Ratio.LOST));
        all.add(RatioRequirement.told("twice", Ratio.TWICE_LATE));
        all.add(RatioRequirement.told("built", Ratio.BUILT));
        return all;
    }

    /** With what must hold wherever flows are. */
    private static List<Requirement> always(Requirement... special) {
        List<Requirement> all = new ArrayList<>(List.of(special));
        all.add(new Requirement("leak", Criterion.NOTHING_LEAKED, Duration.ZERO, 1));
        all.add(StandingScenarios.nonces());
        return all;
    }
}

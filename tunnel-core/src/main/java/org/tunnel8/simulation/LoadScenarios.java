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

    static final Scenario RELAY_KILLER =
            killer("relay-killer", "every 20 s a relay that carries a flow dies", Killer.RELAYS);

    static final Scenario EXIT_KILLER =
            killer("exit-killer", "every 20 s an exit that carries a flow dies", Killer.EXITS);

    /** All standing scenarios, those without flows first. */
    static final List<Scenario> ALL = Stream.concat(
                    StandingScenarios.QUIET.stream(), Stream.of(RELAY_KILLER, EXIT_KILLER))
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

    private static List<RatioRequirement> told() {
        return List.of(
                RatioRequirement.told("lost", Ratio.LOST),
                RatioRequirement.told("twice", Ratio.TWICE_LATE),
                RatioRequirement.told("built", Ratio.BUILT));
    }

    /** With what must hold wherever flows are. */
    private static List<Requirement> always(Requirement... special) {
        List<Requirement> all = new ArrayList<>(List.of(special));
        all.add(new Requirement("leak", Criterion.NOTHING_LEAKED, Duration.ZERO, 1));
        all.add(StandingScenarios.nonces());
        return all;
    }
}

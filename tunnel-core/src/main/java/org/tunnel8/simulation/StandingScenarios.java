package org.tunnel8.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The scenarios that results are told of, with what is asked in each. Where a figure of this project is stricter than the
 * specification's, the stricter one bears the criterion's plain name.
 */
final class StandingScenarios {
    private static final Duration SC_001_LIMIT = Duration.ofSeconds(30);
    private static final Duration SC_002_LIMIT = Duration.ofMinutes(2);
    private static final Duration QUICK_LIMIT = Duration.ofSeconds(20);
    private static final Duration RETURN_LIMIT = Duration.ofSeconds(5);
    private static final Duration RECOVERY_LIMIT = Duration.ofSeconds(35);
    private static final Duration HANDSHAKE_LIMIT = Duration.ofSeconds(10);
    private static final Duration NAT_LIMIT = Duration.ofMinutes(3);
    private static final Duration CIRCUIT_LIMIT = Duration.ofSeconds(15);

    /** The peers of a network that has settled come within this. */
    private static final Duration ARRIVAL = Duration.ofMinutes(1);

    /** Enough for every peer to have found its peers, and for those that left to have been dropped (57.5 s). */
    private static final Duration SETTLING = Duration.ofMinutes(2);

    private static final double LOSSY = 0.12;

    static final Scenario TRIBLER = new Scenario(
            "tribler",
            "500 peers like those of the Tribler network, 4 of 13 bootstrap servers dead",
            500,
            Population.STANDING,
            LinkSettings.internet(),
            ServerPark.STANDING,
            Course.JOINS,
            Load.CIRCUITS,
            ARRIVAL,
            SETTLING,
            NAT_LIMIT,
            List.of(
                    new Requirement("SC-001", Criterion.FIRST_ANSWER, SC_001_LIMIT, 0.99),
                    new Requirement("SC-002", Criterion.TWENTY_PEERS, QUICK_LIMIT, 0.95),
                    new Requirement("SC-002-120s", Criterion.TWENTY_PEERS, SC_002_LIMIT, 0.90),
                    new Requirement("SC-003", Criterion.REACHABLE_HANDSHAKES, HANDSHAKE_LIMIT, 0.90),
                    allHandshakes(),
                    natNamed(),
                    new Requirement("SC-004", Criterion.CIRCUIT_ON_REQUEST, Duration.ofSeconds(3), 0.90),
                    new Requirement("SC-004-15s", Criterion.CIRCUIT_ON_REQUEST, CIRCUIT_LIMIT, 0.99),
                    nonces()),
            List.of());

    /** The same people, without circuits: what the others begin with that are not about them. */
    private static final Scenario PLAIN = TRIBLER.withLoad(Load.NONE);

    private static final Scenario LOSSY_TRIBLER = PLAIN.withName("lossy", "the same with 12 % loss each way")
            .withLinks(LinkSettings.internet().withLoss(LOSSY))
            .withRequirements(asSpecified());

    private static final Scenario HOSTILE = PLAIN.withName(
                    "hostile", "the same with 10 % of the peers and some bootstrap servers misbehaving")
            .withPopulation(Population.STANDING.withMisbehaving(0.1))
            .withServers(new ServerPark(13, 4, 2, 2))
            .withRequirements(asSpecified(
                    new Requirement("genuine", Criterion.NOBODY_FORGED, Duration.ZERO, 1),
                    new Requirement("unshunned", Criterion.NOBODY_SHUNNED, Duration.ZERO, 1)));

    private static final Scenario SMALL = new Scenario(
            "small",
            "6 peers, one of them an exit, and a client that builds circuits of three hops",
            6,
            Population.STANDING,
            LinkSettings.internet(),
            ServerPark.STANDING,
            Course.BUILDS_CIRCUITS,
            Load.CIRCUITS,
            Duration.ofSeconds(30),
            Duration.ofMinutes(1),
            Duration.ofMinutes(2),
            List.of(
                    new Requirement("SC-001", Criterion.FIRST_ANSWER, SC_001_LIMIT, 0.95),
                    new Requirement("usable", Criterion.CIRCUIT_READY, CIRCUIT_LIMIT, 0.90),
                    nonces()),
            List.of());

    private static final Scenario DARK = PLAIN.withName(
                    "dark", "no bootstrap server answers for 3 minutes after the client's start, then all do")
            .withServers(new ServerPark(13, 0, 0, 0))
            .withCourse(Course.JOINS_IN_THE_DARK)
            .withTimes(
                    ARRIVAL,
                    SETTLING,
                    Scenario.DARKNESS.plus(Scenario.DARKNESS_VARIES).plusMinutes(2))
            .withRequirements(List.of(
                    new Requirement("recovery", Criterion.RECOVERED, RECOVERY_LIMIT, 1),
                    new Requirement("recovery-20", Criterion.TWENTY_AFTER_RECOVERY, SC_002_LIMIT, 0.90)));

    private static final Scenario CROWD = PLAIN.withName(
                    "crowd", "2,000 peers join within a minute, and the client in their midst")
            .withPeers(2_000)
            .withTimes(Duration.ofMinutes(1), Duration.ofSeconds(30), NAT_LIMIT)
            .withRequirements(asSpecified());

    private static final Scenario RETURN = PLAIN.withName(
                    "return", "the client stops, every bootstrap server dies, and it starts again 10 minutes later")
            .withCourse(Course.RETURNS)
            .withTimes(ARRIVAL, SETTLING, Duration.ofMinutes(1))
            .withRequirements(List.of(new Requirement("return", Criterion.TWENTY_AFTER_RETURN, RETURN_LIMIT, 0.90)));

    /** Those without flows. */
    static final List<Scenario> QUIET = List.of(TRIBLER, LOSSY_TRIBLER, HOSTILE, SMALL, DARK, CROWD, RETURN);

    private StandingScenarios() {}

    /** The success criteria at the specification's own figures, and more. */
    private static List<Requirement> asSpecified(Requirement... more) {
        List<Requirement> all = new ArrayList<>(List.of(
                new Requirement("SC-001", Criterion.FIRST_ANSWER, SC_001_LIMIT, 0.95),
                new Requirement("SC-002", Criterion.TWENTY_PEERS, SC_002_LIMIT, 0.90),
                new Requirement("SC-002-20s", Criterion.TWENTY_PEERS, QUICK_LIMIT, 0.90),
                new Requirement("SC-003", Criterion.REACHABLE_HANDSHAKES, HANDSHAKE_LIMIT, 0.80),
                allHandshakes(),
                natNamed()));
        all.addAll(List.of(more));
        return all;
    }

    private static Requirement allHandshakes() {
        return new Requirement("SC-003-all", Criterion.ALL_HANDSHAKES, HANDSHAKE_LIMIT, 0.80);
    }

    static Requirement nonces() {
        return new Requirement("nonces", Criterion.NO_NONCE_TWICE, Duration.ZERO, 1);
    }

    private static Requirement natNamed() {
        return new Requirement("nat", Criterion.NAT_NAMED, NAT_LIMIT, 0.95);
    }
}

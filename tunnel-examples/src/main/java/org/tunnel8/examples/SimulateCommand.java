package org.tunnel8.examples;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.tunnel8.simulation.LayerMode;
import org.tunnel8.simulation.NatMatrix;
import org.tunnel8.simulation.Scenario;
import org.tunnel8.simulation.SignatureMode;
import org.tunnel8.simulation.Simulation;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tunnel simulate}: plays a scenario for a number of seeds, and prints how it stands to what is asked. */
@Command(
        name = "simulate",
        usageHelpWidth = TunnelCommand.HELP_WIDTH,
        header = "Plays a scenario with hundreds of real nodes in virtual time.",
        synopsisHeading = "%nUsage: ",
        customSynopsis = "tunnel simulate [OPTION]...",
        descriptionHeading = "%n",
        optionListHeading = "%nOptions:%n",
        description = {
            "Runs hundreds to thousands of production engines, NATs, losses and bootstrap servers in virtual time, once for each seed, and"
                    + " prints for each criterion the share of runs that met it, the median and the 90th percentile. The same seed gives the same"
                    + " run, to the byte; its digest is printed to compare.",
            "Scenarios and criteria are described in docs/simulation.md.",
            "",
            "Scenarios:",
            "  tribler   500 peers like those of the Tribler network, 4 of 13 bootstrap servers dead",
            "  lossy     the same with 12 %% loss each way",
            "  hostile   the same with 10 %% of the peers and some bootstrap servers misbehaving",
            "  small     6 peers, one of them an exit, and a client that builds circuits of three hops",
            "  dark      no bootstrap server answers for 3 minutes after the client's start",
            "  crowd     2,000 peers join within a minute, and the client in their midst",
            "  return    the client stops, every bootstrap server dies, and it starts again 10 minutes later",
            "",
            "With flows of datagrams over circuits of three hops:",
            "  relay-killer   every 20 s a relay that carries the flow dies without a word, and another node joins",
            "  exit-killer    the same with exits",
            "  streaming      tribler with a flow for 10 minutes",
            "  steady         the same where nobody leaves",
            "  loss-2, loss-5, loss-10",
            "                 the same with 2, 5 or 10 %% loss each way on every link",
            "  slow-relays    a third of the relays have ten times the latency",
            "  liars          10 %% of the relays forge, drop, replay or corrupt cells, or answer and go deaf",
            "  full           two thirds of the relays have all the circuits they take; no flow",
            "  half-capacity  links that lose nothing, and a flow at half the capacity of its path",
            "  long-haul      six hours with a light flow"
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  tunnel simulate                                          tribler, ten seeds",
            "  tunnel simulate --scenario return --seeds 20 --threads 2",
            "  tunnel simulate --scenario hostile --peers 100 --seeds 3 --json",
            "  tunnel simulate --seeds 200 --replace-signatures         in bulk",
            "  tunnel simulate --scenario exit-killer --replace-signatures --replace-layers",
            "  tunnel simulate --matrix                                 which NATs connect to which"
        })
final class SimulateCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Option(
            names = "--scenario",
            paramLabel = "NAME",
            converter = OptionTypes.StandingScenario.class,
            description = "Which scenario to play (default: tribler).")
    private @Nullable Scenario scenario;

    @Option(
            names = "--peers",
            paramLabel = "N",
            converter = OptionTypes.SimulatedPeers.class,
            description = "How many peers there are (default: as many as the scenario says).")
    private int peers;

    @Option(
            names = "--seeds",
            paramLabel = "N",
            defaultValue = "10",
            converter = OptionTypes.SeedCount.class,
            description = "How many seeds to run (default: ${DEFAULT-VALUE}).")
    private int seeds;

    @Option(
            names = "--first-seed",
            paramLabel = "N",
            defaultValue = "1",
            converter = OptionTypes.Seed.class,
            description = "The first of them (default: ${DEFAULT-VALUE}).")
    private long firstSeed;

    @Option(
            names = "--replace-signatures",
            description =
                    "Have nodes sign with a cheap digest that proves nothing, for runs in bulk. The output says so.")
    private boolean replaceSignatures;

    @Option(
            names = "--replace-layers",
            description =
                    "Have nodes seal cells with a cheap cipher that protects nothing, for runs in bulk. The output says so.")
    private boolean replaceLayers;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "1",
            converter = OptionTypes.ThreadCount.class,
            description = "How many seeds to run at a time (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Option(
            names = "--matrix",
            description = "Instead of a scenario, try each kind of NAT against each, and print which connect.")
    private boolean matrix;

    @Mixin
    private CommonOptions common = new CommonOptions();

    SimulateCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        Report report = new Report(surroundings, common.json());
        SimulationReport told = new SimulationReport(report);
        SignatureMode signatures = replaceSignatures ? SignatureMode.REPLACED : SignatureMode.REAL;
        LayerMode layers = replaceLayers ? LayerMode.REPLACED : LayerMode.REAL;
        if (matrix) {
            common.refuseBeside("--matrix", "--scenario", "--peers", "--seeds", "--threads", "--replace-layers");
            told.matrix(NatMatrix.measure(firstSeed, signatures), firstSeed, signatures);
            return 0;
        }
        if (firstSeed > Long.MAX_VALUE - seeds) {
            throw new UsageException("--first-seed " + firstSeed + " leaves no room for " + seeds + " seeds");
        }
        Scenario chosen = scenario == null ? Scenario.standing().get(0) : scenario;
        Scenario played = peers == 0 ? chosen : chosen.withPeers(peers);
        Campaign campaign = new Campaign(
                new Simulation(played, signatures, layers),
                firstSeed,
                seeds,
                threads,
                surroundings.stop()::isRequested);
        return campaign.run(told) ? 0 : TunnelCommand.STATUS_FAILED;
    }
}

package org.tunnel8.examples;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.tunnel8.examples.bench.CipherBench;
import org.tunnel8.examples.bench.CircuitBench;
import org.tunnel8.examples.bench.ManyCircuitsBench;
import org.tunnel8.examples.bench.ThroughputBench;
import org.tunnel8.examples.bench.ThroughputBench.Direction;
import org.tunnel8.examples.bench.WatchingCost;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tunnel bench}: measures on this machine, and prints a line for each figure. */
@Command(
        name = "bench",
        usageHelpWidth = TunnelCommand.HELP_WIDTH,
        header = "Measures throughput, CPU time, the layer cipher and circuit building.",
        synopsisHeading = "%nUsage: ",
        customSynopsis = "tunnel bench [OPTION]...",
        descriptionHeading = "%n",
        optionListHeading = "%nOptions:%n",
        description = {
            "Measures on this machine, over real UDP sockets between loopback addresses: goodput up and down and CPU time per packet at"
                    + " client, relay and exit; the layer cipher's speed per provider; circuits built per second at 1 and 3 hops.",
            "With --circuits, instead: what so many circuits cost a relay that they run through, in heap for each of them and in CPU"
                    + " time for each cell, beside a relay with ten.",
            "With --watching, instead: how much more CPU time a packet takes at client, relays and exit together when they are watched."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  tunnel bench                          everything, some two minutes",
            "  tunnel bench --hops 3 --seconds 5     three hops only, shorter",
            "  tunnel bench --runs 5 --json          each figure five times, to take the median of",
            "  tunnel bench --payload 400            smaller packets",
            "  tunnel bench --circuits 10000         many circuits through one relay, some two minutes",
            "  tunnel bench --watching 20 --hops 3 --seconds 4     what metrics, events and the monitor cost"
        })
final class BenchCommand implements Callable<Integer> {
    /** The just-in-time compiler needs so long until the figures settle. */
    private static final Duration WARM_UP = Duration.ofSeconds(3);

    private static final Duration SETTLE = Duration.ofSeconds(1);
    private static final Duration CIPHER_DURATION = Duration.ofSeconds(1);

    /** Eight circuits each. */
    private static final int CIRCUIT_CLIENTS = 15;

    private static final int[] CIRCUIT_HOPS = {1, 3};

    /** Enough for a median. */
    private static final int CIRCUITS_RUNS = 5;

    private final Surroundings surroundings;
    private final RandomGenerator random = new SecureRandom();

    @Option(
            names = "--hops",
            paramLabel = "N",
            split = ",",
            defaultValue = "1,2,3",
            converter = OptionTypes.Hops.class,
            description = "Which hop counts to measure, with commas (default: ${DEFAULT-VALUE}).")
    private List<Integer> hops = new ArrayList<>();

    @Option(
            names = "--payload",
            paramLabel = "BYTES",
            defaultValue = "1300",
            converter = OptionTypes.PayloadBytes.class,
            description = "The payload of each datagram in bytes (default: ${DEFAULT-VALUE}).")
    private int payloadBytes;

    @Option(
            names = "--circuits",
            paramLabel = "N",
            converter = OptionTypes.MeasuredCircuits.class,
            description = "Build so many circuits through one relay, and spread the traffic evenly over them.")
    private @Nullable Integer circuits;

    @Option(
            names = "--neighbours",
            paramLabel = "N",
            defaultValue = "4",
            converter = OptionTypes.NeighbourCount.class,
            description =
                    "How many owners, and how many next hops, those circuits lead over (default: ${DEFAULT-VALUE}).")
    private int neighbours;

    @Option(
            names = "--cipher",
            paramLabel = "NAME",
            converter = OptionTypes.CipherName.class,
            description = "The layer cipher of that relay, jdk or conscrypt (default: the fastest).")
    private @Nullable String cipher;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "10",
            converter = OptionTypes.Seconds.class,
            description = "How long each measurement of traffic takes, after warming up (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--runs",
            paramLabel = "N",
            converter = OptionTypes.Runs.class,
            description = "How often each measurement of traffic is made (default: 1; with --circuits 5).")
    private @Nullable Integer runs;

    @Option(
            names = "--watching",
            paramLabel = "N",
            converter = OptionTypes.Runs.class,
            description =
                    "What metrics, events and the monitor cost: so many pairs of runs with and without them, in turn.")
    private @Nullable Integer watchingPairs;

    @Mixin
    private CommonOptions common = new CommonOptions();

    BenchCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        BenchReport told = new BenchReport(new Report(surroundings, common.json()));
        if (circuits != null) {
            common.refuseBeside("--circuits", "--hops", "--watching");
            measureCircuits(told, circuits);
            return 0;
        }
        common.refuseBeside("anything but --circuits", "--neighbours", "--cipher");
        if (watchingPairs != null) {
            common.refuseBeside("--watching", "--runs");
            hops.forEach(hopCount -> measureWatching(told, hopCount, watchingPairs));
            return 0;
        }
        told.heading();
        for (int hopCount : hops) {
            measureThroughput(told, hopCount);
        }
        new CipherBench(payloadBytes, CIPHER_DURATION.toNanos(), CIPHER_DURATION.toNanos(), random)
                .run()
                .forEach(told::cipher);
        for (int hopCount : CIRCUIT_HOPS) {
            told.circuits(new CircuitBench(hopCount, CIRCUIT_CLIENTS, surroundings.stop()::isRequested).run());
        }
        return 0;
    }

    private void measureCircuits(BenchReport told, int count) {
        try (ManyCircuitsBench bench =
                new ManyCircuitsBench(count, payloadBytes, neighbours, cipher, surroundings.stop()::isRequested)) {
            int times = runs == null ? CIRCUITS_RUNS : runs;
            told.manyCircuits(bench.run(times, WARM_UP, SETTLE, Duration.ofSeconds(seconds), told::relayRun));
        }
    }

    private void measureWatching(BenchReport told, int hopCount, int pairs) {
        WatchingCost cost = new WatchingCost(hopCount, payloadBytes, surroundings.stop()::isRequested);
        told.watching(hopCount, cost.run(pairs, WARM_UP, Duration.ofSeconds(seconds), told::watchingPair));
    }

    private void measureThroughput(BenchReport told, int hopCount) {
        for (Direction direction : Direction.values()) {
            for (int run = 0; run < (runs == null ? 1 : runs); run++) {
                // A network for each run: hops end a circuit that has carried 10 GiB, which several runs do together.
                try (ThroughputBench bench =
                        new ThroughputBench(hopCount, payloadBytes, surroundings.stop()::isRequested)) {
                    told.throughput(bench.measure(direction, WARM_UP, Duration.ofSeconds(seconds)));
                }
            }
        }
    }
}

package org.tunnel8.examples;

import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;
import org.tunnel8.examples.bench.CipherBench;
import org.tunnel8.examples.bench.CircuitBench;
import org.tunnel8.examples.bench.ThroughputBench;
import org.tunnel8.examples.bench.ThroughputBench.Direction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tunnel bench}: measures on this machine, and prints a line for each figure. */
@Command(
        name = "bench",
        usageHelpWidth = TunnelCommand.HELP_WIDTH,
        header = "Measures throughput, CPU time, the layer cipher and circuit building.",
        synopsisHeading = "%nUsage: ",
        descriptionHeading = "%n",
        optionListHeading = "%nOptions:%n",
        description = {
            "Measures on this machine, over real UDP sockets between loopback addresses: goodput up and down and CPU time per packet at"
                    + " client, relay and exit; the layer cipher's speed per provider; circuits built per second at 1 and 3 hops."
        },
        sortOptions = false,
        footerHeading = "%nExamples:",
        footer = {
            "  tunnel bench                          everything, some two minutes",
            "  tunnel bench --hops 3 --seconds 5     three hops only, shorter",
            "  tunnel bench --runs 5 --json          each figure five times, to take the median of",
            "  tunnel bench --payload 400            smaller packets"
        })
final class BenchCommand implements Callable<Integer> {
    private static final Duration CIPHER_DURATION = Duration.ofSeconds(1);

    /** Eight circuits each. */
    private static final int CIRCUIT_CLIENTS = 15;

    private static final int[] CIRCUIT_HOPS = {1, 3};

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
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "10",
            converter = OptionTypes.Seconds.class,
            description = "How long each measurement of goodput takes, after warming up (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--runs",
            paramLabel = "N",
            defaultValue = "1",
            converter = OptionTypes.Runs.class,
            description = "How often each measurement of goodput is made (default: ${DEFAULT-VALUE}).")
    private int runs;

    @Mixin
    private CommonOptions common = new CommonOptions();

    BenchCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        Report report = new Report(surroundings, common.json());
        report.text(
                "%-6s %-10s %10s %8s   %s",
                "hops", "direction", "MB/s", "lost", "CPU us per packet: client relay exit");
        for (int hopCount : hops) {
            measureThroughput(report, hopCount);
        }
        new CipherBench(payloadBytes, CIPHER_DURATION.toNanos(), CIPHER_DURATION.toNanos(), random)
                .run()
                .forEach(result -> reportCipher(report, result));
        for (int hopCount : CIRCUIT_HOPS) {
            reportCircuits(report, new CircuitBench(hopCount, CIRCUIT_CLIENTS, surroundings.stop()::isRequested).run());
        }
        return 0;
    }

    private void measureThroughput(Report report, int hopCount) {
        try (ThroughputBench bench = new ThroughputBench(hopCount, payloadBytes, surroundings.stop()::isRequested)) {
            for (Direction direction : Direction.values()) {
                for (int run = 0; run < runs; run++) {
                    reportThroughput(report, bench.measure(direction, Duration.ofSeconds(seconds)));
                }
            }
        }
    }

    private static void reportThroughput(Report report, ThroughputBench.Result result) {
        String direction = result.direction().name().toLowerCase(Locale.ROOT);
        JsonObject micros = new JsonObject();
        micros.addProperty("client", Report.rounded(result.clientMicros()));
        if (result.relayMicros().isPresent()) {
            micros.addProperty("relay", Report.rounded(result.relayMicros().getAsDouble()));
        } else {
            micros.add("relay", JsonNull.INSTANCE);
        }
        micros.addProperty("exit", Report.rounded(result.exitMicros()));
        JsonObject line = new JsonObject();
        line.addProperty("command", "bench");
        line.addProperty("hops", result.hops());
        line.addProperty("direction", direction);
        line.addProperty("mbPerSecond", Report.rounded(result.mbPerSecond()));
        line.addProperty("lostShare", result.lostShare());
        line.add("microsPerPacket", micros);
        report.json(line);
        report.text(
                "%-6d %-10s %10.1f %7.2f%%   %26.2f %5s %4.2f",
                result.hops(),
                direction,
                result.mbPerSecond(),
                result.lostShare() * 100,
                result.clientMicros(),
                result.relayMicros().isPresent()
                        ? String.format(
                                Locale.ROOT, "%.2f", result.relayMicros().getAsDouble())
                        : "-",
                result.exitMicros());
    }

    private static void reportCipher(Report report, CipherBench.Result result) {
        JsonObject line = new JsonObject();
        line.addProperty("command", "bench");
        line.addProperty("cipher", result.cipher());
        line.addProperty("payload", result.payloadBytes());
        line.addProperty("sealMicros", Report.rounded(result.sealMicros()));
        line.addProperty("openMicros", Report.rounded(result.openMicros()));
        report.json(line);
        report.text(
                "cipher %-10s %d bytes: %.2f us to put a layer on, %.2f us to take it off",
                result.cipher(), result.payloadBytes(), result.sealMicros(), result.openMicros());
    }

    private static void reportCircuits(Report report, CircuitBench.Result result) {
        JsonObject line = new JsonObject();
        line.addProperty("command", "bench");
        line.addProperty("hops", result.hops());
        line.addProperty("circuits", result.circuits());
        line.addProperty("circuitsPerSecond", Report.rounded(result.perSecond()));
        report.json(line);
        report.text("%d hops: %.0f circuits built per second", result.hops(), result.perSecond());
    }
}

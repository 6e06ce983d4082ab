package org.tunnel8.examples;

import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.util.Locale;
import java.util.OptionalDouble;
import org.tunnel8.examples.bench.CipherBench;
import org.tunnel8.examples.bench.CircuitBench;
import org.tunnel8.examples.bench.ManyCircuitsBench;
import org.tunnel8.examples.bench.ThroughputBench;
import org.tunnel8.examples.bench.WatchingCost;

/** Tells what was measured: a row of a table, or a line of JSON, for each figure. */
final class BenchReport {
    private static final String COLUMNS = "%-5s %-10s %8s %8s %10s %8s %8s";

    private final Report report;

    BenchReport(Report report) {
        this.report = report;
    }

    void heading() {
        report.text(COLUMNS, "", "", "", "", "CPU us per packet:", "", "");
        report.text(COLUMNS, "hops", "direction", "MB/s", "lost", "client", "relay", "exit");
    }

    void throughput(ThroughputBench.Result result) {
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
                COLUMNS,
                result.hops(),
                direction,
                figure(result.mbPerSecond()),
                figure(result.lostShare() * 100) + "%",
                figure(result.clientMicros()),
                figure(result.relayMicros()),
                figure(result.exitMicros()));
    }

    private static String figure(OptionalDouble value) {
        return value.isPresent() ? figure(value.getAsDouble()) : "-";
    }

    private static String figure(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    void cipher(CipherBench.Result result) {
        JsonObject line = new JsonObject();
        line.addProperty("command", "bench");
        line.addProperty("cipher", result.cipher());
        line.addProperty("payload", result.payloadBytes());
        line.addProperty("sealMicros", Report.rounded(result.sealMicros()));
        line.addProperty("openMicros", Report.rounded(result.openMicros()));
        report.json(line);
        report.text(
                "layer cipher %s: %.2f us to put a layer on %d bytes, %.2f us to take it off",
                result.cipher(), result.sealMicros(), result.payloadBytes(), result.openMicros());
    }

    void circuits(CircuitBench.Result result) {
        JsonObject line = new JsonObject();
        line.addProperty("command", "bench");
        line.addProperty("hops", result.hops());
        line.addProperty("circuits", result.circuits());
        line.addProperty("circuitsPerSecond", Report.rounded(result.perSecond()));
        report.json(line);
        report.text(
                "circuits of %d %s: %.0f built per second",
                result.hops(), result.hops() == 1 ? "hop" : "hops", result.perSecond());
    }

    void watchingPair(WatchingCost.Pair pair) {
        String direction = pair.direction().name().toLowerCase(Locale.ROOT);
        JsonObject line = new JsonObject();
        line.addProperty("command", "bench");
        line.addProperty("direction", direction);
        line.addProperty("plainMicros", Report.rounded(pair.plainMicros()));
        line.addProperty("watchedMicros", Report.rounded(pair.watchedMicros()));
        report.json(line);
        report.text(
                "%-4s %.2f CPU us per packet at all nodes together, %.2f watched: %.3f",
                direction, pair.plainMicros(), pair.watchedMicros(), pair.ratio());
    }

    void watching(int hops, WatchingCost.Result result) {
        JsonObject line = new JsonObject();
        line.addProperty("command", "bench");
        line.addProperty("hops", hops);
        line.addProperty("pairs", result.pairs());
        line.addProperty("ratio", result.median());
        line.addProperty("low", result.low());
        line.addProperty("high", result.high());
        report.json(line);
        report.text(
                "%d hops, %d pairs: watched, a packet takes %.3f times the CPU time at the median, with 95 %% between"
                        + " %.3f and %.3f",
                hops, result.pairs(), result.median(), result.low(), result.high());
    }

    void relayRun(ManyCircuitsBench.Run run) {
        JsonObject line = new JsonObject();
        line.addProperty("command", "bench");
        line.addProperty("relayCircuits", run.circuits());
        line.addProperty("relayMicrosPerCell", Report.rounded(run.relayMicrosPerCell()));
        line.addProperty("cellsPerSecond", Math.round(run.cellsPerSecond()));
        line.addProperty("cells", run.cells());
        line.addProperty("cellsLost", run.cellsLost());
        report.json(line);
        report.text(
                "%d circuits: %.2f CPU us of the relay per cell, %.0f cells/s, %d of %d lost",
                run.circuits(), run.relayMicrosPerCell(), run.cellsPerSecond(), run.cellsLost(), run.cells());
    }

    void manyCircuits(ManyCircuitsBench.Result result) {
        JsonObject line = new JsonObject();
        line.addProperty("command", "bench");
        line.addProperty("circuits", result.circuits());
        line.addProperty("cipher", result.cipher());
        line.addProperty("heapBytesPerCircuit", result.heapBytesPerCircuit());
        line.addProperty("relayMicrosPerCell", Report.rounded(result.relayMicrosPerCell()));
        line.addProperty("relayMicrosPerCellAt10", Report.rounded(result.relayMicrosPerCellAt10()));
        line.addProperty("ratio", Report.rounded(result.ratio()));
        line.addProperty("cells", result.cells());
        line.addProperty("cellsLost", result.cellsLost());
        report.json(line);
        report.text(
                "%d circuits, layer cipher %s: %d bytes of heap each; %.2f us per cell, %.2f with 10 circuits: ratio %.2f",
                result.circuits(),
                result.cipher(),
                result.heapBytesPerCircuit(),
                result.relayMicrosPerCell(),
                result.relayMicrosPerCellAt10(),
                result.ratio());
    }
}

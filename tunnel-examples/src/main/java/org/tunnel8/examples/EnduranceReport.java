package org.tunnel8.examples;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.tunnel8.CircuitStatus;
import org.tunnel8.TunnelStatus;
import org.tunnel8.examples.endure.DownloadListener;
import org.tunnel8.examples.endure.DownloadOutcome;
import org.tunnel8.examples.endure.Member;

/** Tells how two downloads go, in words or in lines of JSON. For one thread. */
final class EnduranceReport implements DownloadListener {
    /** What the second download has to reach of the first one's speed. */
    static final double LEAST_RATIO = 0.5;

    /** JSON readers get a line of progress at most so often. */
    private static final Duration PROGRESS_INTERVAL = Duration.ofSeconds(1);

    private static final double NANOS_PER_SECOND = 1e9;

    private final Report report;
    private final long bytes;
    private Report.Progress bar = Report.Progress.NONE;
    private long reportedNanos;

    EnduranceReport(Report report, long bytes) {
        this.report = report;
        this.bytes = bytes;
    }

    /** Runs a download, with a bar for whoever watches, and tells its outcome. */
    DownloadOutcome during(boolean disturbed, Supplier<DownloadOutcome> download) {
        DownloadOutcome outcome;
        try (Report.Progress drawn = report.progress(disturbed ? "disturbed" : "undisturbed", bytes)) {
            bar = drawn;
            outcome = download.get();
            drawn.at(bytes);
        } finally {
            bar = Report.Progress.NONE;
        }
        JsonObject line = json(outcome);
        line.addProperty("event", disturbed ? "disturbed" : "undisturbed");
        report.json(line);
        report.text(
                "%-10s %.1f s, %.2f MiB/s; %d killed; %s; the file is %s",
                disturbed ? "disturbed" : "alone",
                outcome.seconds(),
                outcome.mebibytesPerSecond(),
                outcome.kills(),
                interruptions(outcome),
                outcome.verified() ? "identical" : "DAMAGED");
        return outcome;
    }

    private static String interruptions(DownloadOutcome outcome) {
        return outcome.interruptions().isEmpty()
                ? "no interruption"
                : String.format(
                        "%d interruptions of %.1f s in all, %.1f s at most",
                        outcome.interruptions().size(),
                        outcome.interruptedSeconds(),
                        outcome.longestInterruptionSeconds());
    }

    @Override
    public void onBegun(TunnelStatus status) {
        JsonObject line = new JsonObject();
        line.addProperty("event", "begun");
        line.addProperty("peers", status.peers());
        line.addProperty("circuits", status.readyCircuits());
        report.json(line);
        for (CircuitStatus circuit : status.circuits()) {
            report.text(
                    "circuit    %d of %d hops, %s, built in %d ms",
                    circuit.hops(),
                    circuit.goalHops(),
                    circuit.primary() ? "primary" : "standby",
                    circuit.buildTime().toMillis());
        }
    }

    @Override
    public void onProgress(long doneBytes) {
        bar.at(doneBytes);
        long now = System.nanoTime();
        if (now - reportedNanos >= PROGRESS_INTERVAL.toNanos()) {
            reportedNanos = now;
            JsonObject line = new JsonObject();
            line.addProperty("event", "progress");
            line.addProperty("bytes", doneBytes);
            line.addProperty("totalBytes", bytes);
            report.json(line);
        }
    }

    @Override
    public void onKilled(Member member, int hop, boolean exit, Duration after) {
        JsonObject line = new JsonObject();
        line.addProperty("event", "killed");
        line.addProperty("node", member.name());
        line.addProperty("hop", hop);
        line.addProperty("exit", exit);
        line.addProperty("seconds", seconds(after));
        report.json(line);
        report.text("killed     %s, hop %d of the circuit in use, at %.1f s", member.name(), hop, seconds(after));
    }

    @Override
    public void onBack(Member member, Duration after) {
        JsonObject line = new JsonObject();
        line.addProperty("event", "back");
        line.addProperty("node", member.name());
        line.addProperty("seconds", seconds(after));
        report.json(line);
        report.text("back       %s, at %.1f s", member.name(), seconds(after));
    }

    private static double seconds(Duration time) {
        return Report.rounded(time.toNanos() / NANOS_PER_SECOND);
    }

    /**
     * Tells how all ended.
     *
     * @param undisturbed the first download, or null if it did not complete
     * @param disturbed the second
     * @return whether both are whole, somebody was killed in the second, and it was fast enough
     */
    boolean verdict(@Nullable DownloadOutcome undisturbed, @Nullable DownloadOutcome disturbed) {
        boolean whole = undisturbed != null && disturbed != null && undisturbed.verified() && disturbed.verified();
        double ratio = undisturbed != null && disturbed != null ? undisturbed.seconds() / disturbed.seconds() : 0;
        boolean tried = disturbed != null && disturbed.kills() > 0;
        boolean ok = whole && tried && ratio >= LEAST_RATIO;
        JsonObject line = new JsonObject();
        line.addProperty("command", "endure");
        line.addProperty("ok", ok);
        line.addProperty("bytes", bytes);
        line.addProperty("verified", whole);
        line.addProperty("ratio", Report.rounded(ratio));
        line.add("undisturbed", undisturbed == null ? JsonNull.INSTANCE : json(undisturbed));
        line.add("disturbed", disturbed == null ? JsonNull.INSTANCE : json(disturbed));
        report.json(line);
        if (disturbed != null) {
            report.text(
                    "ratio      %.2f of the undisturbed speed; at least %.2f is wanted%s",
                    ratio, LEAST_RATIO, tried ? "" : ", and nobody was killed: --size is too small");
        }
        report.text(ok ? "ok" : "FAILED");
        return ok;
    }

    private static JsonObject json(DownloadOutcome outcome) {
        JsonArray interruptions = new JsonArray();
        outcome.interruptions().forEach(interruption -> interruptions.add(seconds(interruption)));
        JsonObject object = new JsonObject();
        object.addProperty("seconds", Report.rounded(outcome.seconds()));
        object.addProperty("mibPerSecond", Report.rounded(outcome.mebibytesPerSecond()));
        object.addProperty("verified", outcome.verified());
        object.addProperty("kills", outcome.kills());
        object.add("interruptions", interruptions);
        return object;
    }
}

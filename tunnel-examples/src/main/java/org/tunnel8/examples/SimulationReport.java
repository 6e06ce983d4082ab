package org.tunnel8.examples;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.tunnel8.simulation.LayerMode;
import org.tunnel8.simulation.Measurement;
import org.tunnel8.simulation.NatMatrix;
import org.tunnel8.simulation.Placement;
import org.tunnel8.simulation.Quotient;
import org.tunnel8.simulation.RatioReport;
import org.tunnel8.simulation.RatioRequirement;
import org.tunnel8.simulation.RatioRequirement.Bound;
import org.tunnel8.simulation.Requirement;
import org.tunnel8.simulation.RequirementReport;
import org.tunnel8.simulation.RunReport;
import org.tunnel8.simulation.Scenario;
import org.tunnel8.simulation.SignatureMode;
import org.tunnel8.simulation.Simulation;

/** Tells how a campaign of simulations goes, in words or in lines of JSON. */
final class SimulationReport {
    private static final String COLUMNS = "%-12s %-51s %8s %8s %8s %8s %8s  %s";
    private static final double MILLIS = 1000;
    private static final double PERCENT = 100;

    private final Report report;

    SimulationReport(Report report) {
        this.report = report;
    }

    void begins(Simulation simulation, long firstSeed, int seeds) {
        Scenario scenario = simulation.scenario();
        report.text("%s: %s", scenario.name(), scenario.summary());
        report.text(
                "%d peers, seeds %d to %d, %d s of virtual time each%s",
                scenario.peers(),
                firstSeed,
                firstSeed + seeds - 1,
                scenario.horizon().toSeconds(),
                replaced(simulation));
    }

    private static String replaced(Simulation simulation) {
        String signatures = simulation.signatures() == SignatureMode.REPLACED
                ? "; SIGNATURES ARE REPLACED by a digest that proves nothing"
                : "";
        String layers = simulation.layers() == LayerMode.REPLACED
                ? "; LAYERS ARE REPLACED by a cipher that protects nothing"
                : "";
        return signatures + layers;
    }

    void seed(Scenario scenario, Campaign.TimedRun done, int runs, int seeds) {
        RunReport run = done.run();
        JsonObject line = new JsonObject();
        line.addProperty("event", "seed");
        line.addProperty("seed", run.seed());
        line.addProperty("client", run.client().label());
        line.addProperty("digest", run.digest());
        line.addProperty("datagrams", run.datagrams());
        line.addProperty("wallSeconds", Report.rounded(done.wallSeconds()));
        JsonObject measured = new JsonObject();
        for (Requirement requirement : scenario.requirements()) {
            Measurement measurement = run.measurements().get(requirement.criterion());
            if (measurement != null) {
                measured.add(requirement.id(), measured(run, requirement, measurement));
            }
        }
        for (RatioRequirement requirement : scenario.ratios()) {
            Quotient quotient = run.ratios().get(requirement.ratio());
            if (quotient != null) {
                measured.add(requirement.id(), measured(run, requirement, quotient));
            }
        }
        line.add("criteria", measured);
        RunReport.Heap heap = run.heap();
        if (heap != null) {
            JsonObject bytes = new JsonObject();
            bytes.addProperty("firstHourBytes", heap.firstHourBytes());
            bytes.addProperty("lastHourBytes", heap.lastHourBytes());
            line.add("heap", bytes);
        }
        if (!run.notes().isEmpty()) {
            JsonArray notes = new JsonArray();
            run.notes().forEach(notes::add);
            line.add("notes", notes);
        }
        report.json(line);
        report.text(
                "seed %-6d %3d of %d  %-15s digest %s  %8d datagrams  %6.2f s  %s",
                run.seed(),
                runs,
                seeds,
                run.client().label(),
                run.digest(),
                run.datagrams(),
                done.wallSeconds(),
                missed(scenario, run));
        if (heap != null) {
            report.text(
                    "  heap of the whole process after a collection: %d KiB after the first hour, %d KiB at the end",
                    heap.firstHourBytes() >> 10, heap.lastHourBytes() >> 10);
        }
    }

    private static String missed(Scenario scenario, RunReport run) {
        List<String> missed = new ArrayList<>(scenario.requirements().stream()
                .filter(requirement -> !run.meets(requirement))
                .map(Requirement::id)
                .toList());
        scenario.ratios().stream()
                .filter(requirement -> !run.meets(requirement))
                .map(RatioRequirement::id)
                .forEach(missed::add);
        return missed.isEmpty() ? "" : "missed " + String.join(", ", missed);
    }

    private static JsonObject measured(RunReport run, Requirement requirement, Measurement measurement) {
        JsonObject object = new JsonObject();
        object.addProperty("met", run.meets(requirement));
        object.addProperty("of", measurement.trials());
        object.addProperty("share", measurement.shareWithin(requirement.limit()));
        addSeconds(object, "p50", measurement.percentile(0.5));
        return object;
    }

    private static JsonObject measured(RunReport run, RatioRequirement requirement, Quotient quotient) {
        JsonObject object = new JsonObject();
        object.addProperty("met", run.meets(requirement));
        object.addProperty("of", quotient.whole());
        addRatio(object, "ratio", quotient.value());
        return object;
    }

    /** The last line: how all runs together stand to what is asked. */
    void summary(Simulation simulation, List<RunReport> runs, long firstSeed, int seeds) {
        Scenario scenario = simulation.scenario();
        JsonObject criteria = new JsonObject();
        // Without a run a table would have all criteria missed, and by all of no events met.
        boolean hasRows = !runs.isEmpty();
        if (hasRows) {
            report.text(COLUMNS, "", "", "runs met", "p50 s", "p90 s", "of all", "asked", "");
        }
        for (RequirementReport met : RequirementReport.of(scenario, runs)) {
            criteria.add(met.requirement().id(), criterion(met));
            if (hasRows) {
                row(met);
            }
        }
        for (RatioReport met : RatioReport.of(scenario, runs)) {
            criteria.add(met.requirement().id(), criterion(met));
            if (hasRows) {
                row(met);
            }
        }
        JsonObject line = new JsonObject();
        line.addProperty("scenario", scenario.name());
        line.addProperty("peers", scenario.peers());
        line.addProperty("seeds", runs.size());
        line.addProperty("seedsAsked", seeds);
        line.addProperty("firstSeed", firstSeed);
        line.addProperty("signatures", name(simulation.signatures()));
        line.addProperty("layers", name(simulation.layers()));
        line.addProperty("horizonSeconds", scenario.horizon().toSeconds());
        line.add("criteria", criteria);
        report.json(line);
        if (runs.size() < seeds) {
            report.warn("tunnel simulate: stopped after " + runs.size() + " of " + seeds + " seeds");
        }
    }

    /** Which NATs connect to which: a row for each kind, of who was there first. */
    void matrix(NatMatrix matrix, long seed, SignatureMode signatures) {
        matrix.lines().forEach(row -> report.text("%s", row));
        JsonObject rows = new JsonObject();
        JsonObject oneRouter = new JsonObject();
        for (Placement first : Placement.values()) {
            JsonObject row = new JsonObject();
            for (Placement second : Placement.values()) {
                row.addProperty(second.label(), matrix.connects(first, second));
            }
            rows.add(first.label(), row);
            if (first != Placement.PUBLIC) {
                JsonObject shared = new JsonObject();
                shared.addProperty("plain", matrix.connectsTogether(first, false));
                shared.addProperty("hairpin", matrix.connectsTogether(first, true));
                oneRouter.add(first.label(), shared);
            }
        }
        JsonObject line = new JsonObject();
        line.addProperty("seed", seed);
        line.addProperty("signatures", name(signatures));
        line.add("matrix", rows);
        line.add("oneRouter", oneRouter);
        report.json(line);
    }

    private static String name(Enum<?> mode) {
        return mode.name().toLowerCase(Locale.ROOT);
    }

    private static JsonObject criterion(RequirementReport met) {
        JsonObject object = new JsonObject();
        object.addProperty("share", met.shareOfRuns());
        addSeconds(object, "p50", met.median());
        addSeconds(object, "p90", met.ninetieth());
        addSeconds(object, "p99", met.pooled().percentile(0.99));
        object.addProperty("limit", seconds(met.requirement().limit()));
        object.addProperty("asked", met.requirement().share());
        object.addProperty("ofAll", met.shareOfAll());
        object.addProperty("events", met.pooled().trials());
        object.addProperty("met", met.isMet());
        return object;
    }

    /** In the same fields; times are ratios here. */
    private static JsonObject criterion(RatioReport met) {
        RatioRequirement requirement = met.requirement();
        JsonObject object = new JsonObject();
        object.addProperty("share", met.shareOfRuns());
        addRatio(object, "p50", met.percentile(0.5));
        addRatio(object, "p90", met.percentile(0.9));
        addRatio(object, "p99", met.percentile(0.99));
        object.addProperty("bound", requirement.bound().name().toLowerCase(Locale.ROOT));
        object.addProperty("limit", requirement.limit());
        object.addProperty("asked", requirement.limit());
        addRatio(object, "ofAll", met.pooled().value());
        object.addProperty("events", met.pooled().whole());
        object.addProperty("met", met.isMet());
        return object;
    }

    private void row(RatioReport met) {
        RatioRequirement requirement = met.requirement();
        report.text(
                COLUMNS,
                requirement.id(),
                requirement.ratio().meaning(),
                percent(met.shareOfRuns()),
                ratio(met.percentile(0.5)),
                ratio(met.percentile(0.9)),
                ratio(met.pooled().value()),
                asked(requirement),
                requirement.bound() == Bound.TOLD ? "" : met.isMet() ? "ok" : "MISSED");
    }

    private static String asked(RatioRequirement requirement) {
        String sign = switch (requirement.bound()) {
            case AT_MOST -> "<=";
            case AT_LEAST -> ">=";
            case TOLD -> "";
        };
        return requirement.bound() == Bound.TOLD ? "-" : sign + figure(requirement.limit());
    }

    private static String ratio(Optional<Double> value) {
        return value.map(SimulationReport::figure).orElse("-");
    }

    private static String figure(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }

    private static void addRatio(JsonObject object, String name, Optional<Double> value) {
        if (value.isPresent()) {
            object.addProperty(name, value.get());
        } else {
            object.add(name, JsonNull.INSTANCE);
        }
    }

    private void row(RequirementReport met) {
        Requirement requirement = met.requirement();
        report.text(
                COLUMNS,
                requirement.id(),
                requirement.criterion().meaning() + within(requirement),
                percent(met.shareOfRuns()),
                figure(met.median()),
                figure(met.ninetieth()),
                percent(met.shareOfAll()),
                percent(requirement.share()),
                met.isMet() ? "ok" : "MISSED");
    }

    private static String within(Requirement requirement) {
        return requirement.limit().isZero() ? "" : " in " + requirement.limit().toSeconds() + " s";
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f%%", share * PERCENT);
    }

    private static String figure(Optional<Duration> time) {
        return time.map(value -> String.format(Locale.ROOT, "%.2f", seconds(value)))
                .orElse("-");
    }

    private static double seconds(Duration time) {
        return time.toMillis() / MILLIS;
    }

    private static void addSeconds(JsonObject object, String name, Optional<Duration> time) {
        if (time.isPresent()) {
            object.addProperty(name, seconds(time.get()));
        } else {
            object.add(name, JsonNull.INSTANCE);
        }
    }
}

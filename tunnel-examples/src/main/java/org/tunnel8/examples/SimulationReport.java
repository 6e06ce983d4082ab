package org.tunnel8.examples;

import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.tunnel8.simulation.Measurement;
import org.tunnel8.simulation.NatMatrix;
import org.tunnel8.simulation.Placement;
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
                areReplaced(simulation) ? "; SIGNATURES ARE REPLACED by a digest that proves nothing" : "");
    }

    private static boolean areReplaced(Simulation simulation) {
        return simulation.signatures() == SignatureMode.REPLACED;
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
        line.add("criteria", measured);
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
    }

    private static String missed(Scenario scenario, RunReport run) {
        List<String> missed = scenario.requirements().stream()
                .filter(requirement -> !run.meets(requirement))
                .map(Requirement::id)
                .toList();
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

    /** The last line: how all runs together stand to what is asked. */
    void summary(Simulation simulation, List<RunReport> runs, int seeds) {
        Scenario scenario = simulation.scenario();
        JsonObject criteria = new JsonObject();
        report.text(COLUMNS, "", "", "runs met", "p50 s", "p90 s", "of all", "asked", "");
        for (RequirementReport met : RequirementReport.of(scenario, runs)) {
            criteria.add(met.requirement().id(), criterion(met));
            row(met);
        }
        JsonObject line = new JsonObject();
        line.addProperty("scenario", scenario.name());
        line.addProperty("peers", scenario.peers());
        line.addProperty("seeds", runs.size());
        line.addProperty("seedsAsked", seeds);
        line.addProperty("firstSeed", runs.isEmpty() ? 0 : runs.get(0).seed());
        line.addProperty("signatures", name(simulation.signatures()));
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

    private static String name(SignatureMode signatures) {
        return signatures.name().toLowerCase(Locale.ROOT);
    }

    private static JsonObject criterion(RequirementReport met) {
        JsonObject object = new JsonObject();
        object.addProperty("share", met.shareOfRuns());
        addSeconds(object, "p50", met.median());
        addSeconds(object, "p90", met.ninetieth());
        object.addProperty("limit", seconds(met.requirement().limit()));
        object.addProperty("asked", met.requirement().share());
        object.addProperty("ofAll", met.shareOfAll());
        object.addProperty("events", met.pooled().trials());
        object.addProperty("met", met.isMet());
        return object;
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

package org.tunnel8.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How several runs of a scenario stand to one of its requirements. Immutable.
 *
 * @param requirement what is asked
 * @param runs how many runs there were
 * @param runsMet how many of them are each as required
 * @param pooled the events of all runs together
 */
public record RequirementReport(Requirement requirement, int runs, int runsMet, Measurement pooled) {
    /**
     * Sums up runs.
     *
     * @param scenario whose requirements
     * @param runs its runs
     * @return one report for each requirement, in the scenario's order
     */
    public static List<RequirementReport> of(Scenario scenario, List<RunReport> runs) {
        List<RequirementReport> reports = new ArrayList<>();
        for (Requirement requirement : scenario.requirements()) {
            List<Measurement> measurements = new ArrayList<>();
            int met = 0;
            for (RunReport run : runs) {
                Measurement measurement = run.measurements().get(requirement.criterion());
                if (measurement != null) {
                    measurements.add(measurement);
                }
                met += run.meets(requirement) ? 1 : 0;
            }
            reports.add(new RequirementReport(requirement, runs.size(), met, Measurement.pooled(measurements)));
        }
        return List.copyOf(reports);
    }

    /**
     * The share of runs that are each as required.
     *
     * @return 0 to 1; 0 without runs
     */
    public double shareOfRuns() {
        return runs == 0 ? 0 : (double) runsMet / runs;
    }

    /**
     * The share of all runs' events that were within the limit.
     *
     * @return 0 to 1
     */
    public double shareOfAll() {
        return pooled.shareWithin(requirement.limit());
    }

    /**
     * Tells whether the scenario as a whole is as required.
     *
     * @return false also without any event
     */
    public boolean isMet() {
        return pooled.trials() > 0 && requirement.isMetBy(pooled);
    }

    /**
     * The time within which half of all runs' events happened.
     *
     * @return empty if fewer than half did
     */
    public Optional<Duration> median() {
        return pooled.percentile(0.5);
    }

    /**
     * The time within which nine of ten of all runs' events happened.
     *
     * @return empty if fewer did
     */
    public Optional<Duration> ninetieth() {
        return pooled.percentile(0.9);
    }
}

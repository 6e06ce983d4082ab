package org.tunnel8.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How several runs of a scenario stand to what is asked of a ratio. Immutable.
 *
 * @param requirement what is asked
 * @param runs how many runs there were
 * @param runsMet how many of them are each as required
 * @param values of the runs that had any, the least first
 * @param pooled the runs together
 */
public record RatioReport(RatioRequirement requirement, int runs, int runsMet, List<Double> values, Quotient pooled) {
    /** Sorts the values. */
    public RatioReport {
        values = values.stream().sorted().toList();
    }

    /**
     * Sums up runs.
     *
     * @param scenario whose requirements
     * @param runs its runs
     * @return one report for each ratio that something is asked of, in the scenario's order
     */
    public static List<RatioReport> of(Scenario scenario, List<RunReport> runs) {
        List<RatioReport> reports = new ArrayList<>();
        for (RatioRequirement requirement : scenario.ratios()) {
            List<Quotient> quotients = new ArrayList<>();
            List<Double> values = new ArrayList<>();
            int met = 0;
            for (RunReport run : runs) {
                Quotient quotient = run.ratios().get(requirement.ratio());
                if (quotient != null) {
                    quotients.add(quotient);
                    quotient.value().ifPresent(values::add);
                }
                met += run.meets(requirement) ? 1 : 0;
            }
            reports.add(new RatioReport(requirement, runs.size(), met, values, Quotient.pooled(quotients)));
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
     * Tells whether the scenario as a whole is as required.
     *
     * @return false also if there was nothing to measure by
     */
    public boolean isMet() {
        return pooled.whole() > 0 && requirement.isMetBy(pooled);
    }

    /**
     * The value that a part of the runs are not above.
     *
     * @param part above 0 and at most 1: 0.5 asks for the median
     * @return empty if no run had any
     */
    public Optional<Double> percentile(double part) {
        int rank = (int) Math.ceil(part * values.size());
        return rank >= 1 && rank <= values.size() ? Optional.of(values.get(rank - 1)) : Optional.empty();
    }
}

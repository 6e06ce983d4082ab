package org.tunnel8.simulation;

import java.lang.management.ManagementFactory;

/** Runs of a scenario, with the processor time that each takes. */
final class TimedRuns {
    private TimedRuns() {}

    /** Arguments: scenario, first seed, seeds, REAL or REPLACED, and anything to have each run told of in full. */
    public static void main(String[] args) {
        Simulation simulation = new Simulation(
                Scenario.named(args[0]).orElseThrow(), SignatureMode.valueOf(args[3]), LayerMode.valueOf(args[3]));
        long first = Long.parseLong(args[1]);
        for (long seed = first; seed < first + Long.parseLong(args[2]); seed++) {
            long began = cpuNanos();
            RunReport report = simulation.run(seed);
            System.out.printf(
                    "%s, seed %d, %s signatures: %d datagrams, digest %s, %.2f s of processor time%n",
                    args[0], seed, args[3], report.datagrams(), report.digest(), (cpuNanos() - began) / 1e9);
            if (args.length > 4) {
                report.measurements()
                        .forEach((criterion, measured) -> System.out.printf(
                                "  %s: %d of %d, p50 %s, p90 %s%n",
                                criterion,
                                measured.times().size(),
                                measured.trials(),
                                measured.percentile(0.5),
                                measured.percentile(0.9)));
                report.ratios().forEach((ratio, measured) -> System.out.println("  " + ratio + " " + measured));
                report.notes().forEach(note -> System.out.println("  " + note));
            }
        }
    }

    /** Of the running thread alone: neither what the machine does besides nor what the compiler takes. */
    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}

package org.tunnel8.examples;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.tunnel8.simulation.RunReport;
import org.tunnel8.simulation.Simulation;

/** A scenario played for many seeds, several at a time; told in the order of the seeds. Used once, by one thread. */
final class Campaign {
    private static final double NANOS_PER_SECOND = 1e9;

    private final Simulation simulation;
    private final long firstSeed;
    private final int seeds;
    private final int threads;
    private final BooleanSupplier stopped;

    /** One seed's run, and how long it took on this machine. */
    record TimedRun(RunReport run, double wallSeconds) {}

    Campaign(Simulation simulation, long firstSeed, int seeds, int threads, BooleanSupplier stopped) {
        this.simulation = simulation;
        this.firstSeed = firstSeed;
        this.seeds = seeds;
        this.threads = Math.min(threads, seeds);
        this.stopped = stopped;
    }

    /**
     * Runs all seeds, or as many as there is time for until it is stopped, and tells of each and of all.
     *
     * @return whether all were run
     */
    boolean run(SimulationReport told) {
        told.begins(simulation, firstSeed, seeds);
        ExecutorService workers = Executors.newFixedThreadPool(threads);
        Deque<Future<TimedRun>> pending = new ArrayDeque<>();
        List<RunReport> runs = new ArrayList<>();
        try {
            for (int i = 0; i < seeds; i++) {
                long seed = firstSeed + i;
                pending.add(workers.submit((Callable<TimedRun>) () -> timed(seed)));
            }
            while (!pending.isEmpty()) {
                TimedRun done = result(pending.remove());
                if (done == null) {
                    break;
                }
                runs.add(done.run());
                told.seed(simulation.scenario(), done, runs.size(), seeds);
            }
        } finally {
            workers.shutdownNow();
        }
        told.summary(simulation, runs, firstSeed, seeds);
        return runs.size() == seeds;
    }

    private TimedRun timed(long seed) {
        long startNanos = System.nanoTime();
        RunReport run = simulation.run(seed, stopped);
        if (threads == 1) {
            // Now a collection finds next to nothing alive. In the middle of the next run it would copy a whole
            // network.
            System.gc();
        }
        return new TimedRun(run, (System.nanoTime() - startNanos) / NANOS_PER_SECOND);
    }

    /** A run's result, or null if it was stopped before its end. */
    private static @Nullable TimedRun result(Future<TimedRun> run) {
        try {
            return run.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof CancellationException) {
                return null;
            }
            throw new CompletionException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }
}

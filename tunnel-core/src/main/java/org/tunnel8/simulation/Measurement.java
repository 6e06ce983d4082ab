package org.tunnel8.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * How many events of one kind could have happened, and when those happened that did. Immutable.
 *
 * @param times how long each event took that happened; shortest first
 * @param trials how many could have happened; at least as many
 */
public record Measurement(List<Duration> times, int trials) {
    /** Sorts the times. */
    public Measurement {
        times = times.stream().sorted().toList();
        if (trials < times.size()) {
            throw new IllegalArgumentException(times.size() + " of " + trials + " events cannot have happened");
        }
    }

    /**
     * An event that could happen once.
     *
     * @param time how long it took; empty if it did not happen
     * @return the measurement
     */
    public static Measurement once(Optional<Duration> time) {
        return new Measurement(time.map(List::of).orElseGet(List::of), 1);
    }

    /**
     * All events of several measurements as one.
     *
     * @param parts the measurements
     * @return the measurement
     */
    public static Measurement pooled(Collection<Measurement> parts) {
        List<Duration> times = new ArrayList<>();
        int trials = 0;
        for (Measurement part : parts) {
            times.addAll(part.times());
            trials += part.trials();
        }
        return new Measurement(times, trials);
    }

    /**
     * The share of the possible events that happened in time.
     *
     * @param limit how long they may have taken
     * @return 0 to 1; 1 if none was possible
     */
    public double shareWithin(Duration limit) {
        long inTime = times.stream().filter(time -> time.compareTo(limit) <= 0).count();
        return trials == 0 ? 1 : (double) inTime / trials;
    }

    /**
     * The time within which a part of the possible events happened. One that did not happen counts as later than all
     * others.
     *
     * @param part above 0 and at most 1: 0.5 asks for the median
     * @return empty if fewer than that happened
     */
    public Optional<Duration> percentile(double part) {
        int rank = (int) Math.ceil(part * trials);
        return rank >= 1 && rank <= times.size() ? Optional.of(times.get(rank - 1)) : Optional.empty();
    }
}

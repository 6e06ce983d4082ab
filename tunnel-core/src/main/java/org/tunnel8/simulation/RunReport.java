package org.tunnel8.simulation;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one seed's run brought. Immutable.
 *
 * @param seed the seed
 * @param client how the measured client was connected
 * @param digest of the run's event log; the same for the same scenario, peers and seed, on every JDK
 * @param datagrams how many datagrams were sent in all, the lost ones included
 * @param measurements what was measured in events
 * @param ratios what was measured as one thing by another
 * @param heap how the process's memory grew, in a scenario of hours; null in all others. It alone is not the same each time
 * @param notes what else is worth knowing, with its time: deaths, interruptions, leaks; the first hundred
 */
public record RunReport(
        long seed,
        Placement client,
        String digest,
        long datagrams,
        Map<Criterion, Measurement> measurements,
        Map<Ratio, Quotient> ratios,
        @Nullable Heap heap,
        List<String> notes) {
    /**
     * What the process's heap held after collections: the whole simulation's, of all runs at the time. Immutable.
     *
     * @param firstHourBytes after the first hour
     * @param lastHourBytes at the end of the last
     */
    public record Heap(long firstHourBytes, long lastHourBytes) {}

    /** Copies the maps, in the order of the criteria, and the list. */
    public RunReport {
        Map<Criterion, Measurement> copy = new EnumMap<>(Criterion.class);
        copy.putAll(measurements);
        measurements = Collections.unmodifiableMap(copy);
        Map<Ratio, Quotient> quotients = new EnumMap<>(Ratio.class);
        quotients.putAll(ratios);
        ratios = Collections.unmodifiableMap(quotients);
        notes = List.copyOf(notes);
    }

    /**
     * A run of events alone.
     *
     * @param seed the seed
     * @param client how the measured client was connected
     * @param digest of the run's event log
     * @param datagrams how many datagrams were sent in all
     * @param measurements what was measured
     */
    public RunReport(
            long seed, Placement client, String digest, long datagrams, Map<Criterion, Measurement> measurements) {
        this(seed, client, digest, datagrams, measurements, Map.of(), null, List.of());
    }

    /**
     * Tells whether this run is as required.
     *
     * @param requirement of this run's scenario
     * @return false also if the run did not measure it
     */
    public boolean meets(Requirement requirement) {
        Measurement measurement = measurements.get(requirement.criterion());
        return measurement != null && requirement.isMetBy(measurement);
    }

    /**
     * Tells whether this run is as required.
     *
     * @param requirement of this run's scenario
     * @return false also if the run did not measure it
     */
    public boolean meets(RatioRequirement requirement) {
        Quotient quotient = ratios.get(requirement.ratio());
        return quotient != null && requirement.isMetBy(quotient);
    }
}

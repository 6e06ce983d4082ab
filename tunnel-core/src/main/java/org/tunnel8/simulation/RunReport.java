package org.tunnel8.simulation;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * What one seed's run brought. Immutable.
 *
 * @param seed the seed
 * @param client how the measured client was connected
 * @param digest of the run's event log; the same for the same scenario, peers and seed, on every JDK
 * @param datagrams how many datagrams were sent in all, the lost ones included
 * @param measurements what was measured
 */
public record RunReport(
        long seed, Placement client, String digest, long datagrams, Map<Criterion, Measurement> measurements) {
    /** Copies the map, in the order of the criteria. */
    public RunReport {
        Map<Criterion, Measurement> copy = new EnumMap<>(Criterion.class);
        copy.putAll(measurements);
        measurements = Collections.unmodifiableMap(copy);
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
}

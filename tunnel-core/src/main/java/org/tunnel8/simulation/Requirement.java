package org.tunnel8.simulation;

import java.time.Duration;
import java.util.Objects;

/**
 * What a scenario asks for: a share of events that must have happened within a limit.
 *
 * <p>It is asked twice. Over all runs together, the share decides whether the scenario as a whole is met. Within one
 * run, the share of that run's own events decides whether that run is; where a run has one event only, the run is met
 * if it came in time.
 *
 * @param id its name in reports; the specification's where it has one
 * @param criterion the kind of event
 * @param limit how long it may take
 * @param share how many of the events must be within the limit, above 0 and at most 1
 */
public record Requirement(String id, Criterion criterion, Duration limit, double share) {
    /** Checks the share. */
    public Requirement {
        Objects.requireNonNull(id);
        Objects.requireNonNull(criterion);
        Objects.requireNonNull(limit);
        if (!(share > 0 && share <= 1)) {
            throw new IllegalArgumentException("share must be above 0 and at most 1, not " + share);
        }
    }

    /**
     * Tells whether one run, or all together, are as required.
     *
     * @param measurement what was measured; without any event there is nothing that failed
     * @return true if enough events were within the limit
     */
    public boolean isMetBy(Measurement measurement) {
        return measurement.shareWithin(limit) >= share;
    }
}

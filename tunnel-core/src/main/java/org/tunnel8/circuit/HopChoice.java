package org.tunnel8.circuit;

import java.util.Locale;

/**
 * Why somebody became a hop, for those who ask ({@link Circuit#explain}). Immutable; names nobody but by the labels that
 * logs use (D12).
 *
 * @param position what it is chosen as
 * @param label the chosen one's label
 * @param known how many could have been it by their flags
 * @param denied how many of these rules forbade
 * @param tried how many were left out because they had just failed
 * @param eligible how many it was drawn from in the end
 * @param standing its score, 0 to 1
 * @param rttNanos round trip to it; 0 if we never measured it
 * @param uses how many other circuits it is part of
 * @param chance how likely it was
 */
record HopChoice(
        String position,
        String label,
        int known,
        int denied,
        int tried,
        int eligible,
        double standing,
        long rttNanos,
        int uses,
        double chance) {
    @Override
    public String toString() {
        String roundTrip = rttNanos == 0 ? "unknown" : rttNanos / 1_000_000 + " ms";
        return String.format(
                Locale.ROOT,
                "%s: %s, one of %d out of %d (%d denied, %d failed lately); standing %.2f, round trip %s,"
                        + " in %d other circuits, chance %.1f %%",
                position,
                label,
                eligible,
                known,
                denied,
                tried,
                standing,
                roundTrip,
                uses,
                100 * chance);
    }
}

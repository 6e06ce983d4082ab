package org.tunnel8.node;

import java.time.Instant;
import java.util.Optional;

/**
 * How much of its line a node lends to others, and how much of that is used. Immutable.
 *
 * @param bytesPerSecond what may leave for others in a second; 0 if there is no limit
 * @param carriedBytes what was carried for others since the start, in and out together
 * @param waitingBytes what waits for the line at the moment
 * @param quota how the monthly quota stands; empty if there is none
 */
public record LendingStatus(long bytesPerSecond, long carriedBytes, long waitingBytes, Optional<Quota> quota) {
    /**
     * How a monthly quota stands.
     *
     * @param bytesPerMonth what is carried for others in a month, in and out together
     * @param usedBytes what of it is used
     * @param isUsedUp whether nothing more is carried, because the next datagram would have exceeded it
     * @param renewal when the next month begins, in UTC
     */
    public record Quota(long bytesPerMonth, long usedBytes, boolean isUsedUp, Instant renewal) {
        /**
         * What is left.
         *
         * @return zero or more bytes; some even if it is used up, when the next datagram was longer
         */
        public long leftBytes() {
            return Math.max(0, bytesPerMonth - usedBytes);
        }
    }
}

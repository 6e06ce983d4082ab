package org.tunnel8.driver;

import java.time.Instant;

/**
 * How a monthly quota stands. Immutable.
 *
 * @param bytesPerMonth what is carried for others in a month, in and out together
 * @param usedBytes what of it is used
 * @param renewal when the next month begins, in UTC
 */
public record QuotaAccount(long bytesPerMonth, long usedBytes, Instant renewal) {}

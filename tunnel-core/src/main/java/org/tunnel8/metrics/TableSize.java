package org.tunnel8.metrics;

/**
 * How full a table is that strangers, or time, can fill, and how full it can get: {@code docs/limits.md} lists them all.
 *
 * @param table what it holds, as {@code docs/limits.md} calls it
 * @param size entries it holds
 * @param bound entries it holds at most
 */
public record TableSize(String table, int size, int bound) {
    /**
     * Tells whether the bound holds.
     *
     * @return false if there is a mistake in this library
     */
    public boolean isWithinBound() {
        return size <= bound;
    }
}

package org.tunnel8.simulation;

import java.net.InetAddress;

/** A place with a line to the Internet: a host with a public address, or a NAT box with all behind it. */
abstract class Site {
    private final int number;
    private LineSettings line = LineSettings.PERFECT;
    private long outFreeNanos;
    private long inFreeNanos;

    Site(int number) {
        this.number = number;
    }

    /** Counts from 0 in the order in which sites were made. */
    int number() {
        return number;
    }

    /** Tells whether it has this address on the Internet. */
    abstract boolean isAt(InetAddress address);

    LineSettings line() {
        return line;
    }

    void changeLine(LineSettings settings) {
        line = settings;
    }

    /** When a datagram that wants to leave now has left; -1 if the queue is too long. */
    long passOut(long nowNanos, int bytes) {
        long done = pass(nowNanos, outFreeNanos, bytes);
        outFreeNanos = Math.max(outFreeNanos, done);
        return done;
    }

    /** When a datagram that has come to the line now has passed it; -1 if the queue is too long. */
    long passIn(long nowNanos, int bytes) {
        long done = pass(nowNanos, inFreeNanos, bytes);
        inFreeNanos = Math.max(inFreeNanos, done);
        return done;
    }

    private long pass(long nowNanos, long freeNanos, int bytes) {
        if (line.bytesPerSecond() == 0) {
            return nowNanos;
        }
        long start = Math.max(nowNanos, freeNanos);
        if (start - nowNanos > line.queue().toNanos()) {
            return -1;
        }
        return start + Math.max(1, bytes * 1_000_000_000L / line.bytesPerSecond());
    }
}

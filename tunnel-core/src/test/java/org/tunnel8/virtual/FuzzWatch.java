package org.tunnel8.virtual;

import java.lang.management.ManagementFactory;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Watches over a test that feeds input after input: ends the process if one of them takes for ever, and tells how much of the
 * heap was not given back.
 */
public final class FuzzWatch implements AutoCloseable {
    /** No input takes a second, on whatever machine; a collection may. */
    private static final long STUCK_SECONDS = 60;

    private final String test;
    private final long seed;
    private final Thread watched = Thread.currentThread();
    private final CountDownLatch done = new CountDownLatch(1);
    private final long heapBytesBefore = heapBytes();
    private volatile long input;

    /** Begins; the caller's thread is the one that is watched. */
    public FuzzWatch(Class<?> test, long seed) {
        this.test = test.getSimpleName();
        this.seed = seed;
        Thread watching = new Thread(this::watch, "fuzz-watch");
        watching.setDaemon(true);
        watching.start();
    }

    /** Notes that an input begins. */
    public void at(long number) {
        input = number;
    }

    private void watch() {
        long seen = -1;
        try {
            while (!done.await(STUCK_SECONDS, TimeUnit.SECONDS)) {
                long now = input;
                if (now == seen) {
                    // Nothing less ends a thread that does not listen.
                    System.err.println(test + " is stuck with seed " + seed + " at input " + now);
                    for (StackTraceElement element : watched.getStackTrace()) {
                        System.err.println("  at " + element);
                    }
                    Runtime.getRuntime().halt(1);
                }
                seen = now;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** How much more is left in the heap after a collection than at the beginning. */
    public long grownBytes() {
        return heapBytes() - heapBytesBefore;
    }

    private static long heapBytes() {
        // What the first collection clears references to, the second takes away.
        ManagementFactory.getMemoryMXBean().gc();
        ManagementFactory.getMemoryMXBean().gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    @Override
    public void close() {
        done.countDown();
    }
}

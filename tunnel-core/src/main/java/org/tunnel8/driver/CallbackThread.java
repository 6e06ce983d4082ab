package org.tunnel8.driver;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that the application's callbacks run on, so that they can never hold up the engine's.
 *
 * <p>Thread-safe. What waits is bounded: a callback that is too slow loses what comes on top, counted.
 */
public final class CallbackThread implements AutoCloseable {
    private static final int MAX_WAITING = 8_192;
    private static final Logger log = LoggerFactory.getLogger(CallbackThread.class);

    private final BlockingQueue<Runnable> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
    private final AtomicLong lost = new AtomicLong();
    private final Thread thread;
    private volatile boolean closed;

    /**
     * Starts the thread.
     *
     * @param name its name
     */
    public CallbackThread(String name) {
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Has a callback run, after those that wait already.
     *
     * @param callback what to run; what it throws is logged
     * @return false if too many wait: it will not run
     */
    public boolean execute(Runnable callback) {
        if (closed || !waiting.offer(callback)) {
            lost.incrementAndGet();
            return false;
        }
        return true;
    }

    /**
     * How many callbacks were lost because too many waited.
     *
     * @return zero or more
     */
    public long lost() {
        return lost.get();
    }

    /** Ends the thread once the callbacks that wait have run. */
    @Override
    public void close() {
        closed = true;
    }

    private void run() {
        try {
            while (!closed || !waiting.isEmpty()) {
                Runnable callback = waiting.poll(100, TimeUnit.MILLISECONDS);
                if (callback != null) {
                    runOne(callback);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void runOne(Runnable callback) {
        try {
            callback.run();
        } catch (RuntimeException e) {
            log.warn("a callback of the application has failed", e);
        }
    }
}

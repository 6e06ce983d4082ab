package org.tunnel8.driver;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tunnel8.transport.LogDetail;

/**
 * The thread that the application's callbacks run on, so that they can never hold up the engine's. It begins with the
 * first callback.
 *
 * <p>Thread-safe. What waits is bounded: a callback that is too slow loses what comes on top, counted.
 */
public final class CallbackThread implements AutoCloseable {
    private static final int MAX_WAITING = 8_192;
    /** A callback that hangs does not keep the application from closing what it is called by. */
    private static final long CLOSE_WAIT_MILLIS = TimeUnit.SECONDS.toMillis(5);

    private static final Logger log = LoggerFactory.getLogger(CallbackThread.class);

    /** Waits behind the last callback. */
    private enum Mark implements Runnable {
        END;

        @Override
        public void run() {}
    }

    private final String name;
    private final BlockingQueue<Runnable> waiting = new LinkedBlockingQueue<>();
    private @Nullable Thread thread;
    private boolean closed;
    private long lost;

    /**
     * Prepares the thread.
     *
     * @param name its name
     */
    public CallbackThread(String name) {
        this.name = name;
    }

    /**
     * Has a callback run, after those that wait already.
     *
     * @param callback what to run; what it throws is logged
     * @return false if too many wait, or after {@link #close()}: it will not run
     */
    public synchronized boolean execute(Runnable callback) {
        if (closed || waiting.size() >= MAX_WAITING) {
            lost++;
            return false;
        }
        waiting.add(callback);
        if (thread == null) {
            thread = new Thread(this::run, name);
            thread.setDaemon(true);
            thread.start();
        }
        return true;
    }

    /**
     * How many callbacks were lost because too many waited, or because they came too late.
     *
     * @return zero or more
     */
    public synchronized long lost() {
        return lost;
    }

    /**
     * Ends the thread once the callbacks that wait have run, and waits for that, at most some seconds; a callback itself
     * does not wait. Closing twice does no more than waiting.
     */
    @Override
    public void close() {
        Thread ending = end();
        if (ending == null || ending == Thread.currentThread()) {
            return;
        }
        try {
            ending.join(CLOSE_WAIT_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized @Nullable Thread end() {
        if (!closed) {
            closed = true;
            waiting.add(Mark.END);
        }
        return thread;
    }

    private void run() {
        try {
            for (Runnable next = waiting.take(); next != Mark.END; next = waiting.take()) {
                runOne(next);
            }
        } catch (InterruptedException e) {
            log.debug("the callback thread was interrupted and ends", LogDetail.of(e));
        }
    }

    /** An error of the application's, too, is no reason to tell it nothing any more. */
    private static void runOne(Runnable callback) {
        try {
            callback.run();
        } catch (Throwable e) {
            // What the exception says is the application's and may hold an address (D12).
            log.warn(
                    "a callback of the application has failed: {}", e.getClass().getName());
            log.debug("a callback of the application has failed", LogDetail.of(e));
        }
    }
}

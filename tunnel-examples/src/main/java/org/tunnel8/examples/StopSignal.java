package org.tunnel8.examples;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Tells a running command that the process was asked to end (SIGTERM, SIGINT), and gives it the time to leave cleanly.
 *
 * <p>Thread-safe.
 */
final class StopSignal {
    /** Long enough for destroys and for libtorrent's farewell; whoever sent the signal should not have to send a harder one. */
    private static final Duration LEAVE_LIMIT = Duration.ofSeconds(10);

    private final CompletableFuture<Void> requested = new CompletableFuture<>();
    private final CountDownLatch finished = new CountDownLatch(1);
    private volatile int status = 1;

    /** Has the process's end, however it is brought about, announced through this object. */
    void install() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::onShutdown, "stop-signal"));
    }

    private void onShutdown() {
        requested.complete(null);
        try {
            if (finished.await(LEAVE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                // A signal's own status (143) would hide whether the command succeeded.
                Runtime.getRuntime().halt(status);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Asks the command to end, as a signal does. */
    void request() {
        requested.complete(null);
    }

    /**
     * Ends the process once the command has returned; does not return.
     *
     * @param exitStatus the command's status
     */
    void exit(int exitStatus) {
        status = exitStatus;
        finished.countDown();
        System.exit(exitStatus);
    }

    /** Completes when the command is asked to end. */
    CompletableFuture<Void> requested() {
        return requested.copy();
    }

    boolean isRequested() {
        return requested.isDone();
    }

    /**
     * Waits until the process is asked to end.
     *
     * @param limit how long at most
     * @return whether it was asked
     */
    boolean await(Duration limit) {
        return awaitEither(new CompletableFuture<>(), limit);
    }

    /**
     * Waits until something is done, well or not, or the process is asked to end.
     *
     * @param awaited what to wait for
     * @param limit how long at most
     * @return whether either happened in time
     */
    boolean awaitEither(CompletableFuture<?> awaited, Duration limit) {
        try {
            CompletableFuture.anyOf(requested, awaited).get(limit.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (ExecutionException e) {
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            request();
            return true;
        }
    }
}

package org.tunnel8.meters;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * A value that another thread has to be asked for: asked at most once a second, and waited for a moment at most.
 *
 * <p>Thread-safe. What it returns is a second old at most, unless whoever is asked is busy for longer than the wait: then it
 * is the one before, and the next look finds the new one.
 *
 * @param <T> type of the value
 */
final class Freshest<T> {
    static final long LASTS_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Supplier<CompletableFuture<T>> source;
    private final AtomicBoolean asking = new AtomicBoolean();
    private volatile T latest;
    private volatile long askedNanos = System.nanoTime() - LASTS_NANOS;

    /**
     * Makes one that has not asked yet.
     *
     * @param source asks for the value; must not block
     * @param initial the value until there is an answer
     */
    Freshest(Supplier<CompletableFuture<T>> source, T initial) {
        this.source = source;
        this.latest = initial;
    }

    T get() {
        if (System.nanoTime() - askedNanos < LASTS_NANOS || !asking.compareAndSet(false, true)) {
            return latest;
        }
        askedNanos = System.nanoTime();
        CompletableFuture<Void> answered = source.get().handle((answer, failure) -> {
            if (failure == null) {
                latest = answer;
            }
            asking.set(false);
            return null;
        });
        try {
            answered.get(WAIT_NANOS, TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException e) {
            // The one before will do.
            return latest;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return latest;
    }
}

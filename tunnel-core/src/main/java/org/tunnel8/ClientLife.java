package org.tunnel8;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Where a client is in its life, and the futures that tell the application so. Changed on the loop thread, read by any. What
 * depends on a future is the application's and runs on the common pool.
 */
final class ClientLife {
    private final CompletableFuture<Void> started = new CompletableFuture<>();

    /** Completes with the first circuit, or with the first after a lack: another one then. */
    private volatile CompletableFuture<Void> ready = new CompletableFuture<>();

    private volatile TunnelStatus.State state = TunnelStatus.State.NEW;
    /** Why the client has ended. */
    private volatile @Nullable TunnelException ended;

    private long lackingSinceNanos;

    TunnelStatus.State state() {
        return state;
    }

    boolean isClosed() {
        return state == TunnelStatus.State.CLOSED;
    }

    /** Starting has begun. */
    void connects() {
        if (state == TunnelStatus.State.NEW) {
            state = TunnelStatus.State.CONNECTING;
        }
    }

    /** The port is bound: from now on circuits are lacking. */
    void lacksCircuits(long nowNanos) {
        lackingSinceNanos = nowNanos;
    }

    /** All ports are bound. */
    void started() {
        started.completeAsync(() -> null);
    }

    /** A circuit can be used. Tells for how long none could, or -1 if there was no lack. */
    long hasCircuit(long nowNanos) {
        if (state != TunnelStatus.State.CONNECTING && state != TunnelStatus.State.UNAVAILABLE) {
            return -1;
        }
        state = TunnelStatus.State.READY;
        ready.completeAsync(() -> null);
        return nowNanos - lackingSinceNanos;
    }

    /** No circuit can be used. Tells whether one could before. */
    boolean hasNoCircuit(long nowNanos) {
        if (state != TunnelStatus.State.READY) {
            return false;
        }
        state = TunnelStatus.State.UNAVAILABLE;
        ready = new CompletableFuture<>();
        lackingSinceNanos = nowNanos;
        return true;
    }

    /** From now on the client counts as closed, and its futures wait for {@link #ended}. */
    void closes() {
        state = TunnelStatus.State.CLOSED;
    }

    /** The client has ended for a reason, which is what all futures fail with from now on. */
    void ended(TunnelException why) {
        ended = why;
        failAsync(started, why);
        failAsync(ready, why);
    }

    private static void failAsync(CompletableFuture<Void> future, TunnelException why) {
        future.completeAsync(() -> {
            throw why;
        });
    }

    /** For the application alone, which may complete it as it likes: completes when all ports are bound. */
    CompletableFuture<Void> whenStarted() {
        return unlessEnded(started);
    }

    /** For the application alone: completes when a circuit can be used. */
    CompletableFuture<Void> whenReady() {
        return unlessEnded(ready);
    }

    private CompletableFuture<Void> unlessEnded(CompletableFuture<Void> future) {
        TunnelException why = ended;
        return why == null ? future.copy() : CompletableFuture.failedFuture(why);
    }
}

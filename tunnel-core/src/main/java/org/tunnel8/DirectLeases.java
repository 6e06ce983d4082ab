package org.tunnel8;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tunnel8.TunnelEvent.DirectConnectionsEnded.Reason;
import org.tunnel8.direct.DirectCounters;
import org.tunnel8.direct.DirectOutside;
import org.tunnel8.direct.Permit;
import org.tunnel8.transport.Cancellable;
import org.tunnel8.transport.udp.TransportLoop;

/**
 * The leases of one client, under which alone its traffic goes directly: what holds is told as events, in the status, and in
 * the log as long as it does. Loop thread only, but for {@link #revoke}.
 */
final class DirectLeases {
    /** At a time: one for each program behind the proxy, and some. */
    static final int MAX_LEASES = 16;

    private static final long WARN_NANOS = TimeUnit.SECONDS.toNanos(60);
    /** So often the wall's clock is looked at, which may have jumped. */
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final Logger log = LoggerFactory.getLogger(DirectLeases.class);

    private final TransportLoop loop;
    private final LongSupplier nanoClock;
    private final InstantSource wallClock;
    private final DirectOutside outside;
    private final Consumer<TunnelEvent> onEvent;
    private final List<Granted> leases = new ArrayList<>();
    private Runnable onGranted = () -> {};
    private @Nullable Cancellable timer;
    private long warnedNanos;
    private boolean closed;

    private static final class Granted {
        final DirectConsent consent;
        final Permit permit;
        boolean used;

        Granted(DirectConsent consent, Permit permit) {
            this.consent = consent;
            this.permit = permit;
        }
    }

    DirectLeases(
            TransportLoop loop,
            LongSupplier nanoClock,
            InstantSource wallClock,
            DirectOutside outside,
            Consumer<TunnelEvent> onEvent) {
        this.loop = loop;
        this.nanoClock = nanoClock;
        this.wallClock = wallClock;
        this.outside = outside;
        this.onEvent = onEvent;
    }

    DirectOutside outside() {
        return outside;
    }

    /** How many leases hold. */
    int held() {
        return leases.size();
    }

    /** Says what is to be done whenever something may go directly that may not have before. */
    void whenGranted(Runnable action) {
        onGranted = action;
    }

    /** Has traffic go directly from now on, as far as the user agrees to. */
    DirectLease grant(DirectConsent consent) {
        endThoseOver();
        if (closed) {
            throw new TunnelException(TunnelException.Kind.CLOSED, "the client is closed", null);
        }
        if (leases.size() >= MAX_LEASES) {
            throw new TunnelException(
                    TunnelException.Kind.TOO_MANY_LEASES,
                    MAX_LEASES + " leases of direct connections hold already: revoke some",
                    null);
        }
        Permit permit = new Permit(consent.duration(), nanoClock, wallClock);
        leases.add(new Granted(consent, permit));
        if (leases.size() == 1) {
            warnedNanos = nanoClock.getAsLong();
        }
        log.warn(
                "direct connections are allowed until {} ({}): without a circuit, traffic shows this machine's own address",
                permit.until(),
                consent);
        onEvent.accept(new TunnelEvent.DirectConnectionsAllowed(consent, permit.until()));
        arm();
        onGranted.run();
        return new DirectLease(consent, permit, this::revoke);
    }

    /**
     * What allows some traffic to go directly now: of the leases for it, the one that lasts longest.
     *
     * @return null if nothing does
     */
    @Nullable
    Permit permit(DirectConsent.Scope scope, @Nullable String isolationKey) {
        if (leases.isEmpty()) {
            return null;
        }
        endThoseOver();
        Permit best = null;
        for (Granted granted : leases) {
            boolean lastsLonger = best == null || granted.permit.leftNanos() > best.leftNanos();
            if (granted.consent.covers(scope, isolationKey) && lastsLonger) {
                best = granted.permit;
            }
        }
        return best;
    }

    /** Learns that something goes directly by a permit. */
    void used(Permit permit, DirectConsent.Scope scope) {
        for (Granted granted : leases) {
            if (granted.permit == permit && !granted.used) {
                granted.used = true;
                log.warn("traffic goes directly now ({}): there is no circuit for it", scope);
                onEvent.accept(new TunnelEvent.DirectConnectionsUsed(scope));
            }
        }
    }

    /** Ends a lease; returns when all that was open under it is closed. Thread-safe. */
    private void revoke(Permit permit) {
        permit.forbid();
        if (loop.inLoop()) {
            endThoseOver();
            return;
        }
        try {
            CompletableFuture.runAsync(this::endThoseOver, loop).join();
        } catch (RejectedExecutionException e) {
            log.debug("a lease has ended with its client");
        }
    }

    private void endThoseOver() {
        for (Granted granted : List.copyOf(leases)) {
            if (!granted.permit.isInForce()) {
                end(granted, granted.permit.isForbidden() ? Reason.REVOKED : Reason.EXPIRED);
            }
        }
    }

    private void end(Granted granted, Reason reason) {
        if (!leases.remove(granted)) {
            return;
        }
        granted.permit.end(reason == Reason.CLOSED);
        log.warn("a lease of direct connections has ended ({}); leases that still hold: {}", reason, leases.size());
        onEvent.accept(new TunnelEvent.DirectConnectionsEnded(granted.consent, reason));
        arm();
    }

    private void arm() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        if (!leases.isEmpty() && !closed) {
            long next = LOOK_NANOS;
            for (Granted granted : leases) {
                next = Math.min(next, granted.permit.leftNanos());
            }
            timer = loop.schedule(this::look, next);
        }
    }

    private void look() {
        timer = null;
        endThoseOver();
        long now = nanoClock.getAsLong();
        if (!leases.isEmpty() && now - warnedNanos >= WARN_NANOS) {
            warnedNanos = now;
            DirectCounters counted = outside.counters();
            log.warn(
                    "direct connections are allowed: {} leases hold; so far {} datagrams, {} streams and {} exchanges"
                            + " went directly",
                    leases.size(),
                    counted.datagramsSent(),
                    counted.streams(),
                    counted.exchanges());
        }
        arm();
    }

    DirectStatus status() {
        endThoseOver();
        DirectCounters counted = outside.counters();
        return new DirectStatus(
                leases.stream()
                        .map(granted -> new DirectStatus.Lease(
                                granted.consent.scopes(),
                                granted.consent.isolationKey().isPresent(),
                                granted.permit.until(),
                                granted.used))
                        .toList(),
                counted.datagramsSent(),
                counted.datagramsReceived(),
                counted.streams(),
                outside.streams(),
                counted.exchanges(),
                counted.bytesSent(),
                counted.bytesReceived());
    }

    /** Ends all leases with their client. */
    void close() {
        closed = true;
        List.copyOf(leases).forEach(granted -> end(granted, Reason.CLOSED));
        outside.close();
    }
}

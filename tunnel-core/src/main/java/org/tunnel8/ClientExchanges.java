package org.tunnel8;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.tunnel8.DirectConsent.Scope;
import org.tunnel8.direct.DirectExchange;
import org.tunnel8.direct.DirectOutside;
import org.tunnel8.direct.Permit;
import org.tunnel8.driver.EngineDriver;
import org.tunnel8.stream.HttpExchange;
import org.tunnel8.stream.HttpFailure;
import org.tunnel8.stream.HttpListener;
import org.tunnel8.transport.Cancellable;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.ByteString;

/**
 * The HTTP exchanges of a client: through circuits and, where none to an exit for HTTP was there for a while and a lease is for
 * it, directly. One that an exit was asked to perform stays with circuits. Loop thread only.
 */
final class ClientExchanges {
    /** So long an exchange that may go directly waits for a circuit. */
    private static final long DIRECT_WAIT_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final EngineDriver driver;
    private final DirectLeases leases;
    private final Set<Exchange> waiting = new LinkedHashSet<>();

    ClientExchanges(EngineDriver driver, DirectLeases leases) {
        this.driver = driver;
        this.leases = leases;
    }

    /**
     * Begins an exchange; the listener may hear of a failure before this returns.
     *
     * @return ends it; nothing is told any more
     */
    Runnable start(
            Address target, ByteString request, long limitNanos, @Nullable String isolationKey, HttpListener listener) {
        Exchange exchange = new Exchange(target, request, limitNanos, isolationKey, listener);
        exchange.start();
        return exchange::cancel;
    }

    /** Has exchanges that have waited long enough go directly, where they may. */
    void considerDirect() {
        List.copyOf(waiting).forEach(Exchange::considerDirect);
    }

    private final class Exchange implements HttpListener {
        private final Address target;
        private final ByteString request;
        private final @Nullable String isolationKey;
        private final HttpListener listener;
        private final long begunNanos = driver.nowNanos();
        private final long limitNanos;
        private @Nullable HttpExchange carried;
        private @Nullable DirectExchange direct;
        private @Nullable Cancellable timer;
        private boolean over;

        Exchange(
                Address target,
                ByteString request,
                long limitNanos,
                @Nullable String isolationKey,
                HttpListener listener) {
            this.target = target;
            this.request = request;
            this.limitNanos = limitNanos;
            this.isolationKey = isolationKey;
            this.listener = listener;
        }

        void start() {
            carried = driver.engine().exchanges().start(target, request, limitNanos, isolationKey, this);
            driver.rearm();
            if (!over) {
                waiting.add(this);
                timer = driver.loop().schedule(this::considerDirect, DIRECT_WAIT_NANOS);
            }
        }

        void considerDirect() {
            HttpExchange there = carried;
            long waitedNanos = driver.nowNanos() - begunNanos;
            if (over || direct != null || there == null || waitedNanos < DIRECT_WAIT_NANOS) {
                return;
            }
            if (there.tries() > 0) {
                waiting.remove(this);
                return;
            }
            Permit permit = leases.permit(Scope.EXCHANGES, isolationKey);
            boolean hasPlace = leases.outside().exchanges() < DirectOutside.MAX_EXCHANGES;
            if (permit == null || !hasPlace || !DirectOutside.isAllowed(target)) {
                return;
            }
            waiting.remove(this);
            driver.engine();
            there.cancel();
            driver.rearm();
            leases.used(permit, Scope.EXCHANGES);
            direct = DirectExchange.start(
                    permit, leases.outside(), target, request, Math.max(1, limitNanos - waitedNanos), this);
        }

        @Override
        public boolean onReply(ByteString reply) {
            if (over) {
                return true;
            }
            boolean taken = listener.onReply(reply);
            if (taken) {
                end();
            }
            return taken;
        }

        @Override
        public void onFailed(HttpFailure failure) {
            if (end()) {
                listener.onFailed(failure);
            }
        }

        private boolean end() {
            if (over) {
                return false;
            }
            over = true;
            waiting.remove(this);
            if (timer != null) {
                timer.cancel();
            }
            return true;
        }

        void cancel() {
            if (!end()) {
                return;
            }
            if (direct != null) {
                direct.cancel();
            }
            if (carried != null) {
                driver.engine();
                carried.cancel();
                driver.rearm();
            }
        }
    }
}

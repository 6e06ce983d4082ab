package org.tunnel8;

import java.time.Instant;
import java.util.function.Consumer;
import org.tunnel8.direct.Permit;

/**
 * The time for which traffic may go directly where there is no circuit, as a user has consented (FR-022). Thread-safe.
 *
 * <p>It ends when its time is over, by {@link #revoke()}, or with its client, whichever comes first, and then for good: what was
 * opened under it closes at once.
 */
public final class DirectLease implements AutoCloseable {
    private final DirectConsent consent;
    private final Permit permit;
    private final Consumer<Permit> revoke;

    DirectLease(DirectConsent consent, Permit permit, Consumer<Permit> revoke) {
        this.consent = consent;
        this.permit = permit;
        this.revoke = revoke;
    }

    /**
     * What the user has agreed to.
     *
     * @return the consent it was made from
     */
    public DirectConsent consent() {
        return consent;
    }

    /**
     * When it ends at the latest.
     *
     * @return the time
     */
    public Instant until() {
        return permit.until();
    }

    /**
     * Whether anything may still go directly under it.
     *
     * @return false for good once it has ended
     */
    public boolean isActive() {
        return permit.isInForce();
    }

    /**
     * Ends it now. When this returns, what went directly under it alone is closed: datagrams' sockets, and streams by a reset;
     * nothing more is sent. Does nothing if it has ended.
     */
    public void revoke() {
        revoke.accept(permit);
    }

    /** The same as {@link #revoke()}. */
    @Override
    public void close() {
        revoke();
    }
}

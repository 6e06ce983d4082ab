package org.tunnel8;

import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a user has agreed to: that traffic leaves this machine without a circuit, for a time, so that those at the other end
 * see its own address (FR-022). Immutable; it allows nothing until it is given to {@link TunnelClient#directConnections}.
 *
 * <p>Ask the user each time, and let him say for how long. Nothing keeps a consent beyond the client's life, and an application
 * must not either.
 */
public final class DirectConsent {
    /** The longest that anybody can consent for. */
    public static final Duration MAX_DURATION = Duration.ofHours(24);

    private final Duration duration;
    private final Set<Scope> scopes;
    private final @Nullable String isolationKey;

    /** A kind of traffic. */
    public enum Scope {
        /** Datagrams of flows, the proxy's UDP associations included. Names are looked up by the system's resolver. */
        DATAGRAMS,
        /** Streams to peers, as TCP connections: those of {@link TunnelClient#connect} and the proxy's to addresses. */
        STREAMS,
        /** HTTP exchanges: those of {@link TunnelClient#http} and the proxy's to names. */
        EXCHANGES
    }

    private DirectConsent(Duration duration, Set<Scope> scopes, @Nullable String isolationKey) {
        this.duration = duration;
        this.scopes = Collections.unmodifiableSet(EnumSet.copyOf(scopes));
        this.isolationKey = isolationKey;
    }

    /**
     * The user accepts that peers, trackers, servers and the system's resolver see this machine's own address, and with it what
     * it asks them for. For all traffic, unless it is narrowed.
     *
     * @param duration for how long, from the moment on at which it is used; 24 hours at most
     * @return the consent
     * @throws IllegalArgumentException if it is not positive, or longer
     */
    public static DirectConsent userAcceptsIpExposure(Duration duration) {
        if (duration.isNegative() || duration.isZero() || duration.compareTo(MAX_DURATION) > 0) {
            throw new IllegalArgumentException("a consent lasts for some time, 24 hours at most, not for " + duration);
        }
        return new DirectConsent(duration, EnumSet.allOf(Scope.class), null);
    }

    /**
     * The same for these kinds of traffic alone.
     *
     * @param scope a kind that it is for
     * @param others further kinds
     * @return the narrower consent
     * @throws IllegalArgumentException if this one is for none of them
     */
    public DirectConsent only(Scope scope, Scope... others) {
        Set<Scope> both = EnumSet.of(scope, others);
        both.retainAll(scopes);
        if (both.isEmpty()) {
            throw new IllegalArgumentException("nothing is left of the consent");
        }
        return new DirectConsent(duration, both, isolationKey);
    }

    /**
     * The same for traffic of one isolation key alone; what names none, or another, is not meant.
     *
     * @param key the key, as {@link FlowOptions#isolated} takes it; the proxy's is the name that its client gives
     * @return the narrower consent
     * @throws IllegalArgumentException if this one is for another key
     */
    public DirectConsent onlyIsolationKey(String key) {
        if (isolationKey != null && !isolationKey.equals(key)) {
            throw new IllegalArgumentException("nothing is left of the consent");
        }
        return new DirectConsent(duration, scopes, Objects.requireNonNull(key));
    }

    /**
     * For how long it is.
     *
     * @return positive, 24 hours at most
     */
    public Duration duration() {
        return duration;
    }

    /**
     * Which traffic it is for.
     *
     * @return an unmodifiable set, not empty
     */
    public Set<Scope> scopes() {
        return scopes;
    }

    /**
     * The key that it is narrowed to.
     *
     * @return the key; empty if it is for all
     */
    public Optional<String> isolationKey() {
        return Optional.ofNullable(isolationKey);
    }

    boolean covers(Scope scope, @Nullable String key) {
        return scopes.contains(scope) && (isolationKey == null || isolationKey.equals(key));
    }

    /** What it is for and for how long, without the key. */
    @Override
    public String toString() {
        return "DirectConsent[" + List.copyOf(scopes) + (isolationKey == null ? "" : " of one isolation key") + ", "
                + duration + "]";
    }
}

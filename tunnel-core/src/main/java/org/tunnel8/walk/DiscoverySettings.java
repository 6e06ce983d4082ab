package org.tunnel8.walk;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.tunnel8.crypto.SignatureScheme;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.walk.PeerFlags;

/**
 * What a {@link Discovery} is to do. Immutable; made by {@link #builder}.
 *
 * @param community the tunnel overlay
 * @param localAddress what the port is bound to; the IP may be the unspecified one
 * @param interfaces the addresses of this host's network interfaces, as far as known
 * @param member whether to take part in the overlay as a peer; a mere bootstrap server does not
 * @param bootstrapServer whether to introduce anybody to anybody, in any overlay (PROTOCOL.md §4)
 * @param flags what we offer as a peer
 * @param bootstrap where the network is entered; host names are resolved through {@link DiscoveryListener#resolve}
 * @param targetPeers walking slows down once this many peers are known (PROTOCOL.md §4)
 * @param targetExits and so many exits among them
 * @param window walks that may be unanswered at once, and requests to peers as many
 * @param bootstrapWave bootstrap servers contacted at once
 * @param stepInterval time between steps while walking (PROTOCOL.md §4)
 * @param idleInterval time between steps once there are enough peers; not above the refresh of FR-008
 * @param bootstrapInterval time between rounds over all bootstrap servers while there are no peers (PROTOCOL.md §4)
 * @param remembered peers of earlier runs, the best first; asked at the start before all others
 * @param refreshInterval time between refreshes of the peer table, however many peers are known (FR-008)
 * @param signatures how messages are signed and checked; another than the network's own in simulations only
 */
public record DiscoverySettings(
        CommunityId community,
        InetSocketAddress localAddress,
        Set<InetAddress> interfaces,
        boolean member,
        boolean bootstrapServer,
        PeerFlags flags,
        List<Address> bootstrap,
        int targetPeers,
        int targetExits,
        int window,
        int bootstrapWave,
        Duration stepInterval,
        Duration idleInterval,
        Duration bootstrapInterval,
        List<RememberedPeer> remembered,
        Duration refreshInterval,
        SignatureScheme signatures) {
    /** How many bootstrap addresses are used at most, resolved host names included. */
    public static final int MAX_BOOTSTRAP_ADDRESSES = 64;

    /** How many peers are remembered at most. */
    public static final int MAX_REMEMBERED = 100;

    /** The longest time without new introductions, unless told otherwise (FR-008). */
    public static final Duration REFRESH = Duration.ofMinutes(5);

    /** Checks what must hold. */
    public DiscoverySettings {
        Objects.requireNonNull(community);
        interfaces = Set.copyOf(interfaces);
        bootstrap = List.copyOf(bootstrap);
        remembered = List.copyOf(remembered.subList(0, Math.min(remembered.size(), MAX_REMEMBERED)));
        if (localAddress.isUnresolved()) {
            throw new IllegalArgumentException("the local address must be resolved");
        }
        if (!member && !bootstrapServer) {
            throw new IllegalArgumentException("neither a peer nor a bootstrap server: nothing to do");
        }
        if (bootstrap.size() > MAX_BOOTSTRAP_ADDRESSES) {
            throw new IllegalArgumentException("more than " + MAX_BOOTSTRAP_ADDRESSES + " bootstrap addresses");
        }
        if (targetPeers < 1 || targetExits < 0 || window < 1 || bootstrapWave < 1) {
            throw new IllegalArgumentException("targetPeers, window and bootstrapWave are at least 1, targetExits 0");
        }
        requirePositive(stepInterval, "stepInterval");
        requirePositive(idleInterval, "idleInterval");
        requirePositive(bootstrapInterval, "bootstrapInterval");
        requirePositive(refreshInterval, "refreshInterval");
        if (idleInterval.compareTo(REFRESH) > 0) {
            throw new IllegalArgumentException("idleInterval is at most " + REFRESH.toMinutes() + " minutes (FR-008)");
        }
    }

    /**
     * The same settings with other remembered peers.
     *
     * @param peers of earlier runs, the best first; those beyond {@link #MAX_REMEMBERED} are left out
     * @return new settings
     */
    public DiscoverySettings withRemembered(List<RememberedPeer> peers) {
        return new DiscoverySettings(
                community,
                localAddress,
                interfaces,
                member,
                bootstrapServer,
                flags,
                bootstrap,
                targetPeers,
                targetExits,
                window,
                bootstrapWave,
                stepInterval,
                idleInterval,
                bootstrapInterval,
                peers,
                refreshInterval,
                signatures);
    }

    private static void requirePositive(Duration duration, String name) {
        if (duration.isZero() || duration.isNegative()) {
            throw new IllegalArgumentException(name + " must be above zero");
        }
    }

    /**
     * Begins with the defaults: a peer that offers nothing and knows no bootstrap address.
     *
     * @param community the tunnel overlay
     * @param localAddress what the port is bound to
     * @return a new builder
     */
    public static Builder builder(CommunityId community, InetSocketAddress localAddress) {
        return new Builder(community, localAddress);
    }

    /** Collects settings. Not thread-safe. */
    public static final class Builder {
        private final CommunityId community;
        private final InetSocketAddress localAddress;
        private Set<InetAddress> interfaces = Set.of();
        private boolean member = true;
        private boolean bootstrapServer;
        private PeerFlags flags = PeerFlags.NONE;
        private List<Address> bootstrap = List.of();
        private int targetPeers = 20;
        // With 8 % exits among the peers, 20 of them hold fewer than two: too few to choose from.
        private int targetExits = 3;
        private int window = 20;
        private int bootstrapWave = 20;
        private Duration stepInterval = Duration.ofMillis(500);
        private Duration idleInterval = Duration.ofSeconds(30);
        private Duration bootstrapInterval = Duration.ofSeconds(30);
        private List<RememberedPeer> remembered = List.of();
        private Duration refreshInterval = REFRESH;
        private SignatureScheme signatures = SignatureScheme.OF_THE_NETWORK;

        private Builder(CommunityId community, InetSocketAddress localAddress) {
            this.community = community;
            this.localAddress = localAddress;
        }

        /**
         * Sets the addresses of this host's network interfaces.
         *
         * @param addresses as far as known
         * @return this builder
         */
        public Builder interfaces(Set<InetAddress> addresses) {
            interfaces = addresses;
            return this;
        }

        /**
         * Sets whether to take part as a peer.
         *
         * @param yes the default
         * @return this builder
         */
        public Builder member(boolean yes) {
            member = yes;
            return this;
        }

        /**
         * Sets whether to be a bootstrap server.
         *
         * @param yes not the default
         * @return this builder
         */
        public Builder bootstrapServer(boolean yes) {
            bootstrapServer = yes;
            return this;
        }

        /**
         * Sets what we offer as a peer.
         *
         * @param offered the flags
         * @return this builder
         */
        public Builder flags(PeerFlags offered) {
            flags = offered;
            return this;
        }

        /**
         * Sets where the network is entered.
         *
         * @param addresses numeric addresses and host names
         * @return this builder
         */
        public Builder bootstrap(List<? extends Address> addresses) {
            bootstrap = List.copyOf(addresses);
            return this;
        }

        /**
         * Sets how many peers are enough.
         *
         * @param peers peers in all
         * @param exits exits among them
         * @return this builder
         */
        public Builder target(int peers, int exits) {
            targetPeers = peers;
            targetExits = exits;
            return this;
        }

        /**
         * Sets how many requests may be unanswered at once.
         *
         * @param walking to peers and introduced addresses
         * @param wave to bootstrap servers
         * @return this builder
         */
        public Builder window(int walking, int wave) {
            window = walking;
            bootstrapWave = wave;
            return this;
        }

        /**
         * Sets the times between steps.
         *
         * @param step while walking
         * @param idle once there are enough peers
         * @return this builder
         */
        public Builder intervals(Duration step, Duration idle) {
            stepInterval = step;
            idleInterval = idle;
            return this;
        }

        /**
         * Sets the time between rounds over all bootstrap servers while there are no peers.
         *
         * @param interval the time
         * @return this builder
         */
        public Builder bootstrapInterval(Duration interval) {
            bootstrapInterval = interval;
            return this;
        }

        /**
         * Sets whom to ask before all others.
         *
         * @param peers of earlier runs, the best first; those beyond {@link #MAX_REMEMBERED} are left out
         * @return this builder
         */
        public Builder remembered(List<RememberedPeer> peers) {
            remembered = List.copyOf(peers);
            return this;
        }

        /**
         * Sets the time between refreshes of the peer table (FR-008).
         *
         * @param interval the time
         * @return this builder
         */
        public Builder refreshInterval(Duration interval) {
            refreshInterval = interval;
            return this;
        }

        /**
         * Sets how messages are signed and checked; for simulations.
         *
         * @param scheme the network's own by default
         * @return this builder
         */
        public Builder signatures(SignatureScheme scheme) {
            signatures = scheme;
            return this;
        }

        /**
         * Makes the settings.
         *
         * @return checked settings
         * @throws IllegalArgumentException if they contradict each other
         */
        public DiscoverySettings build() {
            return new DiscoverySettings(
                    community,
                    localAddress,
                    interfaces,
                    member,
                    bootstrapServer,
                    flags,
                    bootstrap,
                    targetPeers,
                    targetExits,
                    window,
                    bootstrapWave,
                    stepInterval,
                    idleInterval,
                    bootstrapInterval,
                    remembered,
                    refreshInterval,
                    signatures);
        }
    }
}

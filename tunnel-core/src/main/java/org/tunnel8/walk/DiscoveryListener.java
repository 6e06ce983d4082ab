package org.tunnel8.walk;

/** Hears what a {@link Discovery} cannot do alone and what its owner may want to show. Called on the engine's thread. */
public interface DiscoveryListener {
    /**
     * Asks for a bootstrap server's host name to be resolved, off the engine's thread, and the result to be handed to
     * {@link Discovery#onResolved}. It may fail quietly (D6).
     *
     * @param host one of the configured names
     */
    void resolve(String host);

    /**
     * Entering the network goes differently than before.
     *
     * @param state how it goes now
     */
    default void bootstrapStateChanged(BootstrapState state) {}

    /**
     * There is no way into the network: no peer is known, and neither bootstrap servers nor remembered peers answer
     * (edge case 1). They are asked again periodically.
     */
    default void degraded() {}

    /**
     * There is a way into the network again.
     *
     * @param afterNanos time since {@link #degraded()}
     */
    default void recovered(long afterNanos) {}

    /**
     * A peer has answered a question of ours.
     *
     * @param nanos since it was asked
     */
    default void roundTrip(long nanos) {}

    /**
     * What we are behind was told, or turned out to be something else (edge case 2).
     *
     * @param type what it is now
     * @param evidence what tells
     */
    default void natTypeChanged(NatType type, NatEvidence evidence) {}

    /**
     * Punctures began to fail for more than half of the peers that need one, or no longer do (edge case 2).
     *
     * @param failing true if they do
     * @param evidence how many did
     */
    default void puncturesFailing(boolean failing, NatEvidence evidence) {}
}

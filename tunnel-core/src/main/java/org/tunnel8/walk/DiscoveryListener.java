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
}

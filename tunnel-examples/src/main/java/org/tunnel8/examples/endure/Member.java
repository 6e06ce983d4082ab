package org.tunnel8.examples.endure;

import java.util.concurrent.CompletableFuture;

/** A relay or exit in a process of its own, which can be killed and come back as the same peer. For one thread. */
public interface Member extends AutoCloseable {
    /**
     * What it is called in reports.
     *
     * @return a name, unlike that of any other member of its network
     */
    String name();

    /**
     * Under which name it appears in the paths of this process's clients.
     *
     * @return its label, as in {@link org.tunnel8.CircuitStatus#path()}
     */
    String label();

    /** Ends its process by SIGKILL, so that nobody is told; returns when it is gone. */
    void kill();

    /**
     * Starts it again, with the same key and at the same address.
     *
     * @return completes when it can be used; fails if it cannot be started
     */
    CompletableFuture<Void> restart();

    /** Ends its process for good. */
    @Override
    void close();
}

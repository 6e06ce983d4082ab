package org.tunnel8.stream;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.PublicKey;

/**
 * Where exchanges find circuits whose exits perform them. Engine thread only.
 */
public interface HttpRoutes {
    /**
     * Takes a circuit; if there is none, one is built.
     *
     * @param isolationKey what else went over the circuit, or will, is of the same key; null for no isolation
     * @param tried exits that are not to be asked again if another can be
     * @param settle whether an exit that was tried will do although others are known
     * @return a circuit to ask over, to be released afterwards; null if none can be used now
     */
    @Nullable
    HttpRoute take(@Nullable String isolationKey, Set<PublicKey> tried, boolean settle);

    /**
     * Tells whether any exit is known that performs exchanges.
     *
     * @return true if a peer announces EXIT_HTTP
     */
    boolean exitKnown();
}

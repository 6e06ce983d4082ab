package org.tunnel8.simulation;

import org.tunnel8.crypto.SignatureScheme;

/** What the nodes of a network sign their walker messages with. Tell it wherever results are shown. */
public enum SignatureMode {
    /** The network's own signatures (PROTOCOL.md §3). */
    REAL,
    /**
     * A digest that costs next to nothing and that anybody could forge, for runs in bulk. Accepted by nodes of such a
     * network only; no real node can be made to.
     */
    REPLACED;

    private static final SignatureScheme DIGESTS = new ReplacedSignatures();

    /**
     * How nodes of such a network sign and check.
     *
     * @return the scheme; thread-safe
     */
    public SignatureScheme scheme() {
        return this == REAL ? SignatureScheme.OF_THE_NETWORK : DIGESTS;
    }
}

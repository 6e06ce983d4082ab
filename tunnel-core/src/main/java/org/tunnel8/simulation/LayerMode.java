package org.tunnel8.simulation;

/** What the layers of circuits are sealed with in a simulated network. */
public enum LayerMode {
    /** The production ciphers: Conscrypt's where it is on the class path, else the JDK's. Both give the same bytes. */
    REAL,
    /**
     * A cheap cipher of the same size that protects nothing: it honours key and counter, and chance alone does not get past
     * it, as through the real one. For runs in bulk.
     */
    REPLACED
}

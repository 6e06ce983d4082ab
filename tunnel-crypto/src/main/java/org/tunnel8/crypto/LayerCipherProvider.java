package org.tunnel8.crypto;

/** A way to make layer ciphers. Thread-safe. */
public interface LayerCipherProvider {
    /**
     * The name by which settings choose it.
     *
     * @return {@code jdk} or {@code conscrypt}
     */
    String name();

    /**
     * Makes a cipher for one engine thread.
     *
     * @return a new cipher
     */
    LayerCipher create();
}

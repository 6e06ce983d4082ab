package org.tunnel8.crypto;

/**
 * Puts on and takes off the layers of a circuit, in place: counter, ChaCha20-Poly1305 ciphertext (RFC 8439), tag
 * (PROTOCOL.md §7).
 *
 * <p>Not thread-safe: one per engine thread, shared by all circuits of that thread. It remembers nothing about keys that
 * changes an outcome; in particular the same counter may come twice, because other nodes reuse theirs.
 */
public interface LayerCipher {
    /** Size of the counter in front of the ciphertext. */
    int COUNTER_BYTES = 8;

    /** Size of the tag behind the ciphertext. */
    int TAG_BYTES = 16;

    /** What a layer adds. */
    int OVERHEAD_BYTES = COUNTER_BYTES + TAG_BYTES;

    /**
     * The provider's name.
     *
     * @return {@code jdk} or {@code conscrypt}
     */
    String name();

    /**
     * Seals what lies in a buffer. The layer then begins {@link #COUNTER_BYTES} before the plaintext did and ends
     * {@link #TAG_BYTES} after it.
     *
     * @param key the direction's key
     * @param counter the counter, from a {@link SendCounter}; not negative
     * @param buffer holds the plaintext, with room for counter and tag around it
     * @param offset first byte of the plaintext
     * @param length size of the plaintext; may be 0
     * @throws IndexOutOfBoundsException if the layer does not fit into the buffer
     * @throws IllegalArgumentException if the counter is negative
     * @throws IllegalStateException if the key was destroyed
     */
    void seal(LayerKey key, long counter, byte[] buffer, int offset, int length);

    /**
     * Opens a layer that lies in a buffer. The plaintext then begins {@link #COUNTER_BYTES} after the layer did. Any
     * counter is taken.
     *
     * @param key the direction's key
     * @param buffer holds the layer
     * @param offset first byte of the layer, its counter
     * @param length size of the layer
     * @return the size of the plaintext, or -1 if the layer is too short, was not sealed under this key or was changed;
     *     what the buffer holds in place of the layer is then undefined
     * @throws IndexOutOfBoundsException if the layer is not within the buffer
     */
    int open(LayerKey key, byte[] buffer, int offset, int length);
}

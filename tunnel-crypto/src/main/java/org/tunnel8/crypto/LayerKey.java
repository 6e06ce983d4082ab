package org.tunnel8.crypto;

import java.util.Arrays;
import javax.security.auth.Destroyable;

/**
 * The key of one direction of one hop, with the four bytes that start its nonces (PROTOCOL.md §7). Prints nothing.
 *
 * <p>Immutable until destroyed; engine thread only once in use. A destroyed key seals nothing (an
 * {@link IllegalStateException}) and opens nothing.
 */
public final class LayerKey implements Destroyable {
    /** Size of the key. */
    public static final int KEY_BYTES = 32;

    /** Size of the salt. */
    public static final int SALT_BYTES = 4;

    private final byte[] key;
    private final byte[] salt;
    private boolean destroyed;

    private LayerKey(byte[] key, byte[] salt) {
        this.key = key;
        this.salt = salt;
    }

    /**
     * Makes a key from its parts, as recordings and tests need it.
     *
     * @param key 32 bytes; copied
     * @param salt 4 bytes; copied
     * @return the key
     * @throws IllegalArgumentException if a size is wrong
     */
    public static LayerKey of(byte[] key, byte[] salt) {
        if (key.length != KEY_BYTES || salt.length != SALT_BYTES) {
            throw new IllegalArgumentException(
                    "a layer key is 32 bytes of key and 4 bytes of salt, not " + key.length + " and " + salt.length);
        }
        return new LayerKey(key.clone(), salt.clone());
    }

    static LayerKey at(byte[] material, int keyOffset, int saltOffset) {
        return new LayerKey(
                Arrays.copyOfRange(material, keyOffset, keyOffset + KEY_BYTES),
                Arrays.copyOfRange(material, saltOffset, saltOffset + SALT_BYTES));
    }

    /** The key itself, for a provider that wants an array of its own. */
    byte[] copyOfKey() {
        return key.clone();
    }

    void copySaltTo(byte[] nonce) {
        System.arraycopy(salt, 0, nonce, 0, SALT_BYTES);
    }

    /** Overwrites the key. */
    @Override
    public void destroy() {
        destroyed = true;
        Arrays.fill(key, (byte) 0);
        Arrays.fill(salt, (byte) 0);
    }

    @Override
    public boolean isDestroyed() {
        return destroyed;
    }

    @Override
    public String toString() {
        return "layer key";
    }
}

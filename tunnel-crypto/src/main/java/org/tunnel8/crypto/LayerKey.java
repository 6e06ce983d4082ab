package org.tunnel8.crypto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
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

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    // Numbers within the object, not arrays beside it: who relays thousands of circuits waits for memory at every
    // object.
    private long key0;
    private long key1;
    private long key2;
    private long key3;
    private int salt;
    private boolean destroyed;

    private LayerKey(byte[] key, int keyOffset, byte[] salt, int saltOffset) {
        this.key0 = (long) LONG.get(key, keyOffset);
        this.key1 = (long) LONG.get(key, keyOffset + Long.BYTES);
        this.key2 = (long) LONG.get(key, keyOffset + 2 * Long.BYTES);
        this.key3 = (long) LONG.get(key, keyOffset + 3 * Long.BYTES);
        this.salt = (int) INT.get(salt, saltOffset);
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
        return new LayerKey(key, 0, salt, 0);
    }

    static LayerKey at(byte[] material, int keyOffset, int saltOffset) {
        return new LayerKey(material, keyOffset, material, saltOffset);
    }

    /** The key itself, for a provider that wants an array of its own. */
    byte[] copyOfKey() {
        byte[] copy = new byte[KEY_BYTES];
        LONG.set(copy, 0, key0);
        LONG.set(copy, Long.BYTES, key1);
        LONG.set(copy, 2 * Long.BYTES, key2);
        LONG.set(copy, 3 * Long.BYTES, key3);
        return copy;
    }

    void copySaltTo(byte[] nonce) {
        INT.set(nonce, 0, salt);
    }

    /** Overwrites the key. */
    @Override
    public void destroy() {
        destroyed = true;
        key0 = 0;
        key1 = 0;
        key2 = 0;
        key3 = 0;
        salt = 0;
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

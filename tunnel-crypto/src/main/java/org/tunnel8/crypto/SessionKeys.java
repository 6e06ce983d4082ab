package org.tunnel8.crypto;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import javax.security.auth.Destroyable;

/**
 * What the owner of a circuit and one hop share: one key per direction (PROTOCOL.md §7). Prints nothing.
 *
 * <p>Immutable until destroyed; engine thread only once in use.
 */
public final class SessionKeys implements Destroyable {
    /** Size of the secret that the keys are derived from. */
    public static final int SHARED_SECRET_BYTES = 64;

    private static final byte[] INFO = "key_generation".getBytes(StandardCharsets.US_ASCII);
    private static final int MATERIAL_BYTES = 2 * (LayerKey.KEY_BYTES + LayerKey.SALT_BYTES);

    private final LayerKey forward;
    private final LayerKey backward;

    private SessionKeys(LayerKey forward, LayerKey backward) {
        this.forward = forward;
        this.backward = backward;
    }

    /**
     * Derives the keys from the outcome of the key agreement.
     *
     * @param sharedSecret the ephemeral shared key, then the permanent one: 64 bytes
     * @return the keys
     * @throws IllegalArgumentException if there are not 64 bytes
     */
    public static SessionKeys derive(byte[] sharedSecret) {
        if (sharedSecret.length != SHARED_SECRET_BYTES) {
            throw new IllegalArgumentException("the shared secret has 64 bytes, not " + sharedSecret.length);
        }
        byte[] material = material(sharedSecret);
        SessionKeys keys = split(material);
        Arrays.fill(material, (byte) 0);
        return keys;
    }

    static SessionKeys split(byte[] material) {
        int salts = 2 * LayerKey.KEY_BYTES;
        return new SessionKeys(
                LayerKey.at(material, LayerKey.KEY_BYTES, salts + LayerKey.SALT_BYTES),
                LayerKey.at(material, 0, salts));
    }

    /** HKDF-Expand (RFC 5869) with SHA-256: both keys, then both salts, backward first. */
    static byte[] material(byte[] sharedSecret) {
        byte[] material = new byte[MATERIAL_BYTES];
        byte[] block = {};
        int filled = 0;
        for (byte number = 1; filled < MATERIAL_BYTES; number++) {
            block = Digests.hmacSha256(sharedSecret, block, INFO, new byte[] {number});
            int taken = Math.min(block.length, MATERIAL_BYTES - filled);
            System.arraycopy(block, 0, material, filled, taken);
            filled += taken;
        }
        return material;
    }

    /**
     * Puts keys together that are known from elsewhere, as recordings and tests need it.
     *
     * @param forward the key away from the owner
     * @param backward the key towards the owner
     * @return the keys
     */
    public static SessionKeys of(LayerKey forward, LayerKey backward) {
        return new SessionKeys(forward, backward);
    }

    /**
     * The key of what travels away from the owner.
     *
     * @return always the same object
     */
    public LayerKey forward() {
        return forward;
    }

    /**
     * The key of what travels towards the owner.
     *
     * @return always the same object
     */
    public LayerKey backward() {
        return backward;
    }

    /** Overwrites both keys. */
    @Override
    public void destroy() {
        forward.destroy();
        backward.destroy();
    }

    @Override
    public boolean isDestroyed() {
        return forward.isDestroyed() && backward.isDestroyed();
    }

    @Override
    public String toString() {
        return "session keys";
    }
}

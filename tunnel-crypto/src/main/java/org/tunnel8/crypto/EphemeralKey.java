package org.tunnel8.crypto;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import javax.security.auth.Destroyable;

/**
 * A Curve25519 key pair for one key agreement (PROTOCOL.md §7). Prints nothing.
 *
 * <p>Immutable until destroyed, and thread-safe; destroying it while it is used elsewhere is the caller's error.
 */
public final class EphemeralKey implements Destroyable {
    /** Size of the secret and of the public key. */
    public static final int LENGTH_BYTES = Curve25519.KEY_BYTES;

    private final byte[] secret;
    private final byte[] publicKey;
    private volatile boolean destroyed;

    private EphemeralKey(byte[] secret) {
        this.secret = secret;
        this.publicKey = Curve25519.publicKey(secret);
    }

    /**
     * Makes a new pair.
     *
     * @param random where its 32 bytes come from; in production a {@link java.security.SecureRandom}
     * @return the pair
     */
    public static EphemeralKey generate(RandomGenerator random) {
        byte[] secret = new byte[LENGTH_BYTES];
        random.nextBytes(secret);
        return new EphemeralKey(secret);
    }

    /**
     * Makes the pair that belongs to a known secret, as recordings and tests need it.
     *
     * @param secret 32 bytes, which need not be clamped; copied
     * @return the pair
     * @throws IllegalArgumentException if there are not 32 bytes
     */
    public static EphemeralKey of(byte[] secret) {
        if (secret.length != LENGTH_BYTES) {
            throw new IllegalArgumentException("a Curve25519 secret has 32 bytes, not " + secret.length);
        }
        return new EphemeralKey(secret.clone());
    }

    /**
     * What the other side is sent.
     *
     * @return a new array of 32 bytes
     */
    public byte[] publicKey() {
        return publicKey.clone();
    }

    /** The key that this pair shares with another. */
    byte[] sharedKey(byte[] theirPublic) throws CryptoFailure {
        if (destroyed) {
            throw new IllegalStateException("this ephemeral key was destroyed");
        }
        return Curve25519.sharedKey(secret, theirPublic);
    }

    /** Overwrites the secret. */
    @Override
    public void destroy() {
        destroyed = true;
        Arrays.fill(secret, (byte) 0);
    }

    @Override
    public boolean isDestroyed() {
        return destroyed;
    }

    @Override
    public String toString() {
        return "ephemeral key";
    }
}

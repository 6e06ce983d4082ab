package org.tunnel8.crypto;

import java.util.Arrays;
import java.util.Objects;
import java.util.random.RandomGenerator;
import javax.security.auth.Destroyable;

/**
 * A member's secret key: what it signs with, and what makes it the hop that others think they talk to (PROTOCOL.md
 * §3). Prints as its owner's label and nothing else.
 *
 * <p>Immutable until destroyed, and thread-safe; destroying it while it is used elsewhere is the caller's error.
 */
public final class IdentityKey implements Destroyable {
    /** Size of the key as it is stored. */
    public static final int LENGTH_BYTES = LibNaClForm.LENGTH_BYTES;

    private final byte[] encryptionSecret;
    private final byte[] signingSeed;
    private final byte[] signingPublic;
    private final PublicKey publicKey;
    private volatile boolean destroyed;

    private IdentityKey(byte[] encryptionSecret, byte[] signingSeed) {
        this.encryptionSecret = encryptionSecret;
        this.signingSeed = signingSeed;
        this.signingPublic = EdSignature.publicKey(signingSeed);
        this.publicKey = PublicKey.of(Curve25519.publicKey(encryptionSecret), signingPublic);
    }

    /**
     * Makes a new identity.
     *
     * @param random where its 64 bytes come from; in production a {@link java.security.SecureRandom}
     * @return the key
     */
    public static IdentityKey generate(RandomGenerator random) {
        byte[] encryptionSecret = new byte[LibNaClForm.HALF_BYTES];
        byte[] signingSeed = new byte[LibNaClForm.HALF_BYTES];
        random.nextBytes(encryptionSecret);
        random.nextBytes(signingSeed);
        return new IdentityKey(encryptionSecret, signingSeed);
    }

    /**
     * Reads a stored key: exactly 74 bytes in the network's usual form.
     *
     * @param libNaClSecret the key; copied
     * @return the key
     * @throws CryptoFailure if the bytes are not such a key
     */
    public static IdentityKey parse(byte[] libNaClSecret) throws CryptoFailure {
        if (libNaClSecret.length != LENGTH_BYTES || !LibNaClForm.startsAsSecretKey(libNaClSecret)) {
            throw new CryptoFailure("a stored identity is the text LibNaCLSK: and 64 bytes");
        }
        return new IdentityKey(
                Arrays.copyOfRange(libNaClSecret, LibNaClForm.ENCRYPTION_OFFSET, LibNaClForm.SIGNING_OFFSET),
                Arrays.copyOfRange(libNaClSecret, LibNaClForm.SIGNING_OFFSET, LENGTH_BYTES));
    }

    /**
     * The key as it is stored. Whoever reads these bytes is this member.
     *
     * @return a new array of 74 bytes
     * @throws IllegalStateException if the key was destroyed
     */
    public byte[] toBytes() {
        checkAlive();
        return LibNaClForm.secretKey(encryptionSecret, signingSeed);
    }

    /**
     * The half that others may know.
     *
     * @return the public key; stays usable after this one was destroyed
     */
    public PublicKey publicKey() {
        return publicKey;
    }

    /**
     * Signs with Ed25519 (RFC 8032).
     *
     * @param buffer holds what is signed
     * @param offset its first byte
     * @param length its size
     * @return a new array of 64 bytes
     * @throws IllegalStateException if the key was destroyed
     */
    public byte[] sign(byte[] buffer, int offset, int length) {
        checkAlive();
        Objects.checkFromIndexSize(offset, length, buffer.length);
        return EdSignature.sign(signingSeed, signingPublic, buffer, offset, length);
    }

    /** The key that X of a create message shares with this member's Curve25519 half. */
    byte[] sharedKey(byte[] theirPublic) throws CryptoFailure {
        checkAlive();
        return Curve25519.sharedKey(encryptionSecret, theirPublic);
    }

    private void checkAlive() {
        if (destroyed) {
            throw new IllegalStateException("this identity key was destroyed");
        }
    }

    /** Overwrites the secret. */
    @Override
    public void destroy() {
        destroyed = true;
        Arrays.fill(encryptionSecret, (byte) 0);
        Arrays.fill(signingSeed, (byte) 0);
    }

    @Override
    public boolean isDestroyed() {
        return destroyed;
    }

    @Override
    public String toString() {
        return "secret key of " + publicKey;
    }
}

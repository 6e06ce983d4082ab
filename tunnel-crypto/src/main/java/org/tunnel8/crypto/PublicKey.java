package org.tunnel8.crypto;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A member's public key: either the network's usual pair of a Curve25519 and an Ed25519 key, or a key on one of the
 * binary curves that old members and bootstrap servers sign with (PROTOCOL.md §3, D7).
 *
 * <p>Immutable. Equal if the bytes are equal. {@link #toString()} gives a label that holds for this run only and does
 * not tell the key (D12).
 */
public final class PublicKey {
    /** Size of the usual kind of key. */
    public static final int USUAL_LENGTH_BYTES = LibNaClForm.LENGTH_BYTES;

    private static final RecentKeys RECENT = new RecentKeys();

    private final byte[] bytes;
    private final @Nullable SectKey sect;
    private volatile @Nullable Mid mid;
    /** The hash code once it was asked for; threads that compute it at the same time get the same. */
    private int hash;

    private PublicKey(byte[] bytes, @Nullable SectKey sect) {
        this.bytes = bytes;
        this.sect = sect;
    }

    /**
     * Reads a key as it travels: exactly 74 bytes in the usual form, or the DER SubjectPublicKeyInfo of a point on
     * sect163k1, sect233k1, sect409k1, sect571k1 or sect571r1, in the one encoding the network writes.
     *
     * <p>Stricter than the network's own nodes, which drop what follows the 74 bytes, take a missing half and load
     * keys on any curve; nobody sends such keys.
     *
     * @param bytes the key; copied
     * @return the key
     * @throws CryptoFailure if the bytes are not such a key
     */
    public static PublicKey parse(byte[] bytes) throws CryptoFailure {
        return parse(bytes, 0, bytes.length);
    }

    /**
     * As {@link #parse(byte[])}, from a piece of a buffer.
     *
     * @param buffer holds the key; copied
     * @param offset its first byte
     * @param length its size
     * @return the key
     * @throws CryptoFailure if the bytes are not such a key
     */
    public static PublicKey parse(byte[] buffer, int offset, int length) throws CryptoFailure {
        Objects.checkFromIndexSize(offset, length, buffer.length);
        PublicKey recent = RECENT.find(buffer, offset, length);
        if (recent != null) {
            return recent;
        }
        byte[] copy = Arrays.copyOfRange(buffer, offset, offset + length);
        PublicKey key = ofOwnBytes(copy);
        RECENT.enter(key, copy);
        return key;
    }

    private static PublicKey ofOwnBytes(byte[] bytes) throws CryptoFailure {
        if (LibNaClForm.startsAsPublicKey(bytes)) {
            if (bytes.length != USUAL_LENGTH_BYTES) {
                throw new CryptoFailure("a Curve25519 and Ed25519 public key has 74 bytes");
            }
            return new PublicKey(bytes, null);
        }
        SectKey sect = SectKey.parse(bytes);
        if (sect == null) {
            throw new CryptoFailure("not a public key of a known kind");
        }
        return new PublicKey(bytes, sect);
    }

    static PublicKey of(byte[] encryptionHalf, byte[] signingHalf) {
        return new PublicKey(LibNaClForm.publicKey(encryptionHalf, signingHalf), null);
    }

    /**
     * The key as it travels.
     *
     * @return a new array of {@link #length()} bytes
     */
    public byte[] toBytes() {
        return bytes.clone();
    }

    /**
     * Writes the key as it travels.
     *
     * @param buffer where to
     * @param offset first of {@link #length()} bytes
     */
    public void copyTo(byte[] buffer, int offset) {
        System.arraycopy(bytes, 0, buffer, offset, bytes.length);
    }

    /**
     * How many bytes the key has on the wire.
     *
     * @return 74 for the usual kind; 66, 84, 128 or 170 for the binary curves
     */
    public int length() {
        return bytes.length;
    }

    /**
     * The name of the key's owner.
     *
     * @return the mid
     */
    public Mid mid() {
        Mid known = mid;
        if (known == null) {
            known = Mid.ofPublicKey(bytes);
            mid = known;
        }
        return known;
    }

    /**
     * How many bytes a signature under this key has.
     *
     * @return 64 for the usual kind; 42, 60, 104 or 144 for the binary curves
     */
    public int signatureLength() {
        return sect == null ? EdSignature.LENGTH_BYTES : sect.signatureLength();
    }

    /**
     * Whether the owner can be a hop of a circuit, for which its key needs a Curve25519 half.
     *
     * @return true for the usual kind of key
     */
    public boolean isTunnelCompatible() {
        return sect == null;
    }

    /**
     * Checks a signature that lies in the same buffer as what it signs: Ed25519 by libsodium's rules, or ECDSA with
     * SHA-1. A signature under the large binary curves takes milliseconds to check.
     *
     * @param buffer holds both
     * @param offset first signed byte
     * @param length number of signed bytes
     * @param signatureOffset first of {@link #signatureLength()} bytes of signature
     * @return true if the signature is the key's; false if not, or if the buffer ends within it
     * @throws IndexOutOfBoundsException if the signed bytes or the signature's start are not within the buffer
     */
    public boolean verify(byte[] buffer, int offset, int length, int signatureOffset) {
        Objects.checkFromIndexSize(offset, length, buffer.length);
        Objects.checkFromToIndex(signatureOffset, buffer.length, buffer.length);
        if (buffer.length - signatureOffset < signatureLength()) {
            return false;
        }
        return sect == null
                ? EdSignature.verify(bytes, LibNaClForm.SIGNING_OFFSET, buffer, offset, length, signatureOffset)
                : sect.verify(buffer, offset, length, signatureOffset);
    }

    /**
     * Compares with a key on the wire without copying it.
     *
     * @param buffer holds the other key
     * @param offset its first byte
     * @param length its size
     * @return true if the bytes are this key's
     */
    public boolean sameBytes(byte[] buffer, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, buffer.length);
        return Arrays.equals(bytes, 0, bytes.length, buffer, offset, offset + length);
    }

    /**
     * The half of the key with which circuits are agreed on.
     *
     * @return a new array of 32 bytes
     * @throws IllegalStateException if the key is not tunnel compatible
     */
    public byte[] encryptionKey() {
        if (sect != null) {
            throw new IllegalStateException("a key on " + sect.curveName() + " has no Curve25519 half");
        }
        return Arrays.copyOfRange(bytes, LibNaClForm.ENCRYPTION_OFFSET, LibNaClForm.SIGNING_OFFSET);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof PublicKey that
                        && hashCode() == that.hashCode()
                        && Arrays.equals(bytes, that.bytes));
    }

    @Override
    public int hashCode() {
        int known = hash;
        if (known == 0) {
            known = Arrays.hashCode(bytes);
            hash = known;
        }
        return known;
    }

    @Override
    public String toString() {
        return mid().toString();
    }
}

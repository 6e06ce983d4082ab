package org.tunnel8.crypto;

import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The 20 bytes by which the network names a member: the SHA-1 of its public key as it travels (PROTOCOL.md §3).
 *
 * <p>Immutable. Equal if the bytes are equal. {@link #toString()} gives the same label as the key's own and cannot be
 * traced back to the mid (D12).
 */
public final class Mid {
    /** Size of a mid. */
    public static final int LENGTH_BYTES = 20;

    private final byte[] bytes;

    private Mid(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Wraps a mid that is already known.
     *
     * @param bytes 20 bytes; copied
     * @return the mid
     * @throws IllegalArgumentException if there are not 20 bytes
     */
    public static Mid of(byte[] bytes) {
        if (bytes.length != LENGTH_BYTES) {
            throw new IllegalArgumentException("a mid has " + LENGTH_BYTES + " bytes, not " + bytes.length);
        }
        return new Mid(bytes.clone());
    }

    static Mid ofPublicKey(byte[] publicKey) {
        return new Mid(Digests.sha1(publicKey, 0, publicKey.length));
    }

    /**
     * The mid as it travels.
     *
     * @return a new array of 20 bytes
     */
    public byte[] toBytes() {
        return bytes.clone();
    }

    /**
     * The mid as lower-case hex, for tools that show identities on purpose.
     *
     * @return 40 characters
     */
    public String toHex() {
        return HexFormat.of().formatHex(bytes);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Mid that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return PeerLabel.of(bytes);
    }
}

package org.tunnel8.crypto;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** How a pair of Curve25519 and Ed25519 keys is written: ten characters of text, then the two halves (PROTOCOL.md §3). */
final class LibNaClForm {
    static final int LENGTH_BYTES = 74;
    static final int HALF_BYTES = 32;
    static final int ENCRYPTION_OFFSET = 10;
    static final int SIGNING_OFFSET = ENCRYPTION_OFFSET + HALF_BYTES;

    private static final byte[] PUBLIC_PREFIX = "LibNaCLPK:".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SECRET_PREFIX = "LibNaCLSK:".getBytes(StandardCharsets.US_ASCII);

    private LibNaClForm() {}

    static boolean startsAsPublicKey(byte[] bytes) {
        return startsWith(bytes, PUBLIC_PREFIX);
    }

    static boolean startsAsSecretKey(byte[] bytes) {
        return startsWith(bytes, SECRET_PREFIX);
    }

    static byte[] publicKey(byte[] encryptionHalf, byte[] signingHalf) {
        return join(PUBLIC_PREFIX, encryptionHalf, signingHalf);
    }

    static byte[] secretKey(byte[] encryptionHalf, byte[] signingHalf) {
        return join(SECRET_PREFIX, encryptionHalf, signingHalf);
    }

    private static boolean startsWith(byte[] bytes, byte[] prefix) {
        return bytes.length >= prefix.length && Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
    }

    private static byte[] join(byte[] prefix, byte[] encryptionHalf, byte[] signingHalf) {
        byte[] joined = Arrays.copyOf(prefix, LENGTH_BYTES);
        System.arraycopy(encryptionHalf, 0, joined, ENCRYPTION_OFFSET, HALF_BYTES);
        System.arraycopy(signingHalf, 0, joined, SIGNING_OFFSET, HALF_BYTES);
        return joined;
    }
}

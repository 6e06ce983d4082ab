package org.tunnel8.crypto;

import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.bouncycastle.math.ec.rfc8032.Ed25519.PublicPoint;

/** Ed25519 (RFC 8032) under the rules of libsodium, which the network's nodes use (PROTOCOL.md §3). */
final class EdSignature {
    static final int LENGTH_BYTES = Ed25519.SIGNATURE_SIZE;

    private static final ProvenKeys PROVEN_KEYS = new ProvenKeys();

    private EdSignature() {}

    static byte[] publicKey(byte[] seed) {
        byte[] key = new byte[Ed25519.PUBLIC_KEY_SIZE];
        Ed25519.generatePublicKey(seed, 0, key, 0);
        return key;
    }

    static byte[] sign(byte[] seed, byte[] publicKey, byte[] buffer, int offset, int length) {
        byte[] signature = new byte[LENGTH_BYTES];
        Ed25519.sign(seed, 0, publicKey, 0, buffer, offset, length, signature, 0);
        return signature;
    }

    static boolean verify(byte[] publicKey, int keyOffset, byte[] buffer, int offset, int length, int signatureOffset) {
        // Bouncy Castle checks that S and the encodings are canonical and that neither point is of small order, but
        // tests the equation multiplied by a factor, under which a small-order remainder may vanish. With both points
        // in the prime-order group there is no remainder, and the verdict is libsodium's.
        PublicPoint proven = PROVEN_KEYS.point(publicKey, keyOffset);
        if (proven != null) {
            return Ed25519.verify(buffer, signatureOffset, proven, buffer, offset, length)
                    && Ed25519.validatePublicKeyFull(buffer, signatureOffset);
        }
        // The key last: a forger, who can have as many as he likes, is to cost no more than the equation.
        if (!Ed25519.verify(buffer, signatureOffset, publicKey, keyOffset, buffer, offset, length)
                || !Ed25519.validatePublicKeyFull(buffer, signatureOffset)) {
            return false;
        }
        PublicPoint point = Ed25519.validatePublicKeyFullExport(publicKey, keyOffset);
        if (point == null) {
            return false;
        }
        PROVEN_KEYS.add(publicKey, keyOffset, point);
        return true;
    }
}

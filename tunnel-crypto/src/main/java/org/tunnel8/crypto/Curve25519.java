package org.tunnel8.crypto;

import java.util.Arrays;
import org.bouncycastle.crypto.engines.Salsa20Engine;
import org.bouncycastle.math.ec.rfc7748.X25519;
import org.bouncycastle.util.Pack;

/** Diffie-Hellman on Curve25519 as NaCl does it: X25519 (RFC 7748), then HSalsa20 over the result (PROTOCOL.md §7). */
final class Curve25519 {
    static final int KEY_BYTES = X25519.POINT_SIZE;

    private static final int ROUNDS = 20;

    /** "expand 32-byte k", the constant of Salsa20 with a 32-byte key. */
    private static final int[] SIGMA = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};

    private Curve25519() {}

    /** The public key that belongs to a secret; the secret need not be clamped. */
    static byte[] publicKey(byte[] secret) {
        byte[] point = new byte[KEY_BYTES];
        X25519.scalarMultBase(secret, 0, point, 0);
        return point;
    }

    /** X25519 itself. */
    static byte[] agree(byte[] secret, byte[] publicKey) throws CryptoFailure {
        if (publicKey.length != KEY_BYTES) {
            throw new CryptoFailure("a Curve25519 public key has 32 bytes");
        }
        byte[] shared = new byte[KEY_BYTES];
        if (!X25519.calculateAgreement(secret, 0, publicKey, 0, shared, 0)) {
            throw new CryptoFailure("the Curve25519 public key is a low-order point");
        }
        return shared;
    }

    /** The shared key of two parties, NaCl's "beforenm". */
    static byte[] sharedKey(byte[] secret, byte[] publicKey) throws CryptoFailure {
        byte[] shared = agree(secret, publicKey);
        byte[] key = hsalsa20(shared);
        Arrays.fill(shared, (byte) 0);
        return key;
    }

    /** HSalsa20 with 16 zero bytes as input. */
    private static byte[] hsalsa20(byte[] key) {
        int[] state = new int[16];
        state[0] = SIGMA[0];
        state[5] = SIGMA[1];
        state[10] = SIGMA[2];
        state[15] = SIGMA[3];
        Pack.littleEndianToInt(key, 0, state, 1, 4);
        Pack.littleEndianToInt(key, 16, state, 11, 4);
        int[] mixed = new int[16];
        Salsa20Engine.salsaCore(ROUNDS, state, mixed);
        byte[] out = new byte[KEY_BYTES];
        // salsaCore ends with adding its input, which HSalsa20 leaves out; what it reads is where the constant and the
        // sixteen input bytes stood.
        for (int i = 0; i < 4; i++) {
            Pack.intToLittleEndian(mixed[5 * i] - state[5 * i], out, 4 * i);
            Pack.intToLittleEndian(mixed[6 + i] - state[6 + i], out, 16 + 4 * i);
        }
        Arrays.fill(state, 0);
        Arrays.fill(mixed, 0);
        return out;
    }
}

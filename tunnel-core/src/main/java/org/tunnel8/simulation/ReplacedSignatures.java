package org.tunnel8.simulation;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.crypto.SignatureScheme;

/**
 * A digest of key and content in a signature's place, as long as a signature. Whoever does not take the trouble to compute
 * it is found out, as a forger of signatures is.
 */
final class ReplacedSignatures implements SignatureScheme {
    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long FILLING = 0x7065_7274_656e_6400L;

    @Override
    public byte[] sign(IdentityKey signer, byte[] buffer, int offset, int length) {
        PublicKey key = signer.publicKey();
        byte[] signature = new byte[key.signatureLength()];
        WORDS.set(signature, 0, digest(key, buffer, offset, length));
        for (int at = Long.BYTES; at + Long.BYTES <= signature.length; at += Long.BYTES) {
            WORDS.set(signature, at, FILLING);
        }
        return signature;
    }

    @Override
    public boolean verify(PublicKey signer, byte[] buffer, int offset, int length, int signatureOffset) {
        return signer.signatureLength() <= buffer.length - signatureOffset
                && (long) WORDS.get(buffer, signatureOffset) == digest(signer, buffer, offset, length)
                && isFilled(buffer, signatureOffset + Long.BYTES, signatureOffset + signer.signatureLength());
    }

    /** Every byte counts, as in a real signature: whoever damages one is found out. */
    private static boolean isFilled(byte[] buffer, int from, int end) {
        for (int at = from; at + Long.BYTES <= end; at += Long.BYTES) {
            if ((long) WORDS.get(buffer, at) != FILLING) {
                return false;
            }
        }
        return true;
    }

    private static long digest(PublicKey key, byte[] buffer, int offset, int length) {
        return SeededRandom.mix(EventLog.hash(buffer, offset, length) ^ key.hashCode());
    }
}

package org.tunnel8.crypto;

import java.math.BigInteger;
import java.util.Arrays;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.jspecify.annotations.Nullable;

/** A public key on a binary curve, whose signatures are ECDSA over SHA-1: r, then s, each padded to half the length. */
final class SectKey {
    private final SectCurve curve;
    private final ECPublicKeyParameters point;

    private SectKey(SectCurve curve, ECPublicKeyParameters point) {
        this.curve = curve;
        this.point = point;
    }

    /** Reads a key, or gives null if the bytes are none or their point is not one of the curve's group. */
    static @Nullable SectKey parse(byte[] key) {
        SectCurve curve = SectCurve.of(key);
        if (curve == null) {
            return null;
        }
        byte[] encoded = Arrays.copyOfRange(key, curve.pointOffset(), key.length);
        try {
            return new SectKey(
                    curve, new ECPublicKeyParameters(curve.domain().getCurve().decodePoint(encoded), curve.domain()));
        } catch (IllegalArgumentException notOnTheCurve) {
            return null;
        }
    }

    String curveName() {
        return curve.curveName();
    }

    int signatureLength() {
        return 2 * curve.fieldBytes();
    }

    boolean verify(byte[] buffer, int offset, int length, int signatureOffset) {
        int half = curve.fieldBytes();
        BigInteger r = new BigInteger(1, buffer, signatureOffset, half);
        BigInteger s = new BigInteger(1, buffer, signatureOffset + half, half);
        ECDSASigner verifier = new ECDSASigner();
        verifier.init(false, point);
        return verifier.verifySignature(Digests.sha1(buffer, offset, length), r, s);
    }
}

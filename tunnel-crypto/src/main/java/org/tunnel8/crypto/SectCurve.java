package org.tunnel8.crypto;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.jspecify.annotations.Nullable;

/**
 * The binary curves that bootstrap servers and old members sign with (PROTOCOL.md §3, D7).
 *
 * <p>A key on one of them is a DER SubjectPublicKeyInfo that names the curve and holds an uncompressed point. All such
 * keys of one curve have one length and differ in the two coordinates only, so that comparing what stands in front of
 * them is the whole of a strict parse.
 */
final class SectCurve {
    private static final List<SectCurve> ALL = List.of(
            new SectCurve("sect163k1", 163, "3040301006072a8648ce3d020106052b81040001032c0004"),
            new SectCurve("sect233k1", 233, "3052301006072a8648ce3d020106052b8104001a033e0004"),
            new SectCurve("sect409k1", 409, "307e301006072a8648ce3d020106052b81040024036a0004"),
            new SectCurve("sect571k1", 571, "3081a7301006072a8648ce3d020106052b810400260381920004"),
            new SectCurve("sect571r1", 571, "3081a7301006072a8648ce3d020106052b810400270381920004"));

    private final String curveName;
    private final int fieldBytes;
    private final byte[] header;
    private volatile @Nullable ECDomainParameters domain;

    private SectCurve(String curveName, int fieldBits, String header) {
        this.curveName = curveName;
        this.fieldBytes = (fieldBits + 7) / 8;
        this.header = HexFormat.of().parseHex(header);
    }

    /** The curve that a key names, or null if the bytes are not a key on one of these curves. */
    static @Nullable SectCurve of(byte[] key) {
        for (SectCurve curve : ALL) {
            if (key.length == curve.keyBytes()
                    && Arrays.equals(key, 0, curve.header.length, curve.header, 0, curve.header.length)) {
                return curve;
            }
        }
        return null;
    }

    String curveName() {
        return curveName;
    }

    /** Size of a coordinate, and of each half of a signature. */
    int fieldBytes() {
        return fieldBytes;
    }

    int keyBytes() {
        return header.length + 2 * fieldBytes;
    }

    /** Where the encoded point starts: at the byte that says "uncompressed". */
    int pointOffset() {
        return header.length - 1;
    }

    /** The curve's parameters; made on first use, since few runs meet more than one of these curves. */
    ECDomainParameters domain() {
        ECDomainParameters known = domain;
        if (known == null) {
            known = new ECDomainParameters(CustomNamedCurves.getByName(curveName));
            domain = known;
        }
        return known;
    }
}

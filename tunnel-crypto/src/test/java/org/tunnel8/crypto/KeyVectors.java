package org.tunnel8.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.ec.CustomNamedCurves;

/** Runs every entry of keys.json. */
final class KeyVectors {
    private static final byte[] PUBLIC_PREFIX = "LibNaCLPK:".getBytes(StandardCharsets.US_ASCII);

    private KeyVectors() {}

    static int run(VectorFile file) {
        file.each("keys", KeyVectors::key);
        file.each("signature_checks", KeyVectors::signatureCheck);
        file.each("m2crypto_keys", KeyVectors::sectKey);
        file.each("public_key_parsing", KeyVectors::publicKeyParsing);
        file.each("private_key_parsing", KeyVectors::privateKeyParsing);
        return file.finish();
    }

    private static void key(VectorFile.Entry entry) {
        boolean compatible = entry.flag("tunnel_compatible");
        PublicKey key = keyObject(entry).publicKey();
        assertThat(key.isTunnelCompatible()).as(entry.where()).isEqualTo(compatible);
    }

    /** Checks a key object of any file, and gives its key. */
    static IdentityKey keyObject(VectorFile.Entry entry) {
        byte[] stored = entry.bytes("private_key_bin");
        byte[] sent = entry.bytes("public_key_bin");
        IdentityKey identity = identity(stored);
        PublicKey key = publicKey(sent);
        assertThat(identity.toBytes()).as(entry.where()).isEqualTo(stored);
        assertThat(identity.publicKey()).as(entry.where()).isEqualTo(key).hasSameHashCodeAs(key);
        assertThat(key.toBytes()).isEqualTo(sent).hasSize(key.length());
        assertThat(key.signatureLength()).isEqualTo(64);
        assertThat(key.mid().toBytes()).as(entry.where()).isEqualTo(entry.bytes("mid"));
        assertThat(Arrays.copyOfRange(stored, 10, 42)).isEqualTo(entry.bytes("curve25519_secret"));
        assertThat(Arrays.copyOfRange(stored, 42, 74)).isEqualTo(entry.bytes("ed25519_seed"));
        assertThat(key.encryptionKey()).isEqualTo(entry.bytes("curve25519_public"));
        assertThat(Arrays.copyOfRange(sent, 42, 74)).isEqualTo(entry.bytes("ed25519_public"));
        if (entry.has("signatures")) {
            entry.each("signatures", signature -> {
                byte[] message = signature.bytes("message");
                byte[] expected = signature.bytes("signature");
                assertThat(identity.sign(message, 0, message.length))
                        .as(entry.where())
                        .isEqualTo(expected);
                assertThat(verifies(key, message, expected)).as(entry.where()).isTrue();
            });
        }
        entry.describedBy("name");
        return identity;
    }

    private static void signatureCheck(VectorFile.Entry entry) {
        PublicKey key = publicKey(entry.bytes("public_key_bin"));
        assertThat(verifies(key, entry.bytes("message"), entry.bytes("signature")))
                .as(entry.where())
                .isEqualTo(entry.flag("valid"));
    }

    private static void sectKey(VectorFile.Entry entry) {
        byte[] sent = entry.bytes("public_key_bin");
        PublicKey key = publicKey(sent);
        String curve = entry.text("curve");
        assertThat(key.toBytes()).as(entry.where()).isEqualTo(sent);
        assertThat(key.length()).as(entry.where()).isEqualTo((int) entry.number("public_key_length"));
        assertThat(key.mid().toBytes()).as(entry.where()).isEqualTo(entry.bytes("mid"));
        assertThat(key.signatureLength()).as(entry.where()).isEqualTo((int) entry.number("signature_length"));
        assertThat(key.isTunnelCompatible()).as(entry.where()).isEqualTo(entry.flag("tunnel_compatible"));
        assertThat(sectPrivateKey(entry.bytes("private_key_der"), curve))
                .as(entry.where())
                .isEqualTo(sent);
        assertThat(entry.text("security_level"))
                .as(entry.where())
                .isEqualTo(
                        switch (curve) {
                            case "sect163k1" -> "very-low";
                            case "sect233k1" -> "low";
                            case "sect409k1" -> "medium";
                            case "sect571r1", "sect571k1" -> "high";
                            default -> fail("unknown curve %s", curve);
                        });
        entry.each("signatures", signature -> {
            byte[] message = signature.bytes("message");
            byte[] recorded = signature.bytes("signature");
            assertThat(recorded).hasSize(key.signatureLength());
            assertThat(verifies(key, message, recorded)).as(entry.where()).isTrue();
            recorded[recorded.length - 1] ^= 1;
            assertThat(verifies(key, message, recorded)).as(entry.where()).isFalse();
            assertThat(signature.flag("recorded_once")).isTrue();
        });
        entry.describedBy("name");
    }

    /** The public key that belongs to a private one, which has to be in the one encoding that DER allows. */
    private static byte[] sectPrivateKey(byte[] der, String curve) {
        try {
            ECPrivateKey key = ECPrivateKey.getInstance(ASN1Primitive.fromByteArray(der));
            ASN1ObjectIdentifier oid = ASN1ObjectIdentifier.getInstance(key.getParametersObject());
            assertThat(CustomNamedCurves.getName(oid)).isEqualTo(curve);
            var parameters = CustomNamedCurves.getByOID(oid);
            BigInteger secret = key.getKey();
            byte[] point = parameters.getG().multiply(secret).normalize().getEncoded(false);
            assertThat(new ECPrivateKey(parameters.getN().bitLength(), secret, new DERBitString(point), oid)
                            .getEncoded())
                    .isEqualTo(der);
            var algorithm = new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, oid);
            return new SubjectPublicKeyInfo(algorithm, point).getEncoded();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void publicKeyParsing(VectorFile.Entry entry) {
        byte[] input = entry.bytes("input");
        boolean accepted = entry.flag("accepted");
        entry.describedBy("error", "reserialize_error", "signature_length_error");
        if (!accepted) {
            assertThatThrownBy(() -> PublicKey.parse(input)).as(entry.where()).isInstanceOf(CryptoFailure.class);
            return;
        }
        String kind = entry.text("class");
        boolean compatible = entry.flag("tunnel_compatible");
        assertThat(compatible).as(entry.where()).isEqualTo(kind.equals("LibNaCLPK"));
        assertThat(kind).as(entry.where()).isIn("LibNaCLPK", "M2CryptoPK");
        if (isStricterHere(input)) {
            assertThatThrownBy(() -> PublicKey.parse(input)).as(entry.where()).isInstanceOf(CryptoFailure.class);
            recordedLaxness(entry, input);
            return;
        }
        PublicKey key = publicKey(input);
        assertThat(key.isTunnelCompatible()).as(entry.where()).isEqualTo(compatible);
        assertThat(key.toBytes()).as(entry.where()).isEqualTo(entry.bytes("reserialized"));
        assertThat(key.mid().toBytes()).as(entry.where()).isEqualTo(entry.bytes("mid"));
        assertThat(key.signatureLength()).as(entry.where()).isEqualTo((int) entry.number("signature_length"));
    }

    /** The network's usual kind in another length than 74, nothing at all, and curves other than the known five. */
    private static boolean isStricterHere(byte[] input) {
        boolean usual = input.length >= 10 && Arrays.equals(input, 0, 10, PUBLIC_PREFIX, 0, 10);
        return usual ? input.length != 74 : input.length == 0 || !namesAKnownCurve(input);
    }

    private static boolean namesAKnownCurve(byte[] input) {
        String hex = HexFormat.of().formatHex(input);
        return List.of("01", "1a", "24", "26", "27").stream()
                .anyMatch(end -> hex.contains("06052b810400" + end + "03"));
    }

    /** What the recording says of a key that is refused here still has to make sense. */
    private static void recordedLaxness(VectorFile.Entry entry, byte[] input) {
        if (entry.has("reserialized")) {
            byte[] reserialized = entry.bytes("reserialized");
            boolean usual = entry.text("class").equals("LibNaCLPK");
            assertThat(reserialized)
                    .as(entry.where())
                    .isEqualTo(usual ? Arrays.copyOf(input, Math.min(input.length, 74)) : input);
            assertThat(Mid.ofPublicKey(reserialized).toBytes())
                    .as(entry.where())
                    .isEqualTo(entry.bytes("mid"));
        }
        if (entry.has("signature_length")) {
            assertThat(entry.number("signature_length")).as(entry.where()).isEqualTo(64);
        }
    }

    private static void privateKeyParsing(VectorFile.Entry entry) {
        byte[] input = entry.bytes("input");
        boolean accepted = entry.flag("accepted");
        entry.describedBy("error");
        if (!accepted) {
            assertThatThrownBy(() -> IdentityKey.parse(input)).as(entry.where()).isInstanceOf(CryptoFailure.class);
            return;
        }
        byte[] publicKey = entry.bytes("public_key_bin");
        if (input.length != 74) {
            assertThatThrownBy(() -> IdentityKey.parse(input)).as(entry.where()).isInstanceOf(CryptoFailure.class);
            if (input.length == 10) {
                // The bare text makes the recording program invent a key, so that any may be there.
                assertThat(publicKey(publicKey).isTunnelCompatible()).isTrue();
                return;
            }
        }
        assertThat(identity(Arrays.copyOf(input, 74)).publicKey().toBytes())
                .as(entry.where())
                .isEqualTo(publicKey);
    }

    private static boolean verifies(PublicKey key, byte[] message, byte[] signature) {
        byte[] buffer = Arrays.copyOf(message, message.length + signature.length);
        System.arraycopy(signature, 0, buffer, message.length, signature.length);
        return key.verify(buffer, 0, message.length, message.length);
    }

    static PublicKey publicKey(byte[] bytes) {
        try {
            return PublicKey.parse(bytes);
        } catch (CryptoFailure e) {
            return fail("a good public key is refused", e);
        }
    }

    static IdentityKey identity(byte[] bytes) {
        try {
            return IdentityKey.parse(bytes);
        } catch (CryptoFailure e) {
            return fail("a good secret key is refused", e);
        }
    }
}

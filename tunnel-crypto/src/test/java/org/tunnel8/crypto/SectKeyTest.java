package org.tunnel8.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ParametersWithRandom;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.math.ec.ECFieldElement;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SectKeyTest {
    private static final long SEED = seed();

    private final Random random = new Random(SEED);

    private static long seed() {
        long seed = Long.getLong("tunnel8.seed", new SecureRandom().nextLong());
        System.out.println("SectKeyTest: -Dtunnel8.seed=" + seed);
        return seed;
    }

    /** A curve with the sizes that the protocol's description gives. */
    record Curve(String name, int keyBytes, int signatureBytes) {
        ECDomainParameters domain() {
            return new ECDomainParameters(CustomNamedCurves.getByName(name));
        }

        BigInteger order() {
            return domain().getN();
        }

        byte[] encode(byte[] point) {
            var oid = CustomNamedCurves.getOID(name);
            try {
                return new SubjectPublicKeyInfo(new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, oid), point)
                        .getEncoded();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        byte[] encode(BigInteger secret) {
            return encode(domain().getG().multiply(secret).normalize().getEncoded(false));
        }
    }

    static List<Curve> curves() {
        return List.of(
                new Curve("sect163k1", 66, 42),
                new Curve("sect233k1", 84, 60),
                new Curve("sect409k1", 128, 104),
                new Curve("sect571k1", 170, 144),
                new Curve("sect571r1", 170, 144));
    }

    @ParameterizedTest
    @MethodSource("curves")
    void aSignatureVerifiesAndEveryChangeIsNoticed(Curve curve) throws CryptoFailure {
        BigInteger secret = secret(curve);
        PublicKey key = PublicKey.parse(curve.encode(secret));
        byte[] buffer = new byte[50 + curve.signatureBytes() + 3];
        random.nextBytes(buffer);
        sign(curve, secret, buffer, 2, 48, 50);

        assertThat(key.verify(buffer, 2, 48, 50)).isTrue();
        for (int changed : new int[] {2, 49, 50 + curve.signatureBytes() / 2 - 1, 50 + curve.signatureBytes() - 1}) {
            buffer[changed] ^= 1;
            assertThat(key.verify(buffer, 2, 48, 50)).as("byte %d", changed).isFalse();
            buffer[changed] ^= 1;
        }
        assertThat(key.verify(buffer, 2, 48, 50)).isTrue();
        assertThat(key.verify(buffer, 2, 48, 51)).isFalse();
        assertThat(key.verify(buffer, 2, 48, buffer.length)).isFalse();
    }

    @ParameterizedTest
    @MethodSource("curves")
    void aKeyIsNoTunnelKeyAndHasTheKnownSizes(Curve curve) throws CryptoFailure {
        byte[] encoded = curve.encode(secret(curve));
        PublicKey key = PublicKey.parse(encoded);

        assertThat(key.toBytes()).isEqualTo(encoded);
        assertThat(key.length()).isEqualTo(curve.keyBytes());
        assertThat(key.signatureLength()).isEqualTo(curve.signatureBytes());
        assertThat(key.isTunnelCompatible()).isFalse();
        assertThatThrownBy(key::encryptionKey)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(curve.name());
        assertThatThrownBy(() -> KeyAgreement.initiate(EphemeralKey.generate(random), key, new byte[32], new byte[32]))
                .isInstanceOf(CryptoFailure.class);
    }

    @ParameterizedTest
    @MethodSource("curves")
    void numbersOutsideTheGroupOrderAreNoSignature(Curve curve) throws CryptoFailure {
        BigInteger secret = secret(curve);
        PublicKey key = PublicKey.parse(curve.encode(secret));
        int half = curve.signatureBytes() / 2;
        byte[] buffer = new byte[10 + curve.signatureBytes()];
        sign(curve, secret, buffer, 0, 10, 10);
        assertThat(key.verify(buffer, 0, 10, 10)).isTrue();

        BigInteger s = new BigInteger(1, buffer, 10 + half, half);
        put(s.add(curve.order()), half, buffer, 10 + half);
        assertThat(key.verify(buffer, 0, 10, 10)).isFalse();
        put(BigInteger.ZERO, half, buffer, 10 + half);
        assertThat(key.verify(buffer, 0, 10, 10)).isFalse();
        put(BigInteger.ZERO, half, buffer, 10);
        assertThat(key.verify(buffer, 0, 10, 10)).isFalse();
        Arrays.fill(buffer, 10, buffer.length, (byte) 0xff);
        assertThat(key.verify(buffer, 0, 10, 10)).isFalse();
    }

    @ParameterizedTest
    @MethodSource("curves")
    void onlyTheOneEncodingOfAPointOfTheGroupIsAKey(Curve curve) {
        byte[] good = curve.encode(secret(curve));
        for (int length = 0; length < good.length; length++) {
            isRefused(Arrays.copyOf(good, length));
        }
        isRefused(Arrays.copyOf(good, good.length + 1));
        for (int at = 0; at < good.length; at++) {
            byte[] changed = good.clone();
            changed[at] ^= (byte) (1 << random.nextInt(8));
            isRefused(changed);
        }
        isRefused(curve.encode(
                curve.domain().getG().multiply(secret(curve)).normalize().getEncoded(true)));
        isRefused(curve.encode(new byte[] {0}));
    }

    /** (0, √b) doubles to the neutral point. */
    @ParameterizedTest
    @MethodSource("curves")
    void thePointOfOrderTwoIsRefused(Curve curve) {
        ECDomainParameters domain = curve.domain();
        ECFieldElement y = domain.getCurve().getB().sqrt();
        byte[] zero = domain.getCurve().fromBigInteger(BigInteger.ZERO).getEncoded();
        byte[] point = new byte[1 + zero.length + zero.length];
        point[0] = 4;
        System.arraycopy(y.getEncoded(), 0, point, 1 + zero.length, zero.length);

        isRefused(curve.encode(point));
    }

    @ParameterizedTest
    @MethodSource("curves")
    void theCurvesAreTheOnesOfTheirNumbers(Curve curve) {
        assertThat(CustomNamedCurves.getOID(curve.name()))
                .isEqualTo(
                        switch (curve.name()) {
                            case "sect163k1" -> SECObjectIdentifiers.sect163k1;
                            case "sect233k1" -> SECObjectIdentifiers.sect233k1;
                            case "sect409k1" -> SECObjectIdentifiers.sect409k1;
                            case "sect571k1" -> SECObjectIdentifiers.sect571k1;
                            default -> SECObjectIdentifiers.sect571r1;
                        });
    }

    private static void isRefused(byte[] key) {
        assertThatThrownBy(() -> PublicKey.parse(key)).isInstanceOf(CryptoFailure.class);
    }

    private BigInteger secret(Curve curve) {
        return new BigInteger(curve.order().bitLength() - 1, random).add(BigInteger.ONE);
    }

    private static void sign(
            Curve curve, BigInteger secret, byte[] buffer, int offset, int length, int signatureOffset) {
        ECDSASigner signer = new ECDSASigner();
        signer.init(
                true, new ParametersWithRandom(new ECPrivateKeyParameters(secret, curve.domain()), new SecureRandom()));
        BigInteger[] signature = signer.generateSignature(Digests.sha1(buffer, offset, length));
        int half = curve.signatureBytes() / 2;
        put(signature[0], half, buffer, signatureOffset);
        put(signature[1], half, buffer, signatureOffset + half);
    }

    private static void put(BigInteger number, int length, byte[] buffer, int offset) {
        for (int i = 0; i < length; i++) {
            buffer[offset + i] = number.shiftRight(8 * (length - 1 - i)).byteValue();
        }
    }
}

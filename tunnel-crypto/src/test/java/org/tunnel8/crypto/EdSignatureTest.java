package org.tunnel8.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EdSignatureTest {
    private static final BigInteger P = BigInteger.ONE.shiftLeft(255).subtract(BigInteger.valueOf(19));
    private static final BigInteger ORDER =
            BigInteger.ONE.shiftLeft(252).add(new BigInteger("27742317777372353535851937790883648493"));
    private static final byte[] SEED = new byte[32];
    private static final byte[] NONCE_SEED =
            HexFormat.of().parseHex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");

    static Stream<List<String>> rfc8032() throws IOException {
        try (InputStream in = EdSignatureTest.class.getResourceAsStream("/rfc8032.txt")) {
            assertThat(in).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> List.of(line.split(";", -1)));
        }
    }

    @ParameterizedTest
    @MethodSource("rfc8032")
    void signsAndVerifiesAsTheRfcDoes(List<String> vector) {
        byte[] seed = HexFormat.of().parseHex(vector.get(1));
        byte[] key = HexFormat.of().parseHex(vector.get(2));
        byte[] message = HexFormat.of().parseHex(vector.get(3));
        byte[] signature = HexFormat.of().parseHex(vector.get(4));

        assertThat(EdSignature.publicKey(seed)).isEqualTo(key);
        assertThat(EdSignature.sign(seed, key, message, 0, message.length)).isEqualTo(signature);
        assertThat(verify(key, message, signature)).isTrue();
        for (int bit = 0; bit < 8 * signature.length; bit += 13) {
            byte[] changed = signature.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(verify(key, message, changed)).as("bit %d changed", bit).isFalse();
        }
    }

    /** S and S plus the group order sign the same; only the smaller counts. */
    @Test
    void aSecondFormOfASignatureIsRefused() {
        byte[] key = EdSignature.publicKey(SEED);
        byte[] message = {1, 2, 3};
        byte[] signature = EdSignature.sign(SEED, key, message, 0, message.length);
        BigInteger s = number(Arrays.copyOfRange(signature, 32, 64));

        assertThat(verify(key, message, signature)).isTrue();
        assertThat(verify(key, message, join(Arrays.copyOf(signature, 32), s.add(ORDER))))
                .isFalse();
    }

    /** With such a key, S = 0 and R = the neutral point would sign everything. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0100000000000000000000000000000000000000000000000000000000000000",
                "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "0000000000000000000000000000000000000000000000000000000000000000",
                "0000000000000000000000000000000000000000000000000000000000000080",
                "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
                "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
                "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
                "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
                "0100000000000000000000000000000000000000000000000000000000000080",
                "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"
            })
    void smallOrderKeysAndCommitmentsAreRefused(String point) {
        byte[] small = HexFormat.of().parseHex(point);
        byte[] neutral = new byte[32];
        neutral[0] = 1;
        byte[] usual = EdSignature.publicKey(SEED);
        for (byte message = 0; message < 16; message++) {
            byte[] signed = {message};
            assertThat(verify(small, signed, join(neutral, BigInteger.ZERO))).isFalse();
            assertThat(verify(small, signed, join(small, BigInteger.ZERO))).isFalse();
            BigInteger s =
                    challenge(small, usual, signed).multiply(scalar(SEED)).mod(ORDER);
            assertThat(verify(usual, signed, join(small, s))).isFalse();
        }
    }

    /**
     * The owner of a key can add the point of order 2 to R. The plain equation then fails, as libsodium's does, but one
     * multiplied by an even factor holds; Bouncy Castle's alone takes some of these.
     */
    @Test
    void aSmallOrderPartOfTheCommitmentIsRefused() {
        byte[] key = EdSignature.publicKey(SEED);
        byte[] commitment = plusOrderTwo(EdSignature.publicKey(NONCE_SEED));
        int takenByTheMultipliedEquation = 0;
        for (byte message = 0; message < 64; message++) {
            byte[] signed = {message};
            byte[] signature = forged(key, commitment, signed);
            assertThat(verify(key, signed, signature)).isFalse();
            if (Ed25519.verify(signature, 0, key, 0, signed, 0, signed.length)) {
                takenByTheMultipliedEquation++;
            }
        }
        assertThat(takenByTheMultipliedEquation).isPositive();
    }

    @Test
    void aKeyWithASmallOrderPartIsRefused() {
        byte[] key = plusOrderTwo(EdSignature.publicKey(SEED));
        byte[] commitment = EdSignature.publicKey(NONCE_SEED);
        for (byte message = 0; message < 64; message++) {
            byte[] signed = {message};
            assertThat(verify(key, signed, forged(key, commitment, signed))).isFalse();
        }
    }

    /** Once a signature of it was right, a key is not looked at again; its signatures are. */
    @Test
    void aProvenKeysSignaturesAreJudgedLikeTheFirst() {
        byte[] key = EdSignature.publicKey(SEED);
        byte[] commitment = plusOrderTwo(EdSignature.publicKey(NONCE_SEED));
        for (byte message = 0; message < 64; message++) {
            byte[] signed = {message};
            byte[] signature = EdSignature.sign(SEED, key, signed, 0, signed.length);
            assertThat(verify(key, signed, signature)).isTrue();
            assertThat(verify(key, signed, forged(key, commitment, signed))).isFalse();
            assertThat(verify(key, new byte[] {(byte) ~message}, signature)).isFalse();
        }
    }

    /** Of proven keys whose first bits are the same one is remembered; none stands in for another. */
    @Test
    void keysThatBeginAlikeAreToldApart() {
        byte[] message = {1, 2, 3};
        Map<Integer, byte[]> seedsByPlace = new HashMap<>();
        byte[] seed = SEED;
        byte[] other = null;
        while (other == null) {
            seed = Arrays.copyOf(sha512(seed), 32);
            byte[] key = EdSignature.publicKey(seed);
            other = seedsByPlace.put(((key[0] & 0xff) << 8 | key[1] & 0xff) % ProvenKeys.PLACES, seed);
        }
        byte[] key = EdSignature.publicKey(seed);
        byte[] otherKey = EdSignature.publicKey(other);
        byte[] signature = EdSignature.sign(seed, key, message, 0, message.length);
        byte[] otherSignature = EdSignature.sign(other, otherKey, message, 0, message.length);
        for (int round = 0; round < 2; round++) {
            assertThat(verify(key, message, signature)).isTrue();
            assertThat(verify(otherKey, message, signature)).isFalse();
            assertThat(verify(otherKey, message, otherSignature)).isTrue();
            assertThat(verify(key, message, otherSignature)).isFalse();
        }
    }

    /** The signature that the owner of a key makes for a commitment whose logarithm it knows up to a small-order part. */
    private static byte[] forged(byte[] key, byte[] commitment, byte[] message) {
        BigInteger s = scalar(NONCE_SEED)
                .add(challenge(commitment, key, message).multiply(scalar(SEED)))
                .mod(ORDER);
        return join(commitment, s);
    }

    private static BigInteger challenge(byte[] commitment, byte[] key, byte[] message) {
        return number(sha512(commitment, key, message)).mod(ORDER);
    }

    private static BigInteger scalar(byte[] seed) {
        byte[] low = Arrays.copyOf(sha512(seed), 32);
        low[0] &= (byte) 0xf8;
        low[31] &= 0x7f;
        low[31] |= 0x40;
        return number(low);
    }

    /** (x, y) plus (0, -1) is (-x, -y). */
    private static byte[] plusOrderTwo(byte[] point) {
        byte[] y = point.clone();
        y[31] &= 0x7f;
        byte[] sum = littleEndian(P.subtract(number(y)));
        sum[31] |= (byte) (~point[31] & 0x80);
        return sum;
    }

    private static boolean verify(byte[] key, byte[] message, byte[] signature) {
        byte[] buffer = Arrays.copyOf(message, message.length + signature.length);
        System.arraycopy(signature, 0, buffer, message.length, signature.length);
        return EdSignature.verify(key, 0, buffer, 0, message.length, message.length);
    }

    private static byte[] join(byte[] commitment, BigInteger s) {
        byte[] signature = Arrays.copyOf(commitment, 64);
        System.arraycopy(littleEndian(s), 0, signature, 32, 32);
        return signature;
    }

    private static BigInteger number(byte[] littleEndian) {
        byte[] bigEndian = new byte[littleEndian.length];
        for (int i = 0; i < bigEndian.length; i++) {
            bigEndian[i] = littleEndian[bigEndian.length - 1 - i];
        }
        return new BigInteger(1, bigEndian);
    }

    private static byte[] littleEndian(BigInteger number) {
        byte[] bytes = new byte[32];
        for (int i = 0; i < 32; i++) {
            bytes[i] = number.shiftRight(8 * i).byteValue();
        }
        return bytes;
    }

    private static byte[] sha512(byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-512");
            for (byte[] part : parts) {
                digest.update(part);
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}

package org.tunnel8.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PublicKeyTest {
    private static final long SEED = seed();

    private final Random random = new Random(SEED);
    private final IdentityKey identity = IdentityKey.generate(random);
    private final PublicKey key = identity.publicKey();

    private static long seed() {
        long seed = Long.getLong("tunnel8.seed", new SecureRandom().nextLong());
        System.out.println("PublicKeyTest: -Dtunnel8.seed=" + seed);
        return seed;
    }

    @Test
    void aKeyIsItsBytes() throws CryptoFailure {
        byte[] bytes = key.toBytes();
        PublicKey again = PublicKey.parse(bytes);

        assertThat(again).isEqualTo(key).hasSameHashCodeAs(key);
        assertThat(again.mid()).isEqualTo(key.mid()).hasSameHashCodeAs(key.mid());
        assertThat(IdentityKey.generate(random).publicKey()).isNotEqualTo(key);
        bytes[73] ^= 1;
        assertThat(again).isEqualTo(key);
        again.toBytes()[73] ^= 1;
        assertThat(again).isEqualTo(key);
    }

    @Test
    void aKeyThatIsReadAgainIsTheSameObjectAndOneBesideItIsNot() throws CryptoFailure {
        byte[] buffer = new byte[100];
        key.copyTo(buffer, 7);
        PublicKey read = PublicKey.parse(buffer, 7, 74);

        assertThat(PublicKey.parse(key.toBytes())).isSameAs(read);
        // In the same place of what is remembered: its last bytes are equal.
        buffer[7 + 20] ^= 1;
        PublicKey beside = PublicKey.parse(buffer, 7, 74);
        assertThat(beside).isNotEqualTo(key);
        assertThat(beside.mid()).isNotEqualTo(key.mid());
        assertThat(PublicKey.parse(key.toBytes())).isEqualTo(key);
        assertThatThrownBy(() -> PublicKey.parse(buffer, 7, 73)).isInstanceOf(CryptoFailure.class);
    }

    @Test
    void moreKeysThanAreRememberedAreReadRightAllTheSame() throws CryptoFailure {
        byte[] bytes = key.toBytes();
        for (int i = 0; i < 3 * RecentKeys.PLACES; i++) {
            byte[] other = bytes.clone();
            random.nextBytes(other);
            System.arraycopy(bytes, 0, other, 0, 10);
            assertThat(PublicKey.parse(other).toBytes()).isEqualTo(other);
            assertThat(PublicKey.parse(other).toBytes()).isEqualTo(other);
        }
        assertThat(PublicKey.parse(bytes)).isEqualTo(key);
    }

    @Test
    void aKeyIsRecognisedInsideABuffer() {
        byte[] buffer = new byte[100];
        key.copyTo(buffer, 7);

        assertThat(key.sameBytes(buffer, 7, 74)).isTrue();
        assertThat(key.sameBytes(buffer, 7, 73)).isFalse();
        assertThat(key.sameBytes(buffer, 7, 75)).isFalse();
        assertThat(key.sameBytes(buffer, 6, 74)).isFalse();
        assertThatThrownBy(() -> key.sameBytes(buffer, 50, 74)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void aSignatureInTheSameBufferVerifies() {
        byte[] buffer = new byte[200];
        random.nextBytes(buffer);
        System.arraycopy(identity.sign(buffer, 3, 90), 0, buffer, 93, 64);

        assertThat(key.verify(buffer, 3, 90, 93)).isTrue();
        assertThat(key.verify(buffer, 3, 89, 93)).isFalse();
        assertThat(key.verify(buffer, 3, 90, 92)).isFalse();
        assertThat(IdentityKey.generate(random).publicKey().verify(buffer, 3, 90, 93))
                .isFalse();
    }

    @Test
    void aSignatureThatTheBufferCutsOffDoesNotVerify() {
        byte[] buffer = new byte[100];

        assertThat(key.verify(buffer, 0, 37, 37)).isFalse();
        assertThat(key.verify(buffer, 0, 100, 100)).isFalse();
        assertThatThrownBy(() -> key.verify(buffer, 0, 101, 100)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> key.verify(buffer, 0, 10, 101)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void whateverBytesComeAreAKeyOrAFailure() {
        byte[] prefix = Arrays.copyOf(key.toBytes(), 10);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            if (random.nextBoolean()) {
                System.arraycopy(prefix, 0, bytes, 0, Math.min(bytes.length, prefix.length));
            }
            try {
                assertThat(PublicKey.parse(bytes).toBytes()).isEqualTo(bytes).hasSize(74);
            } catch (CryptoFailure refused) {
                assertThat(bytes.length == 74 && Arrays.equals(bytes, 0, 10, prefix, 0, 10))
                        .isFalse();
            }
        }
    }

    @Test
    void labelsTellOwnersApartWithoutTellingWhoTheyAre() {
        String label = key.toString();

        assertThat(label).matches("peer-[0-9a-f]{8}").isEqualTo(key.mid().toString());
        assertThat(label).isNotEqualTo(IdentityKey.generate(random).publicKey().toString());
        assertThat(HexFormat.of().formatHex(key.toBytes())).doesNotContain(label.substring(5));
        assertThat(key.mid().toHex()).doesNotContain(label.substring(5)).hasSize(40);
    }

    @Test
    void aMidHasTwentyBytes() {
        byte[] bytes = key.mid().toBytes();

        assertThat(Mid.of(bytes)).isEqualTo(key.mid());
        assertThat(bytes).hasSize(Mid.LENGTH_BYTES);
        assertThatThrownBy(() -> Mid.of(new byte[19])).isInstanceOf(IllegalArgumentException.class);
    }
}

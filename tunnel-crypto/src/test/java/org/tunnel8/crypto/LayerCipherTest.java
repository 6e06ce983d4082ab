package org.tunnel8.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.modes.ChaCha20Poly1305;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LayerCipherTest {
    private static final long SEED = seed();
    private static final int AROUND = 40;

    private final Random random = new Random(SEED);
    private final byte[] keyBytes = bytes(LayerKey.KEY_BYTES);
    private final byte[] salt = bytes(LayerKey.SALT_BYTES);
    private final LayerKey key = LayerKey.of(keyBytes, salt);

    private static long seed() {
        long seed = Long.getLong("tunnel8.seed", new SecureRandom().nextLong());
        System.out.println("LayerCipherTest: -Dtunnel8.seed=" + seed);
        return seed;
    }

    static List<LayerCipherProvider> providers() {
        return LayerCiphers.available();
    }

    @ParameterizedTest
    @MethodSource("providers")
    void layersAreThoseOfAnIndependentCipherAndNothingAroundThemChanges(LayerCipherProvider provider)
            throws InvalidCipherTextException {
        LayerCipher cipher = provider.create();
        for (int size :
                new int[] {0, 1, 15, 16, 17, 63, 64, 65, 1400, 2000, 2024, 2032, 2033, 2048, 2049, 8192, 65000}) {
            long counter = random.nextLong() >>> 1;
            byte[] plaintext = bytes(size);
            byte[] around = bytes(AROUND + size + AROUND);
            byte[] buffer = around.clone();
            System.arraycopy(plaintext, 0, buffer, AROUND, size);

            cipher.seal(key, counter, buffer, AROUND, size);

            byte[] expected = around.clone();
            byte[] layer = layer(counter, plaintext);
            System.arraycopy(layer, 0, expected, AROUND - LayerCipher.COUNTER_BYTES, layer.length);
            assertThat(buffer).as("%d bytes sealed", size).isEqualTo(expected);

            int opened = cipher.open(key, buffer, AROUND - LayerCipher.COUNTER_BYTES, layer.length);

            assertThat(opened).isEqualTo(size);
            assertThat(Arrays.copyOfRange(buffer, AROUND, AROUND + size)).isEqualTo(plaintext);
            assertThat(Arrays.copyOf(buffer, AROUND - LayerCipher.COUNTER_BYTES))
                    .isEqualTo(Arrays.copyOf(around, AROUND - LayerCipher.COUNTER_BYTES));
            int end = AROUND + size + LayerCipher.TAG_BYTES;
            assertThat(Arrays.copyOfRange(buffer, end, buffer.length))
                    .isEqualTo(Arrays.copyOfRange(around, end, buffer.length));
        }
    }

    /** Nodes that start their counters over use a nonce again, and a datagram may arrive twice. */
    @ParameterizedTest
    @MethodSource("providers")
    void layersOfOneNonceOpenOneAfterTheOther(LayerCipherProvider provider) throws InvalidCipherTextException {
        LayerCipher cipher = provider.create();
        byte[] first = bytes(100);
        byte[] second = bytes(200);
        LayerKey sameKey = LayerKey.of(keyBytes, salt);
        for (int round = 0; round < 4; round++) {
            opens(cipher, key, layer(7, first), first);
            opens(cipher, key, layer(7, second), second);
            opens(cipher, sameKey, layer(7, first), first);
        }
    }

    @ParameterizedTest
    @MethodSource("providers")
    void aNonceMayBeSealedAndOpenedByOneCipher(LayerCipherProvider provider) throws InvalidCipherTextException {
        LayerCipher cipher = provider.create();
        byte[] plaintext = bytes(64);
        for (int round = 0; round < 4; round++) {
            byte[] buffer = new byte[plaintext.length + LayerCipher.OVERHEAD_BYTES];
            System.arraycopy(plaintext, 0, buffer, LayerCipher.COUNTER_BYTES, plaintext.length);
            cipher.seal(key, 5, buffer, LayerCipher.COUNTER_BYTES, plaintext.length);
            assertThat(buffer).isEqualTo(layer(5, plaintext));
            opens(cipher, key, buffer, plaintext);
            opens(cipher, key, layer(5, plaintext), plaintext);
        }
    }

    @ParameterizedTest
    @MethodSource("providers")
    void counterAndKeyDecideEachLayerWhateverCameBefore(LayerCipherProvider provider)
            throws InvalidCipherTextException {
        LayerCipher cipher = provider.create();
        byte[] otherBytes = bytes(LayerKey.KEY_BYTES);
        LayerKey other = LayerKey.of(otherBytes, salt);
        for (int step = 0; step < 300; step++) {
            long counter = random.nextInt(3);
            boolean useOther = random.nextBoolean();
            byte[] plaintext = bytes(random.nextInt(50));
            byte[] layer = layer(useOther ? otherBytes : keyBytes, counter, plaintext);
            switch (random.nextInt(4)) {
                case 0 -> {
                    byte[] buffer = new byte[layer.length];
                    System.arraycopy(plaintext, 0, buffer, LayerCipher.COUNTER_BYTES, plaintext.length);
                    cipher.seal(useOther ? other : key, counter, buffer, LayerCipher.COUNTER_BYTES, plaintext.length);
                    assertThat(buffer).isEqualTo(layer);
                }
                case 1 ->
                    assertThat(cipher.open(useOther ? key : other, layer, 0, layer.length))
                            .isEqualTo(-1);
                default -> opens(cipher, useOther ? other : key, layer, plaintext);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("providers")
    void everyChangedBitIsNoticed(LayerCipherProvider provider) throws InvalidCipherTextException {
        LayerCipher cipher = provider.create();
        byte[] layer = layer(9, bytes(20));
        for (int bit = 0; bit < 8 * layer.length; bit++) {
            byte[] changed = layer.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(cipher.open(key, changed, 0, changed.length))
                    .as("bit %d", bit)
                    .isEqualTo(-1);
        }
        assertThat(cipher.open(key, layer.clone(), 0, layer.length)).isEqualTo(20);
    }

    @ParameterizedTest
    @MethodSource("providers")
    void aCutOffLayerDoesNotOpen(LayerCipherProvider provider) throws InvalidCipherTextException {
        LayerCipher cipher = provider.create();
        byte[] layer = layer(9, bytes(20));
        for (int length = 0; length < layer.length; length++) {
            assertThat(cipher.open(key, layer.clone(), 0, length))
                    .as("%d bytes", length)
                    .isEqualTo(-1);
        }
    }

    /** Counters of strangers are 64 bits of which nothing is expected. */
    @ParameterizedTest
    @MethodSource("providers")
    void aCounterWithTheTopBitSetOpens(LayerCipherProvider provider) throws InvalidCipherTextException {
        byte[] plaintext = bytes(20);
        opens(provider.create(), key, layer(Long.MIN_VALUE + 1, plaintext), plaintext);
        opens(provider.create(), key, layer(-1, plaintext), plaintext);
    }

    @ParameterizedTest
    @MethodSource("providers")
    void aLayerThatDoesNotFitIsTheCallersError(LayerCipherProvider provider) {
        LayerCipher cipher = provider.create();
        byte[] buffer = new byte[100];

        assertThatThrownBy(() -> cipher.seal(key, 1, buffer, 7, 10)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> cipher.seal(key, 1, buffer, 8, 77)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> cipher.seal(key, 1, buffer, 8, Integer.MAX_VALUE))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> cipher.seal(key, -1, buffer, 8, 10)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> cipher.open(key, buffer, 0, 101)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> cipher.open(key, buffer, -1, 50)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(buffer).containsOnly(0);
    }

    @ParameterizedTest
    @MethodSource("providers")
    void aDestroyedKeySealsAndOpensNothing(LayerCipherProvider provider) throws InvalidCipherTextException {
        LayerCipher cipher = provider.create();
        byte[] layer = layer(3, bytes(10));
        key.destroy();

        assertThat(cipher.open(key, layer, 0, layer.length)).isEqualTo(-1);
        assertThatThrownBy(() -> cipher.seal(key, 3, layer, 8, 10)).isInstanceOf(IllegalStateException.class);
    }

    /** Engine threads may work on parts of one array; a provider must not write back what it did not transform. */
    @ParameterizedTest
    @MethodSource("providers")
    void aLayerLeavesTheRestOfASharedBufferToOtherThreads(LayerCipherProvider provider) throws InterruptedException {
        byte[] shared = new byte[4096];
        Thread sealing = new Thread(() -> {
            LayerCipher cipher = provider.create();
            for (int i = 0; i < 20_000; i++) {
                cipher.seal(key, i, shared, 100, 1400);
            }
        });
        sealing.start();
        int lost = 0;
        for (int i = 1; sealing.isAlive(); i++) {
            shared[3000] = (byte) i;
            Thread.onSpinWait();
            if (shared[3000] != (byte) i) {
                lost++;
            }
        }
        sealing.join();
        assertThat(lost).isZero();
    }

    private void opens(LayerCipher cipher, LayerKey with, byte[] layer, byte[] plaintext) {
        byte[] buffer = layer.clone();
        assertThat(cipher.open(with, buffer, 0, buffer.length)).isEqualTo(plaintext.length);
        assertThat(Arrays.copyOfRange(buffer, LayerCipher.COUNTER_BYTES, LayerCipher.COUNTER_BYTES + plaintext.length))
                .isEqualTo(plaintext);
    }

    private byte[] layer(long counter, byte[] plaintext) throws InvalidCipherTextException {
        return layer(keyBytes, counter, plaintext);
    }

    /** What a layer should be, by Bouncy Castle. */
    private byte[] layer(byte[] with, long counter, byte[] plaintext) throws InvalidCipherTextException {
        byte[] nonce = ByteBuffer.allocate(12).put(salt).putLong(counter).array();
        ChaCha20Poly1305 cipher = new ChaCha20Poly1305();
        cipher.init(true, new AEADParameters(new KeyParameter(with), 8 * LayerCipher.TAG_BYTES, nonce));
        byte[] layer = new byte[plaintext.length + LayerCipher.OVERHEAD_BYTES];
        ByteBuffer.wrap(layer).putLong(counter);
        int done = cipher.processBytes(plaintext, 0, plaintext.length, layer, LayerCipher.COUNTER_BYTES);
        cipher.doFinal(layer, LayerCipher.COUNTER_BYTES + done);
        return layer;
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}

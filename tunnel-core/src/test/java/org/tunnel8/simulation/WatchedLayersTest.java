package org.tunnel8.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tunnel8.crypto.LayerCipher;
import org.tunnel8.crypto.LayerKey;

class WatchedLayersTest {
    private static final int FRONT = 40;

    private static LayerKey key(int filling) {
        byte[] bytes = new byte[LayerKey.KEY_BYTES];
        Arrays.fill(bytes, (byte) filling);
        return LayerKey.of(bytes, new byte[LayerKey.SALT_BYTES]);
    }

    private static byte[] room(int length) {
        byte[] buffer = new byte[FRONT + length + LayerCipher.TAG_BYTES];
        for (int i = 0; i < length; i++) {
            buffer[FRONT + i] = (byte) i;
        }
        return buffer;
    }

    private static byte[] sealed(WatchedLayers layers, LayerKey key, long counter, int length) {
        byte[] buffer = room(length);
        layers.seal(key, counter, buffer, FRONT, length);
        return buffer;
    }

    private static int opened(WatchedLayers layers, LayerKey key, byte[] buffer, int length) {
        return layers.open(key, buffer, FRONT - LayerCipher.COUNTER_BYTES, length + LayerCipher.OVERHEAD_BYTES);
    }

    @ParameterizedTest
    @EnumSource(LayerMode.class)
    void aCopyOfTheKeyOpensWhatWasSealedAndAnotherKeyDoesNot(LayerMode mode) {
        WatchedLayers layers = new WatchedLayers(mode);
        for (int length : new int[] {0, 1, 7, 8, 9, 100, 1_333}) {
            byte[] buffer = sealed(layers, key(1), 3 + length, length);
            byte[] copy = buffer.clone();
            if (length > 8) {
                assertThat(buffer).isNotEqualTo(room(length));
            }
            assertThat(opened(layers, key(1), buffer, length)).isEqualTo(length);
            assertThat(Arrays.copyOfRange(buffer, FRONT, FRONT + length))
                    .isEqualTo(Arrays.copyOfRange(room(length), FRONT, FRONT + length));
            assertThat(opened(layers, key(2), copy, length)).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {FRONT - 8, FRONT - 1, FRONT, FRONT + 19, FRONT + 20, FRONT + 35})
    void aReplacedLayerWithAChangedByteDoesNotOpen(int changed) {
        WatchedLayers layers = new WatchedLayers(LayerMode.REPLACED);
        byte[] buffer = sealed(layers, key(1), 3, 20);
        buffer[changed] ^= 1;
        assertThat(opened(layers, key(1), buffer, 20)).isEqualTo(-1);
    }

    @Test
    void aReplacedLayerDependsOnItsCounter() {
        WatchedLayers layers = new WatchedLayers(LayerMode.REPLACED);
        assertThat(Arrays.copyOfRange(sealed(layers, key(1), 3, 64), FRONT, FRONT + 64))
                .isNotEqualTo(Arrays.copyOfRange(sealed(layers, key(1), 4, 64), FRONT, FRONT + 64));
    }

    @ParameterizedTest
    @EnumSource(LayerMode.class)
    void aDestroyedKeySealsAndOpensNothing(LayerMode mode) {
        WatchedLayers layers = new WatchedLayers(mode);
        LayerKey key = key(1);
        byte[] buffer = sealed(layers, key, 3, 20);
        key.destroy();
        assertThat(opened(layers, key, buffer, 20)).isEqualTo(-1);
        assertThatThrownBy(() -> sealed(layers, key, 4, 20)).isInstanceOf(IllegalStateException.class);
        assertThat(layers.keys().reused()).isZero();
    }

    @ParameterizedTest
    @EnumSource(LayerMode.class)
    void anOwnerAndAHopThatUseOneCounterUnderOneKeyAreFoundOut(LayerMode mode) {
        WatchedLayers layers = new WatchedLayers(mode);
        LayerKey hops = key(1);
        LayerKey owners = key(1);
        sealed(layers, hops, 1, 20);
        sealed(layers, owners, 3, 20);
        sealed(layers, owners, 4, 20);
        sealed(layers, key(2), 2, 20);
        assertThat(layers.keys().used()).isEqualTo(2);
        assertThat(layers.keys().reused()).isZero();
        sealed(layers, hops, 4, 20);
        assertThat(layers.keys().reused()).isEqualTo(1);
    }

    @Test
    void keysThatWereDestroyedAreForgottenAndStillKnownAgain() {
        WatchedLayers layers = new WatchedLayers(LayerMode.REPLACED);
        for (int round = 0; round < 3_000; round++) {
            byte[] bytes = new byte[LayerKey.KEY_BYTES];
            bytes[0] = (byte) round;
            bytes[1] = (byte) (round >> 8);
            LayerKey key = LayerKey.of(bytes, new byte[LayerKey.SALT_BYTES]);
            sealed(layers, key, 3, 20);
            key.destroy();
        }
        assertThat(layers.keys().used()).isEqualTo(3_000);
        sealed(layers, LayerKey.of(new byte[LayerKey.KEY_BYTES], new byte[LayerKey.SALT_BYTES]), 3, 20);
        assertThat(layers.keys().reused()).isEqualTo(1);
    }
}

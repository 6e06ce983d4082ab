package org.tunnel8.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import javax.security.auth.Destroyable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SecretsTest {
    private final Random random = new Random(1);
    private final byte[] identitySecret = IdentityKey.generate(random).toBytes();
    private final byte[] ephemeralSecret = bytes(32);
    private final byte[] layerSecret = bytes(32);
    private final byte[] salt = bytes(4);

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    static Stream<Class<?>> secretTypes() {
        return Stream.of(
                IdentityKey.class,
                EphemeralKey.class,
                SessionKeys.class,
                LayerKey.class,
                KeyAgreement.Response.class,
                SendCounter.class);
    }

    @ParameterizedTest
    @MethodSource("secretTypes")
    void secretsAreNeitherRecordsNorSerializable(Class<?> type) {
        assertThat(type.isRecord()).isFalse();
        assertThat(Serializable.class).matches(serializable -> !serializable.isAssignableFrom(type));
    }

    @Test
    void noSecretPrintsAnyOfItsBytes() throws CryptoFailure {
        IdentityKey identity = IdentityKey.parse(identitySecret);
        EphemeralKey ephemeral = EphemeralKey.of(ephemeralSecret);
        LayerKey layer = LayerKey.of(layerSecret, salt);
        KeyAgreement.Response response = KeyAgreement.respond(
                identity, ephemeral, EphemeralKey.generate(random).publicKey());
        CurrentKey current = new CurrentKey();
        current.set(layer);
        String printed = String.join(
                " ",
                List.of(
                        identity.toString(),
                        ephemeral.toString(),
                        layer.toString(),
                        SessionKeys.of(layer, layer).toString(),
                        response.toString(),
                        response.keys().toString(),
                        current.toString(),
                        SendCounter.ownerForward().toString()));

        for (byte[] secret : List.of(
                identitySecret,
                ephemeralSecret,
                layerSecret,
                response.keys().forward().copyOfKey(),
                response.keys().backward().copyOfKey())) {
            for (int at = 0; at + 3 <= secret.length; at++) {
                assertThat(printed).doesNotContain(HexFormat.of().formatHex(secret, at, at + 3));
                assertThat(printed).doesNotContain(secret[at] + ", " + secret[at + 1]);
            }
        }
    }

    @Test
    void aDestroyedIdentitySignsNothing() throws CryptoFailure {
        IdentityKey identity = IdentityKey.parse(identitySecret);
        PublicKey publicKey = identity.publicKey();
        identity.destroy();

        assertThat(identity.isDestroyed()).isTrue();
        assertThat(identity.publicKey()).isEqualTo(publicKey);
        assertThatThrownBy(() -> identity.sign(new byte[1], 0, 1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(identity::toBytes).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> KeyAgreement.respond(
                        identity,
                        EphemeralKey.generate(random),
                        EphemeralKey.generate(random).publicKey()))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void destroyingOneCopyOfAnIdentityLeavesTheOther() throws CryptoFailure {
        IdentityKey one = IdentityKey.parse(identitySecret);
        IdentityKey other = IdentityKey.parse(identitySecret);
        one.destroy();

        assertThat(other.toBytes()).isEqualTo(identitySecret);
    }

    @Test
    void aDestroyedEphemeralKeyAgreesOnNothing() throws CryptoFailure {
        EphemeralKey ephemeral = EphemeralKey.of(ephemeralSecret);
        PublicKey hop = IdentityKey.parse(identitySecret).publicKey();
        byte[] y = EphemeralKey.generate(random).publicKey();
        ephemeral.destroy();

        assertThat(ephemeral.isDestroyed()).isTrue();
        assertThatThrownBy(() -> KeyAgreement.initiate(ephemeral, hop, y, new byte[32]))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void destroyedSessionKeysAreZeroed() {
        SessionKeys keys = SessionKeys.derive(bytes(64));
        List<LayerKey> both = List.of(keys.forward(), keys.backward());
        keys.destroy();

        assertThat(keys.isDestroyed()).isTrue();
        for (LayerKey key : both) {
            assertThat(key.isDestroyed()).isTrue();
            assertThat(key.copyOfKey()).containsOnly(0);
        }
    }

    @Test
    void everySecretCanBeDestroyed() {
        assertThat(List.of(IdentityKey.class, EphemeralKey.class, SessionKeys.class, LayerKey.class))
                .allMatch(Destroyable.class::isAssignableFrom);
    }

    @Test
    void theKeyShownToProvidersCannotBeWrittenOut() throws IOException {
        CurrentKey current = new CurrentKey();
        current.set(LayerKey.of(layerSecret, salt));
        try (ObjectOutputStream out = new ObjectOutputStream(new ByteArrayOutputStream())) {
            assertThatThrownBy(() -> out.writeObject(current)).isInstanceOf(NotSerializableException.class);
        }
    }

    @Test
    void secretsOfWrongSizesAreRefused() {
        List<Runnable> attempts = new ArrayList<>();
        attempts.add(() -> EphemeralKey.of(new byte[31]));
        attempts.add(() -> LayerKey.of(new byte[31], new byte[4]));
        attempts.add(() -> LayerKey.of(new byte[32], new byte[5]));
        attempts.add(() -> SessionKeys.derive(new byte[63]));

        for (Runnable attempt : attempts) {
            assertThatThrownBy(attempt::run).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> IdentityKey.parse(new byte[74])).isInstanceOf(CryptoFailure.class);
    }
}

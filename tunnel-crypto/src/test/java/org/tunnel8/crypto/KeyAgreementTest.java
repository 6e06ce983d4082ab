package org.tunnel8.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KeyAgreementTest {
    private static final long SEED = seed();

    private final Random random = new Random(SEED);

    private static long seed() {
        long seed = Long.getLong("tunnel8.seed", new SecureRandom().nextLong());
        System.out.println("KeyAgreementTest: -Dtunnel8.seed=" + seed);
        return seed;
    }

    private final IdentityKey hop = IdentityKey.generate(random);
    private final EphemeralKey x = EphemeralKey.generate(random);
    private final EphemeralKey y = EphemeralKey.generate(random);

    @Test
    void bothSidesEndWithTheSameKeys() throws CryptoFailure {
        KeyAgreement.Response response = KeyAgreement.respond(hop, y, x.publicKey());
        SessionKeys ours = KeyAgreement.initiate(x, hop.publicKey(), response.y(), response.auth());

        assertThat(opens(response.keys().forward(), ours.forward())).isTrue();
        assertThat(opens(response.keys().backward(), ours.backward())).isTrue();
        assertThat(opens(response.keys().backward(), ours.forward())).isFalse();
    }

    @Test
    void anImpostorPassesTheProofButHasOtherKeys() throws CryptoFailure {
        KeyAgreement.Response response = KeyAgreement.respond(IdentityKey.generate(random), y, x.publicKey());
        SessionKeys ours = KeyAgreement.initiate(x, hop.publicKey(), response.y(), response.auth());

        assertThat(opens(response.keys().forward(), ours.forward())).isFalse();
    }

    @Test
    void aChangedProofFails() throws CryptoFailure {
        KeyAgreement.Response response = KeyAgreement.respond(hop, y, x.publicKey());
        byte[] auth = response.auth();
        auth[31] ^= 1;

        assertThatThrownBy(() -> KeyAgreement.initiate(x, hop.publicKey(), response.y(), auth))
                .isInstanceOf(CryptoFailure.class);
        assertThatThrownBy(() -> KeyAgreement.initiate(
                        x, hop.publicKey(), response.y(), Arrays.copyOf(response.auth(), KeyAgreement.AUTH_BYTES - 1)))
                .isInstanceOf(CryptoFailure.class);
    }

    @Test
    void lowOrderAndMisshapenPointsFailOnBothSides() {
        for (byte[] point : new byte[][] {new byte[32], new byte[31], new byte[33], {}}) {
            assertThatThrownBy(() -> KeyAgreement.respond(hop, y, point)).isInstanceOf(CryptoFailure.class);
            assertThatThrownBy(() -> KeyAgreement.initiate(x, hop.publicKey(), point, new byte[32]))
                    .isInstanceOf(CryptoFailure.class);
        }
    }

    private static boolean opens(LayerKey seal, LayerKey open) {
        LayerCipher cipher = JceLayerCipherProvider.jdk().create();
        byte[] layer = new byte[LayerCipher.OVERHEAD_BYTES + 5];
        cipher.seal(seal, 1, layer, LayerCipher.COUNTER_BYTES, 5);
        return cipher.open(open, layer, 0, layer.length) == 5;
    }
}

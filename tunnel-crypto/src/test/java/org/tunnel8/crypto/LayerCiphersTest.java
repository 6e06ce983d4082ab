package org.tunnel8.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class LayerCiphersTest {
    @Test
    void theJdkAndConscryptAreAvailableAndTheJdkIsFirst() {
        assertThat(LayerCiphers.available())
                .extracting(LayerCipherProvider::name)
                .containsExactly("jdk", "conscrypt");
    }

    @Test
    void aProviderIsFoundByName() {
        assertThat(LayerCiphers.named("conscrypt").create().name()).isEqualTo("conscrypt");
        assertThat(LayerCiphers.named("jdk").create().name()).isEqualTo("jdk");
    }

    @Test
    void anUnknownNameIsRefusedWithTheKnownOnes() {
        assertThatThrownBy(() -> LayerCiphers.named("openssl"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("openssl", "jdk", "conscrypt");
    }

    @Test
    void theFastestIsOneOfTheAvailable() {
        LayerCipherProvider fastest = LayerCiphers.fastest(System::nanoTime);

        assertThat(LayerCiphers.available()).contains(fastest);
        assertThat(LayerCiphers.fastest(System::nanoTime)).isSameAs(fastest);
    }

    @Test
    void aClockThatStandsStillStillLeadsToAChoice() {
        assertThat(LayerCiphers.fastestOf(LayerCiphers.available(), () -> 0)).isNotNull();
    }

    @Test
    void aProviderWhoseCiphersDoNotWorkIsLeftOut() {
        LayerCipherProvider broken = new LayerCipherProvider() {
            @Override
            public String name() {
                return "broken";
            }

            @Override
            public LayerCipher create() {
                throw new IllegalStateException("no such cipher");
            }
        };

        assertThat(LayerCiphers.passing(broken, JceLayerCipherProvider.jdk()))
                .extracting(LayerCipherProvider::name)
                .isEqualTo(List.of("jdk"));
        assertThatThrownBy(() -> LayerCiphers.passing(broken)).isInstanceOf(IllegalStateException.class);
    }
}

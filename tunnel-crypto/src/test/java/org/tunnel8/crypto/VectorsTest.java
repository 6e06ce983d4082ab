package org.tunnel8.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("vectors")
class VectorsTest {
    @Test
    void everyEntryAboutKeysHolds() {
        assertThat(KeyVectors.run(VectorFile.open("keys.json"))).isPositive();
    }

    @Test
    void everyEntryAboutTheOnionHolds() {
        assertThat(OnionVectors.run(VectorFile.open("onion.json"))).isPositive();
    }
}

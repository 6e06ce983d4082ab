package org.tunnel8.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tunnel8.crypto.LayerCipherProvider;
import org.tunnel8.crypto.LayerCiphers;

class CipherBenchTest {
    @Test
    void measuresEveryCipherThereIs() {
        List<CipherBench.Result> results = new CipherBench(100, 1_000_000, 1_000_000, new SplittableRandom(1)).run();
        assertThat(results)
                .extracting(CipherBench.Result::cipher)
                .containsExactlyElementsOf(LayerCiphers.available().stream()
                        .map(LayerCipherProvider::name)
                        .toList());
        assertThat(results).allMatch(result -> result.sealMicros() > 0 && result.openMicros() > 0);
    }

    @Test
    void hasAFigureForEachThoughTheTimeIsUpBeforeItBegins() {
        assertThat(new CipherBench(100, 0, 0, new SplittableRandom(1)).run())
                .isNotEmpty()
                .allMatch(result -> result.sealMicros() > 0 && result.openMicros() > 0);
    }
}

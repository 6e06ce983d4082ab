package org.tunnel8.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What a layer costs in garbage; a relay puts through tens of thousands a second. */
class LayerAllocationTest {
    private static final int PAYLOAD_BYTES = 1400;
    private static final int WARM_UP_LAYERS = 20_000;
    private static final int LAYERS = 20_000;

    /** Of the 512 that a relayed cell may take in all. */
    private static final int CONSCRYPT_MOST_BYTES = 200;

    private final LayerKey key = LayerKey.of(new byte[32], new byte[4]);
    private final byte[] buffer = new byte[PAYLOAD_BYTES + LayerCipher.OVERHEAD_BYTES];

    @Test
    void conscryptAllocatesNothingTheSizeOfAPayload() {
        LayerCipher cipher = LayerCiphers.named("conscrypt").create();
        run(cipher, WARM_UP_LAYERS);
        long perPair = run(cipher, LAYERS);

        System.out.println("conscrypt: " + perPair + " bytes allocated for a layer sealed and opened");
        assertThat(perPair / 2).isLessThan(CONSCRYPT_MOST_BYTES);
    }

    private long run(LayerCipher cipher, int layers) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Arrays.fill(buffer, (byte) 0);
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int counter = 0; counter < layers; counter++) {
            cipher.seal(key, counter, buffer, LayerCipher.COUNTER_BYTES, PAYLOAD_BYTES);
            cipher.open(key, buffer, 0, buffer.length);
        }
        return (threads.getCurrentThreadAllocatedBytes() - before) / layers;
    }
}

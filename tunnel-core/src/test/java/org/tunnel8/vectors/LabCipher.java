package org.tunnel8.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.LayerCipher;
import org.tunnel8.crypto.LayerCiphers;
import org.tunnel8.crypto.LayerKey;

/**
 * The JDK's layer cipher, which puts the recording's counters in the place of our own, so that sealed bytes can be
 * compared, and remembers what it opened last. That our own counters follow their rule (D10) is checked on the way.
 */
public final class LabCipher implements LayerCipher {
    private final LayerCipher cipher = LayerCiphers.named("jdk").create();
    private final Map<LayerKey, Counters> counters = new IdentityHashMap<>();
    private byte @Nullable [] lastOpened;

    private static final class Counters {
        long ours;
        long recorded;
    }

    /**
     * Has the next layer under a key bear the recording's counter, and those after it the following ones.
     *
     * @param oursFirst the counter that our code must begin with, if nothing was sealed under the key yet
     * @param recorded the counter to be sealed with
     */
    public void next(LayerKey key, long oursFirst, long recorded) {
        Counters pair = counters.get(key);
        if (pair == null) {
            pair = new Counters();
            pair.ours = oursFirst;
            counters.put(key, pair);
        }
        pair.recorded = recorded;
    }

    /** The counter that the next layer under a key bears. */
    long recorded(LayerKey key) {
        Counters pair = counters.get(key);
        assertThat(pair).as("a key to seal with").isNotNull();
        return pair.recorded;
    }

    /** What was opened last, and forgets it; null if nothing was, or the last layer did not open. */
    public byte @Nullable [] takeOpened() {
        byte[] opened = lastOpened;
        lastOpened = null;
        return opened;
    }

    @Override
    public String name() {
        return cipher.name();
    }

    @Override
    public void seal(LayerKey key, long counter, byte[] buffer, int offset, int length) {
        Counters pair = counters.get(key);
        assertThat(pair).as("a key to seal with").isNotNull();
        assertThat(counter).as("own counter").isEqualTo(pair.ours++);
        cipher.seal(key, pair.recorded++, buffer, offset, length);
    }

    @Override
    public int open(LayerKey key, byte[] buffer, int offset, int length) {
        int opened = cipher.open(key, buffer, offset, length);
        int start = offset + COUNTER_BYTES;
        lastOpened = opened < 0 ? null : Arrays.copyOfRange(buffer, start, start + opened);
        return opened;
    }
}

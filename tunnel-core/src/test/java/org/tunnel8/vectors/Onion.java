package org.tunnel8.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.LayerCipher;
import org.tunnel8.crypto.LayerCiphers;
import org.tunnel8.crypto.LayerKey;
import org.tunnel8.crypto.SessionKeys;
import org.tunnel8.wire.WireNumbers;

/** All keys of a scenario: opens whatever was sealed with one of them, and tells with which and under what counter. */
final class Onion {
    private static final byte[] SAMPLE = new byte[16];

    private final LayerCipher cipher = LayerCiphers.named("jdk").create();
    private final Map<String, LayerKey> keys = new LinkedHashMap<>();

    /** A layer that was taken off, and what was in it. */
    record Layer(LayerKey key, long counter, byte[] inner) {}

    /** Takes keys in. */
    void add(SessionKeys session) {
        key(session.forward());
        key(session.backward());
    }

    /** The one object that stands for all equal keys. */
    LayerKey key(LayerKey key) {
        return keys.computeIfAbsent(fingerprint(key), unknown -> key);
    }

    /** Takes one layer off; null if no key fits. */
    @Nullable
    Layer open(byte[] sealed) {
        for (LayerKey key : keys.values()) {
            byte[] buffer = sealed.clone();
            int length = cipher.open(key, buffer, 0, buffer.length);
            if (length >= 0) {
                int start = LayerCipher.COUNTER_BYTES;
                return new Layer(key, WireNumbers.u64(sealed, 0), Arrays.copyOfRange(buffer, start, start + length));
            }
        }
        return null;
    }

    /** Takes layers off as long as any key fits; the outermost comes first. */
    List<Layer> openAll(byte[] sealed) {
        List<Layer> layers = new ArrayList<>();
        for (Layer layer = open(sealed); layer != null; layer = open(layer.inner())) {
            layers.add(layer);
        }
        assertThat(layers).as("layers that open").isNotEmpty();
        return layers;
    }

    private String fingerprint(LayerKey key) {
        byte[] buffer = LabNode.withHeadroom(SAMPLE);
        cipher.seal(key, 0, buffer, LabNode.OFFSET, SAMPLE.length);
        return HexFormat.of().formatHex(buffer);
    }
}

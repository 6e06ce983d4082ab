package org.tunnel8.simulation;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import org.tunnel8.crypto.LayerCipher;
import org.tunnel8.crypto.LayerKey;

/**
 * The layer keys of a network, each known by its own key stream: an owner's and a hop's copies of one key are one. Keeps
 * a few dozen bytes for each key that ever was.
 */
final class LayerKeys {
    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int PRINT_BYTES = 2 * Long.BYTES;
    private static final int FIRST_SWEEP = 1 << 10;

    private final LayerCipher real;
    private final IdentityHashMap<LayerKey, Known> byCopy = new IdentityHashMap<>();
    private final Map<Print, Known> byPrint = new HashMap<>();
    private int sweepAt = FIRST_SWEEP;

    /** The beginning of the key stream under a counter that no cell will ever bear. */
    private record Print(long first, long second) {}

    /** What is known of one key. */
    static final class Known {
        final long first;
        final long second;
        /** The highest counter that anything was sealed under; -1 before the first. */
        long highest = -1;

        boolean reused;

        Known(long first, long second) {
            this.first = first;
            this.second = second;
        }
    }

    LayerKeys(LayerCipher real) {
        this.real = real;
    }

    Known of(LayerKey key) {
        Known known = byCopy.get(key);
        if (known == null) {
            Print print = print(key);
            known = byPrint.computeIfAbsent(print, p -> new Known(p.first(), p.second()));
            if (byCopy.size() >= sweepAt) {
                byCopy.keySet().removeIf(LayerKey::isDestroyed);
                sweepAt = Math.max(FIRST_SWEEP, 2 * byCopy.size());
            }
            byCopy.put(key, known);
        }
        return known;
    }

    private Print print(LayerKey key) {
        byte[] layer = new byte[LayerCipher.OVERHEAD_BYTES + PRINT_BYTES];
        real.seal(key, Long.MAX_VALUE, layer, LayerCipher.COUNTER_BYTES, PRINT_BYTES);
        return new Print((long) WORDS.get(layer, LayerCipher.COUNTER_BYTES), (long)
                WORDS.get(layer, LayerCipher.COUNTER_BYTES + Long.BYTES));
    }

    /** How many keys anything was sealed under. */
    int used() {
        return (int)
                byPrint.values().stream().filter(known -> known.highest >= 0).count();
    }

    /** Under how many of them a counter came that was not above all before. */
    int reused() {
        return (int) byPrint.values().stream().filter(known -> known.reused).count();
    }
}

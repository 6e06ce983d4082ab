package org.tunnel8.circuit;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which isolation keys are in use, and which circuit is the primary of each (D15).
 *
 * <p>A circuit that has carried a key's traffic is that key's for good: what came later could be tied to it by whoever
 * sits at the exit. Engine thread only.
 */
final class Isolation {
    /** The key of flows that name none. */
    static final String SHARED = "";

    private final Map<String, Circuit> primaries = new LinkedHashMap<>();
    private final Map<String, Integer> users = new LinkedHashMap<>();

    static String keyOf(@Nullable String isolationKey) {
        return Objects.requireNonNullElse(isolationKey, SHARED);
    }

    /** A flow of a key begins. */
    void acquire(String key) {
        users.merge(key, 1, Integer::sum);
    }

    /** A flow of a key ends; true if it was the last. */
    boolean release(String key) {
        return users.computeIfPresent(key, (k, count) -> count == 1 ? null : count - 1) == null;
    }

    /** How many primaries are needed: there is always one for flows without a key. */
    int primariesWanted() {
        return users.containsKey(SHARED) ? users.size() : users.size() + 1;
    }

    @Nullable
    Circuit primary(String key) {
        return primaries.get(key);
    }

    void makePrimary(String key, Circuit circuit) {
        primaries.put(key, circuit);
    }

    boolean isPrimary(Circuit circuit) {
        return primaries.containsValue(circuit);
    }

    /** The key whose primary a circuit is; null if it is none. */
    @Nullable
    String keyServedBy(Circuit circuit) {
        for (Map.Entry<String, Circuit> entry : primaries.entrySet()) {
            if (entry.getValue() == circuit) {
                return entry.getKey();
            }
        }
        return null;
    }

    /** A circuit has ended. */
    void remove(Circuit circuit) {
        primaries.values().removeIf(primary -> primary == circuit);
    }

    /** Whether a circuit can take over from any primary there may be, as far as what it carried goes. */
    boolean isSpare(Circuit circuit) {
        boolean onlyShared = users.isEmpty() || (users.size() == 1 && users.containsKey(SHARED));
        return !isPrimary(circuit) && (circuit.isUnused() || (onlyShared && circuit.mayCarry(SHARED)));
    }
}

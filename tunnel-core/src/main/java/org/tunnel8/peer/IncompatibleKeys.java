package org.tunnel8.peer;

import java.util.LinkedHashSet;
import java.util.Set;
import org.tunnel8.crypto.PublicKey;

/** Keys whose owners speak another protocol version (D3). Bounded; the oldest goes first. Engine thread only. */
final class IncompatibleKeys {
    /** Keys kept. */
    static final int MAX_KEYS = 1_000;

    private final Set<PublicKey> keys = new LinkedHashSet<>();

    void add(PublicKey key) {
        keys.remove(key);
        keys.add(key);
        if (keys.size() > MAX_KEYS) {
            keys.remove(keys.iterator().next());
        }
    }

    void remove(PublicKey key) {
        keys.remove(key);
    }

    boolean contains(PublicKey key) {
        return keys.contains(key);
    }

    int size() {
        return keys.size();
    }
}

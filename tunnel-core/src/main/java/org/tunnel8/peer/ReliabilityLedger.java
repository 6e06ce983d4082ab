package org.tunnel8.peer;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.PublicKey;

/**
 * Standings of keys that are in no table now, the least recently used going first. A returning peer finds its old one,
 * so that leaving does not wash off a bad name (D11).
 */
final class ReliabilityLedger {
    private final int capacity;
    private final Map<PublicKey, Reliability> entries = new LinkedHashMap<>(16, 0.75f, true);

    ReliabilityLedger(int capacity) {
        this.capacity = capacity;
    }

    Reliability of(PublicKey key) {
        Reliability known = entries.get(key);
        if (known != null) {
            return known;
        }
        Reliability fresh = new Reliability();
        put(key, fresh);
        return fresh;
    }

    @Nullable
    Reliability peek(PublicKey key) {
        return entries.get(key);
    }

    Reliability take(PublicKey key) {
        Reliability known = entries.remove(key);
        return known != null ? known : new Reliability();
    }

    void put(PublicKey key, Reliability reliability) {
        entries.put(key, reliability);
        if (entries.size() > capacity) {
            Iterator<PublicKey> oldest = entries.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
    }

    int size() {
        return entries.size();
    }
}

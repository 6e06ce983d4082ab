package org.tunnel8.peer;

import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.time.Deadlines;
import org.tunnel8.time.LapsingMap;

/**
 * Standings of keys that are in no table now, the least recently used going first. A returning peer finds its old one,
 * so that leaving does not wash off a bad name (D11); who stays away for half an hour, and is no hop meanwhile, begins anew.
 */
final class ReliabilityLedger {
    private final LapsingMap<PublicKey, Reliability> entries;

    ReliabilityLedger(int capacity, Deadlines deadlines) {
        this.entries = new LapsingMap<>(deadlines, capacity, Reliability.HALF_LIFE_NANOS);
    }

    Reliability of(PublicKey key) {
        Reliability standing = take(key);
        put(key, standing);
        return standing;
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
    }

    int size() {
        return entries.size();
    }
}

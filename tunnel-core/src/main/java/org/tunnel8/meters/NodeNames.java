package org.tunnel8.meters;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;

/**
 * The values of the tag {@code node} that are in use in each registry. Of two meters alike a registry would keep one and
 * drop the other without a word, so no name is given twice. Thread-safe.
 */
final class NodeNames {
    private static final Map<MeterRegistry, Set<String>> used = new WeakHashMap<>();

    private NodeNames() {}

    /** Takes a name: the one that is wanted, or the same with the lowest number from 2 on that is free. */
    static String take(MeterRegistry registry, String wanted) {
        synchronized (used) {
            Set<String> names = used.computeIfAbsent(registry, first -> new HashSet<>());
            String name = wanted;
            for (int i = 2; !names.add(name); i++) {
                name = wanted + "-" + i;
            }
            return name;
        }
    }

    /** Gives a name back. */
    static void free(MeterRegistry registry, String name) {
        synchronized (used) {
            Set<String> names = used.get(registry);
            if (names != null && names.remove(name) && names.isEmpty()) {
                used.remove(registry);
            }
        }
    }
}

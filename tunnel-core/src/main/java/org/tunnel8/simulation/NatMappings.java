package org.tunnel8.simulation;

import java.net.InetSocketAddress;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The mappings of a {@link NatBox}, found from inside and by outside port. Chains them, without entries of its own. */
final class NatMappings {
    private static final int FIRST_PLACES = 4;

    private @Nullable NatMapping[] byKey = new NatMapping[FIRST_PLACES];
    private @Nullable NatMapping[] byPort = new NatMapping[FIRST_PLACES];
    private int size;

    /** The mapping of an inside endpoint, or of it and a target. */
    @Nullable
    NatMapping from(InetSocketAddress inside, @Nullable InetSocketAddress only) {
        int hash = NatMapping.keyHash(inside, only);
        NatMapping there = byKey[place(hash)];
        while (there != null && !there.leads(inside, only, hash)) {
            there = there.chainedByKey;
        }
        return there;
    }

    /** The mapping of an outside port. */
    @Nullable
    NatMapping at(int port) {
        NatMapping there = byPort[place(port)];
        while (there != null && there.port != port) {
            there = there.chainedByPort;
        }
        return there;
    }

    /** Adds one whose port and key no other one has. */
    void add(NatMapping mapping) {
        if (++size > byKey.length) {
            rebuild(2 * byKey.length, old -> true);
        }
        chain(mapping);
    }

    private void chain(NatMapping mapping) {
        int place = place(mapping.keyHash);
        mapping.chainedByKey = byKey[place];
        byKey[place] = mapping;
        place = place(mapping.port);
        mapping.chainedByPort = byPort[place];
        byPort[place] = mapping;
    }

    private void rebuild(int places, Predicate<NatMapping> kept) {
        @Nullable NatMapping[] old = byPort;
        byKey = new NatMapping[places];
        byPort = new NatMapping[places];
        for (NatMapping first : old) {
            NatMapping next = first;
            while (next != null) {
                NatMapping mapping = next;
                next = mapping.chainedByPort;
                if (kept.test(mapping)) {
                    chain(mapping);
                } else {
                    size--;
                }
            }
        }
    }

    void removeIf(Predicate<NatMapping> which) {
        rebuild(byKey.length, which.negate());
    }

    /** Takes out one that is there. */
    void remove(NatMapping mapping) {
        int place = place(mapping.keyHash);
        byKey[place] = withoutByKey(byKey[place], mapping);
        place = place(mapping.port);
        byPort[place] = withoutByPort(byPort[place], mapping);
        size--;
    }

    private static @Nullable NatMapping withoutByKey(@Nullable NatMapping first, NatMapping gone) {
        if (first == gone) {
            return gone.chainedByKey;
        }
        NatMapping before = first;
        while (before != null && before.chainedByKey != gone) {
            before = before.chainedByKey;
        }
        if (before != null) {
            before.chainedByKey = gone.chainedByKey;
        }
        return first;
    }

    private static @Nullable NatMapping withoutByPort(@Nullable NatMapping first, NatMapping gone) {
        if (first == gone) {
            return gone.chainedByPort;
        }
        NatMapping before = first;
        while (before != null && before.chainedByPort != gone) {
            before = before.chainedByPort;
        }
        if (before != null) {
            before.chainedByPort = gone.chainedByPort;
        }
        return first;
    }

    void clear() {
        byKey = new NatMapping[FIRST_PLACES];
        byPort = new NatMapping[FIRST_PLACES];
        size = 0;
    }

    int size() {
        return size;
    }

    private int place(int hash) {
        return (int) SeededRandom.mix(hash) & (byKey.length - 1);
    }
}

package org.tunnel8.circuit;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What may share a circuit: flows of one isolation key and of one number of hops (D15). Immutable.
 *
 * @param isolationKey the key; empty for all flows that name none
 * @param hops hops of its circuits
 */
record Lane(String isolationKey, int hops) {
    /** The key of flows that name none. */
    static final String SHARED = "";

    static Lane of(@Nullable String isolationKey, int hops) {
        return new Lane(Objects.requireNonNullElse(isolationKey, SHARED), hops);
    }

    boolean isShared() {
        return isolationKey.equals(SHARED);
    }
}

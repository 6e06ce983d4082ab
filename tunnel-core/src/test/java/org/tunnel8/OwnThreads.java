package org.tunnel8;

import java.util.Set;
import java.util.stream.Collectors;

/** The threads that the library has started and that have not ended. */
public final class OwnThreads {
    private OwnThreads() {}

    /** All of them, now. */
    public static Set<Thread> alive() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.isAlive() && thread.getName().startsWith("tunnel8"))
                .collect(Collectors.toSet());
    }

    /** Whether the caller runs on one. */
    public static boolean isCurrent() {
        return Thread.currentThread().getName().startsWith("tunnel8");
    }
}

package org.tunnel8.walk;

import org.jspecify.annotations.Nullable;
import org.tunnel8.time.Deadline;
import org.tunnel8.time.Deadlines;

/**
 * Refreshes the peer table by new introductions, however many peers are known (FR-008): some of them are asked, what they
 * introduce is walked to, and a bootstrap server that answers is kept in mind of us. Engine thread only.
 */
final class TableRefresh {
    private final BootstrapManager bootstrap;
    private final Walker walker;
    private final Deadlines deadlines;
    private final long intervalNanos;
    private @Nullable Deadline next;

    TableRefresh(WalkContext context, BootstrapManager bootstrap, Walker walker) {
        this.bootstrap = bootstrap;
        this.walker = walker;
        this.deadlines = context.deadlines();
        this.intervalNanos = context.settings().refreshInterval().toNanos();
    }

    void start() {
        next = deadlines.after(intervalNanos, this::refresh);
    }

    void stop() {
        if (next != null) {
            next.cancel();
        }
    }

    private void refresh() {
        start();
        bootstrap.refresh();
        walker.refresh();
    }
}

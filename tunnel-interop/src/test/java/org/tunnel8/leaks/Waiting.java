package org.tunnel8.leaks;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.Callable;

/** Waits for what the parties do in their own time. */
final class Waiting {
    private static final Duration LOOK = Duration.ofMillis(100);

    private Waiting() {}

    static void until(String what, Duration limit, Callable<Boolean> condition) {
        await(what).pollDelay(Duration.ZERO).pollInterval(LOOK).atMost(limit).until(condition);
    }

    /** Waits as long, and fails as soon as the condition does not hold. */
    static void during(String what, Duration time, Callable<Boolean> condition) {
        await(what)
                .pollDelay(Duration.ZERO)
                .pollInterval(LOOK)
                .during(time)
                .atMost(time.plusSeconds(60))
                .until(condition);
    }
}

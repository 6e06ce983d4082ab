package org.tunnel8.interop;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.awaitility.core.ConditionTimeoutException;

/** Waits for what other processes do in their own time. */
final class Eventually {
    private static final Duration LOOK = Duration.ofMillis(50);

    private Eventually() {}

    static void holds(Duration limit, Callable<Boolean> condition) {
        await().pollInterval(LOOK).pollDelay(Duration.ZERO).atMost(limit).until(condition);
    }

    /** Waits until the condition holds, and goes on if it does not in time. */
    static void holdsOrNot(Duration limit, Callable<Boolean> condition) {
        try {
            holds(limit, condition);
        } catch (ConditionTimeoutException e) {
            Figures.print("not within %d s", limit.toSeconds());
        }
    }

    /** Waits as long, and fails as soon as the condition does not hold. */
    static void holdsFor(Duration time, Callable<Boolean> condition) {
        await().pollInterval(Duration.ofMillis(500))
                .during(time)
                .atMost(time.plusSeconds(60))
                .until(condition);
    }
}

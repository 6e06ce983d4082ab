package org.tunnel8.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeadlinesTest {
    private final Deadlines deadlines = new Deadlines(0);
    private final List<String> ran = new ArrayList<>();

    @Test
    void runsWhatIsDueByTimeAndThenByOrder() {
        deadlines.at(20, () -> ran.add("c"));
        deadlines.at(10, () -> ran.add("a"));
        deadlines.at(10, () -> ran.add("b"));
        deadlines.at(30, () -> ran.add("d"));

        deadlines.advance(20);
        deadlines.runDue();

        assertThat(ran).containsExactly("a", "b", "c");
        assertThat(deadlines.nextNanos()).isEqualTo(30);
    }

    @Test
    void runsWhatAnActionMakesDue() {
        deadlines.at(10, () -> deadlines.after(0, () -> ran.add("then")));

        deadlines.advance(10);
        deadlines.runDue();

        assertThat(ran).containsExactly("then");
    }

    @Test
    void neverRunsWhatWasCancelled() {
        Deadline cancelled = deadlines.at(10, () -> ran.add("never"));
        cancelled.cancel();

        deadlines.advance(10);
        deadlines.runDue();

        assertThat(ran).isEmpty();
        assertThat(cancelled.isPending()).isFalse();
        assertThat(deadlines.nextNanos()).isEqualTo(Long.MAX_VALUE);
        assertThat(deadlines.size()).isZero();
    }

    @Test
    void timeNeverRunsBackwards() {
        deadlines.advance(50);
        deadlines.advance(40);

        assertThat(deadlines.nowNanos()).isEqualTo(50);
    }

    @Test
    void cancelledActionsDoNotPileUp() {
        List<Deadline> kept = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            Deadline deadline = deadlines.at(1_000_000 - i, () -> {});
            if (i % 1_000 == 0) {
                kept.add(deadline);
            } else {
                deadline.cancel();
            }
        }

        assertThat(deadlines.size()).isEqualTo(kept.size());
        assertThat(deadlines.queued()).isLessThan(kept.size() * 2 + 200);
    }

    @Test
    void aBucketAllowsItsBurstAndThenItsRate() {
        TokenBucket bucket = new TokenBucket(deadlines, 10, 3);

        assertThat(takes(bucket, 5)).isEqualTo(3);
        deadlines.advance(100_000_000L);
        assertThat(takes(bucket, 5)).isEqualTo(1);
        deadlines.advance(10_000_000_000L);
        assertThat(takes(bucket, 5)).isEqualTo(3);
    }

    private static int takes(TokenBucket bucket, int tries) {
        int taken = 0;
        for (int i = 0; i < tries; i++) {
            taken += bucket.tryTake() ? 1 : 0;
        }
        return taken;
    }
}

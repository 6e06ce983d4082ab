package org.tunnel8.transport.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RetryQueueTest {
    /** Near the end of the clock's range, so that due times wrap around. */
    private static final long START_NANOS = Long.MAX_VALUE - millis(150);

    private final MemoryBudget budget = new MemoryBudget(1_000, null);
    private final RetryQueue<String> queue = new RetryQueue<>(10, budget);

    @Test
    void waitsDoubleFrom100MillisecondsTo5Seconds() {
        assertThat(IntStream.rangeClosed(1, 8).mapToObj(RetrySchedule::delayNanos))
                .containsExactly(
                        millis(100),
                        millis(200),
                        millis(400),
                        millis(800),
                        millis(1_600),
                        millis(3_200),
                        millis(5_000),
                        millis(5_000));
        assertThat(RetrySchedule.delayNanos(Integer.MAX_VALUE)).isEqualTo(millis(5_000));
        assertThatIllegalArgumentException().isThrownBy(() -> RetrySchedule.delayNanos(0));
    }

    @Test
    void itemsComeBackWhenTheyAreDueAndNotBefore() {
        queue.offer("one", 1, 10, START_NANOS);
        assertThat(queue.nextNanos()).isEqualTo(START_NANOS + millis(100));
        assertThat(queue.pollDue(START_NANOS + millis(100) - 1)).isNull();
        assertThat(queue.pollDue(START_NANOS + millis(100))).isEqualTo("one");
        assertThat(queue.nextNanos()).isEqualTo(RetryQueue.NEVER);
    }

    @Test
    void itemsComeInTheOrderOfTheirTimesAndThenOfTheirArrival() {
        queue.offer("late", 2, 10, START_NANOS);
        queue.offer("first", 1, 10, START_NANOS);
        queue.offer("second", 1, 10, START_NANOS);
        assertThat(drain(START_NANOS + millis(200))).containsExactly("first", "second", "late");
    }

    @Test
    void theNumberOfItemsIsBounded() {
        for (int i = 0; i < 10; i++) {
            assertThat(queue.offer("item", 1, 1, START_NANOS)).isTrue();
        }
        assertThat(queue.offer("one too many", 1, 1, START_NANOS)).isFalse();
        assertThat(queue.size()).isEqualTo(10);
        assertThat(budget.usedBytes()).isEqualTo(10);
    }

    @Test
    void theBytesOfItemsAreBoundedAndGivenBack() {
        assertThat(queue.offer("large", 1, 900, START_NANOS)).isTrue();
        assertThat(queue.offer("too large", 1, 101, START_NANOS)).isFalse();
        assertThat(queue.offer("fits", 1, 100, START_NANOS)).isTrue();
        assertThat(drain(START_NANOS + millis(100))).hasSize(2);
        assertThat(budget.usedBytes()).isZero();
    }

    private List<String> drain(long nowNanos) {
        List<String> items = new ArrayList<>();
        for (String item = queue.pollDue(nowNanos); item != null; item = queue.pollDue(nowNanos)) {
            items.add(item);
        }
        return items;
    }

    private static long millis(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }
}

package org.tunnel8.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class CallbackThreadTest {
    private final CallbackThread callbacks = new CallbackThread("callbacks-under-test");

    private static List<Thread> alive() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("callbacks-under-test"))
                .toList();
    }

    @Test
    void runsCallbacksInOrderOnAThreadOfItsOwn() throws InterruptedException {
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        for (int i = 0; i < 3; i++) {
            String number = " " + i;
            assertThat(callbacks.execute(() -> seen.add(Thread.currentThread().getName() + number)))
                    .isTrue();
        }

        for (int i = 0; i < 3; i++) {
            assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo("callbacks-under-test " + i);
        }
        callbacks.close();
    }

    @Test
    void aCallbackThatThrowsStopsNoOthers() throws InterruptedException {
        CountDownLatch ran = new CountDownLatch(1);
        callbacks.execute(() -> {
            throw new IllegalStateException("a failure of the application's, meant to be logged");
        });
        callbacks.execute(() -> {
            throw new AssertionError("an error of the application's, meant to be logged");
        });
        callbacks.execute(ran::countDown);

        assertThat(ran.await(10, TimeUnit.SECONDS)).isTrue();
        callbacks.close();
    }

    @Test
    void losesAndCountsWhatAHangingCallbackKeepsWaiting() {
        CountDownLatch release = new CountDownLatch(1);
        callbacks.execute(() -> awaitQuietly(release));
        int taken = 0;
        for (int i = 0; i < 10_000; i++) {
            taken += callbacks.execute(() -> {}) ? 1 : 0;
        }

        assertThat(taken).isBetween(8_000, 9_000);
        assertThat(callbacks.lost()).isEqualTo(10_000 - taken);
        release.countDown();
        callbacks.close();
    }

    @Test
    void closingRunsWhatWaitsAndEndsTheThread() {
        List<Integer> seen = new CopyOnWriteArrayList<>();
        CountDownLatch release = new CountDownLatch(1);
        callbacks.execute(() -> awaitQuietly(release));
        callbacks.execute(() -> seen.add(1));
        assertThat(alive()).hasSize(1);
        release.countDown();

        callbacks.close();

        assertThat(alive()).isEmpty();
        assertThat(seen).containsExactly(1);
        assertThat(callbacks.execute(() -> seen.add(2))).isFalse();
        assertThat(seen).containsExactly(1);
        callbacks.close();
    }

    @Test
    void aCallbackMayCloseIt() throws InterruptedException {
        CountDownLatch closed = new CountDownLatch(1);
        callbacks.execute(() -> {
            callbacks.close();
            closed.countDown();
        });

        assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
        callbacks.close();
        assertThat(alive()).isEmpty();
    }

    @Test
    void withoutCallbacksThereIsNoThread() {
        assertThat(alive()).isEmpty();
        callbacks.close();
        assertThat(callbacks.execute(() -> {})).isFalse();
        assertThat(alive()).isEmpty();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

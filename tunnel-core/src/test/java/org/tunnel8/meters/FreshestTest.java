package org.tunnel8.meters;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A value that a busy thread has to be asked for holds up no scrape. */
@Timeout(30)
class FreshestTest {
    @Test
    void asksOnceForManyLooks() {
        AtomicInteger asked = new AtomicInteger();
        Freshest<Integer> value = new Freshest<>(() -> CompletableFuture.completedFuture(asked.incrementAndGet()), 0);
        for (int i = 0; i < 1_000; i++) {
            assertThat(value.get()).isEqualTo(1);
        }
    }

    @Test
    void waitsForASilentThreadOnlyOnceAndTakesItsAnswerLater() {
        CompletableFuture<String> answer = new CompletableFuture<>();
        Freshest<String> value = new Freshest<>(() -> answer, "before");
        long start = System.nanoTime();
        for (int i = 0; i < 100; i++) {
            assertThat(value.get()).isEqualTo("before");
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));

        answer.complete("after");
        assertThat(value.get()).isEqualTo("after");
    }

    @Test
    void keepsWhatItHasWhenNobodyCanBeAskedAnyMore() {
        Freshest<String> value =
                new Freshest<>(() -> CompletableFuture.failedFuture(new IllegalStateException("closed")), "last");
        assertThat(value.get()).isEqualTo("last");
        assertThat(value.get()).isEqualTo("last");
    }
}

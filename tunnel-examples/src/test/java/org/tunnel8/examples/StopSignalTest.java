package org.tunnel8.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class StopSignalTest {
    private static final Duration LONG = Duration.ofMinutes(5);

    private final StopSignal stop = new StopSignal();

    @Test
    void waitEndsWhenTheTimeIsUp() {
        assertThat(stop.await(Duration.ofMillis(1))).isFalse();
        assertThat(stop.isRequested()).isFalse();
    }

    @Test
    void waitEndsWhenStoppingIsAskedFor() {
        stop.request();
        assertThat(stop.await(LONG)).isTrue();
        assertThat(stop.awaitEither(new CompletableFuture<>(), LONG)).isTrue();
        assertThat(stop.isRequested()).isTrue();
    }

    @Test
    void waitEndsWhenTheAwaitedIsDoneEitherWay() {
        assertThat(stop.awaitEither(CompletableFuture.completedFuture(1), LONG)).isTrue();
        assertThat(stop.awaitEither(CompletableFuture.failedFuture(new IllegalStateException("no")), LONG))
                .isTrue();
        assertThat(stop.isRequested()).isFalse();
    }
}

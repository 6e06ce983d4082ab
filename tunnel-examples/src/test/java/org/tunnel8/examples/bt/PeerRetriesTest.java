package org.tunnel8.examples.bt;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PeerRetriesTest {
    private static final InetSocketAddress PEER = new InetSocketAddress("192.0.2.1", 6881);

    private final PeerRetries retries = new PeerRetries();

    private boolean isDueAt(long seconds, boolean connected) {
        return !retries.due(TimeUnit.SECONDS.toNanos(seconds), peer -> connected)
                .isEmpty();
    }

    @Test
    void aPeerThatDoesNotAnswerIsTriedLessAndLessOften() {
        retries.add(PEER, 0);
        assertThat(isDueAt(0, false)).isTrue();
        assertThat(isDueAt(9, false)).isFalse();
        assertThat(isDueAt(10, false)).isTrue();
        assertThat(isDueAt(29, false)).isFalse();
        assertThat(isDueAt(30, false)).isTrue();
        assertThat(isDueAt(69, false)).isFalse();
        assertThat(isDueAt(70, false)).isTrue();
    }

    @Test
    void noPeerWaitsForMoreThanFiveMinutesAndAHalf() {
        retries.add(PEER, 0);
        long now = 0;
        for (int i = 0; i < 20; i++) {
            assertThat(isDueAt(now, false)).isTrue();
            now += 320;
        }
    }

    @Test
    void aPeerThatWasConnectedIsTriedSoonAfterItIsLost() {
        retries.add(PEER, 0);
        assertThat(isDueAt(0, false)).isTrue();
        assertThat(isDueAt(10, false)).isTrue();
        assertThat(isDueAt(1_000, true)).isFalse();
        assertThat(isDueAt(1_009, false)).isFalse();
        assertThat(isDueAt(1_010, false)).isTrue();
    }

    @Test
    void oneThatBtHasFoundIsBeingTriedAlready() {
        retries.discovered(PEER, 0);
        assertThat(isDueAt(0, false)).isFalse();
        assertThat(isDueAt(10, false)).isTrue();
    }

    @Test
    void remembersNoMoreThanAThousand() {
        for (int i = 0; i < PeerRetries.MOST_PEERS + 10; i++) {
            retries.add(new InetSocketAddress("192.0.2.1", i + 1), 0);
        }
        assertThat(retries.due(0, peer -> false)).hasSize(PeerRetries.MOST_PEERS);
    }
}

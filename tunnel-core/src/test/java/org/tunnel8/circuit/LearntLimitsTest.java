package org.tunnel8.circuit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.time.Deadlines;

/** What is taken for a limit that a hop sets. */
class LearntLimitsTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long MEGABYTE = 1L << 20;

    private final SplittableRandom random = new SplittableRandom(5);
    private final Deadlines deadlines = new Deadlines(0);
    private final LearntLimits limits = new LearntLimits(deadlines);
    private final PublicKey hop = key();
    private final PublicKey other = key();

    private PublicKey key() {
        return IdentityKey.generate(random).publicKey();
    }

    private void end(long seconds, long bytes) {
        deadlines.advance(deadlines.nowNanos() + 60 * SECOND);
        limits.ended(List.of(hop, key()), seconds * SECOND, bytes);
    }

    private boolean isNear(long seconds, long bytes) {
        return limits.isNear(List.of(other, hop), seconds * SECOND, bytes);
    }

    @Test
    void twoEndsAtTheSameAgeMakeALimitThatCircuitsAreReplacedBefore() {
        end(600, 0);
        assertThat(isNear(595, 0)).as("one end says nothing").isFalse();
        end(612, 0);

        assertThat(isNear(500, 0)).isFalse();
        assertThat(isNear(520, 0)).isTrue();
        assertThat(limits.isNear(List.of(other), 10_000 * SECOND, 0)).isFalse();
    }

    @Test
    void endsAtDifferentAgesMakeNone() {
        end(600, 0);
        end(300, 0);
        end(600, 0);

        assertThat(isNear(10_000, 0)).isFalse();
    }

    @Test
    void twoEndsAfterTheSameTrafficMakeALimitOfTraffic() {
        end(600, 100 * MEGABYTE);
        end(100, 101 * MEGABYTE);

        assertThat(isNear(10_000, 80 * MEGABYTE)).isFalse();
        assertThat(isNear(10_000, 90 * MEGABYTE)).isTrue();
    }

    @Test
    void whatEndsAtOnceHasMetNoLimit() {
        end(20, 0);
        end(20, 0);

        assertThat(isNear(10_000, 0)).isFalse();
    }

    @Test
    void aCircuitThatOutlivesALimitTakesItBack() {
        end(600, 0);
        end(600, 0);
        limits.outlived(List.of(hop), 700 * SECOND, 0);

        assertThat(isNear(10_000, 0)).isFalse();
    }

    @Test
    void aLimitIsForgottenSomeTimeAfterTheLastEndThoughCircuitsAreReplacedForIt() {
        end(600, 0);
        end(600, 0);
        long last = deadlines.nowNanos();
        deadlines.advance(last + LearntLimits.MEMORY_NANOS - 1);
        assertThat(isNear(590, 0)).as("who is replaced before meets no limit").isTrue();

        deadlines.advance(last + LearntLimits.MEMORY_NANOS);
        assertThat(isNear(590, 0)).isFalse();
        deadlines.advance(last + 2 * LearntLimits.MEMORY_NANOS);
        deadlines.runDue();
        assertThat(limits.table().size()).isZero();
    }

    @Test
    void remembersNoMoreHopsThanItMay() {
        end(600, 0);
        end(600, 0);
        for (int i = 0; i < 60; i++) {
            deadlines.advance(deadlines.nowNanos() + 31 * SECOND);
            List<PublicKey> hops = new ArrayList<>(List.of(hop));
            for (int other = 0; other < 10; other++) {
                hops.add(key());
            }
            limits.ended(hops, 600 * SECOND, 0);
            assertThat(limits.table().isWithinBound()).isTrue();
        }
        assertThat(limits.table().size()).isEqualTo(LearntLimits.MAX_HOPS);
        assertThat(isNear(590, 0)).as("the one that ended each").isTrue();
    }

    @Test
    void endsAtTheSameMomentHaveOneCauseAndMakeNoLimit() {
        end(600, 100 * MEGABYTE);
        deadlines.advance(deadlines.nowNanos() + 5 * SECOND);
        limits.ended(List.of(hop), 605 * SECOND, 101 * MEGABYTE);

        assertThat(isNear(10_000, 0)).as("our own line was down").isFalse();
        assertThat(isNear(0, 1_000 * MEGABYTE)).isFalse();

        deadlines.advance(deadlines.nowNanos() + 610 * SECOND);
        end(610, 0);
        assertThat(isNear(595, 0)).as("and again, by itself").isTrue();
    }
}

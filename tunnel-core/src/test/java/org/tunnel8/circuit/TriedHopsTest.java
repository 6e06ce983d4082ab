package org.tunnel8.circuit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.time.Deadlines;

/** What is remembered of hops that were asked to join circuits. */
class TriedHopsTest {
    private final SplittableRandom random = new SplittableRandom(11);
    private final Deadlines deadlines = new Deadlines(0);
    private final TriedHops hops = new TriedHops(deadlines);
    private final PublicKey hop = key();

    private PublicKey key() {
        return IdentityKey.generate(random).publicKey();
    }

    private void pass(long nanos) {
        long until = deadlines.nowNanos() + nanos;
        while (deadlines.nextNanos() <= until) {
            deadlines.advance(deadlines.nextNanos());
            deadlines.runDue();
        }
        deadlines.advance(until);
    }

    @Test
    void whoHasFailedIsLeftAloneForAWhileAndLeavesNoTraceAfterwards() {
        hops.failed(hop);
        pass(TriedHops.REST_NANOS - 1);
        assertThat(hops.contains(hop)).isTrue();

        pass(1);
        assertThat(hops.contains(hop)).isFalse();
        pass(TriedHops.REST_NANOS / 8);
        assertThat(hops.tables()).extracting(TableSize::size).containsOnly(0);
    }

    @Test
    void whoLetUsInIsWelcomeUntilItFailsOrTimeHasPassed() {
        hops.failed(hop);
        hops.letIn(hop);
        assertThat(hops.contains(hop)).isFalse();
        assertThat(hops.isWelcoming(hop)).isTrue();
        assertThat(hops.isWelcoming(key())).isFalse();

        hops.failed(hop);
        assertThat(hops.isWelcoming(hop)).isFalse();

        hops.letIn(hop);
        pass(TriedHops.WELCOME_NANOS);
        assertThat(hops.isWelcoming(hop)).isFalse();
    }

    @Test
    void whoLetsUsInAndPassesNothingOnIsNotPreferredForLong() {
        hops.letIn(hop);
        for (int i = 1; i < TriedHops.VAIN_EXTENDS; i++) {
            hops.extendedInVain(hop);
        }
        assertThat(hops.isWelcoming(hop)).isTrue();
        hops.passedOn(hop);
        for (int i = 1; i < TriedHops.VAIN_EXTENDS; i++) {
            hops.extendedInVain(hop);
            hops.letIn(hop);
        }
        assertThat(hops.isWelcoming(hop))
                .as("it has passed something on meanwhile")
                .isTrue();

        hops.extendedInVain(hop);
        assertThat(hops.isWelcoming(hop)).isFalse();
    }

    @Test
    void remembersNoMoreHopsThanItMay() {
        for (int i = 0; i < 3 * TriedHops.MAX_TRIED; i++) {
            hops.failed(key());
            hops.letIn(key());
            assertThat(hops.tables()).allMatch(TableSize::isWithinBound);
        }
    }
}

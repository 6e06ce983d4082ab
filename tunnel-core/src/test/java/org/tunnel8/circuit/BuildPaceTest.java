package org.tunnel8.circuit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.tunnel8.time.Deadlines;

/** How many attempts are made at a time, and when nothing is tried for a while. */
class BuildPaceTest {
    private final Deadlines deadlines = new Deadlines(0);
    private final BuildPace pace = new BuildPace(CircuitSettings.of(3, 1, 20), deadlines);

    private long pauseNanos() {
        return Math.max(0, pace.pausedUntilNanos() - deadlines.nowNanos());
    }

    private void fail(int times, boolean anyAnswered) {
        for (int i = 0; i < times; i++) {
            pace.failed(anyAnswered);
        }
    }

    @Test
    void whereNobodyAnswersPausesGrowSoonAndNothingIsRaced() {
        fail(6, false);
        assertThat(pauseNanos()).isZero();
        assertThat(pace.most(2, true)).isEqualTo(6);

        fail(1, false);
        assertThat(pauseNanos()).isEqualTo(2 * BuildPace.FIRST_PAUSE_NANOS);
        assertThat(pace.most(2, true)).isEqualTo(2);
        fail(1, false);
        assertThat(pauseNanos()).isEqualTo(4 * BuildPace.FIRST_PAUSE_NANOS);
        fail(100, false);
        assertThat(pauseNanos()).isEqualTo(BuildPace.LONGEST_PAUSE_NANOS);
    }

    @Test
    void whereHopsAnswerItIsTriedWithoutAPauseForLonger() {
        for (int i = 0; i < 6; i++) {
            fail(2, false);
            fail(2, true);
        }
        assertThat(pauseNanos()).isZero();
        assertThat(pace.most(2, true)).isEqualTo(6);

        fail(100, true);
        assertThat(pauseNanos()).isEqualTo(BuildPace.LONGEST_PAUSE_NANOS);
        assertThat(pace.most(2, true)).isEqualTo(2);
        pace.resume();
        assertThat(pauseNanos()).isZero();
    }

    @Test
    void aCircuitThatIsReadyMakesGoodForAllFailures() {
        fail(100, false);
        fail(100, true);
        pace.succeeded();

        assertThat(pauseNanos()).isZero();
        assertThat(pace.most(2, false)).isEqualTo(4);
        assertThat(pace.need(true, 0)).isEqualTo(Need.USUAL);
    }

    @Test
    void fewerAreRacedWhileFlowsHaveSomethingToRide() {
        assertThat(pace.most(1, false)).isEqualTo(2);
        assertThat(pace.most(1, true)).isEqualTo(3);
    }

    @Test
    void whoHasLetUsInIsPreferredOnlyOnceAttemptsFailOrAreSlow() {
        assertThat(pace.need(true, 2)).isEqualTo(Need.USUAL);
        assertThat(pace.need(true, 3)).isEqualTo(Need.URGENT);
        fail(2, true);
        assertThat(pace.need(true, 0)).isEqualTo(Need.USUAL);
        assertThat(pace.need(true, 1)).isEqualTo(Need.URGENT);
        assertThat(pace.need(false, 1)).isEqualTo(Need.SPARING);
    }
}

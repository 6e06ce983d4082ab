package org.tunnel8.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ReliabilityTest {
    private final Reliability reliability = new Reliability();

    @Test
    void knowsNothingAtFirst() {
        assertThat(reliability.isKnown()).isFalse();
        assertThat(reliability.score(PeerRole.RELAY, 0)).isEqualTo(Reliability.UNKNOWN_SCORE);
    }

    @Test
    void risesWithSuccessesAndFallsWithFailures() {
        reliability.succeeded(PeerRole.RELAY, 0);
        double afterSuccess = reliability.score(PeerRole.RELAY, 0);
        reliability.failed(PeerRole.RELAY, 1, 0);
        reliability.failed(PeerRole.RELAY, 1, 0);

        assertThat(afterSuccess).isGreaterThan(Reliability.UNKNOWN_SCORE);
        assertThat(reliability.score(PeerRole.RELAY, 0)).isLessThan(Reliability.UNKNOWN_SCORE);
    }

    @Test
    void keepsTheRolesApart() {
        reliability.failed(PeerRole.EXIT, 1, 0);

        assertThat(reliability.score(PeerRole.RELAY, 0)).isEqualTo(Reliability.UNKNOWN_SCORE);
        assertThat(reliability.score(PeerRole.EXIT, 0)).isLessThan(Reliability.UNKNOWN_SCORE);
    }

    @Test
    void weighsASharedFailureByItsShare() {
        Reliability whole = new Reliability();
        whole.failed(PeerRole.RELAY, 1, 0);
        reliability.failed(PeerRole.RELAY, 1.0 / 3, 0);

        assertThat(reliability.score(PeerRole.RELAY, 0)).isGreaterThan(whole.score(PeerRole.RELAY, 0));
        assertThat(reliability.failuresInARow(PeerRole.RELAY)).isZero();
        assertThat(whole.failuresInARow(PeerRole.RELAY)).isEqualTo(1);
    }

    @Test
    void forgetsHalfOfItsEvidenceInAHalfLife() {
        for (int i = 0; i < 8; i++) {
            reliability.failed(PeerRole.RELAY, 1, 0);
        }

        assertThat(reliability.evidence(PeerRole.RELAY, Reliability.HALF_LIFE_NANOS))
                .isCloseTo(4, within(1e-9));
        assertThat(reliability.evidence(PeerRole.RELAY, 3 * Reliability.HALF_LIFE_NANOS))
                .isCloseTo(1, within(1e-9));
        assertThat(reliability.score(PeerRole.RELAY, 20 * Reliability.HALF_LIFE_NANOS))
                .isCloseTo(Reliability.UNKNOWN_SCORE, within(1e-4));
    }

    @Test
    void countsFailuresInARowForEachRoleUntilASuccessInIt() {
        reliability.failed(PeerRole.RELAY, 1, 0);
        reliability.failed(PeerRole.EXIT, 1, 0);
        assertThat(reliability.failuresInARow(PeerRole.RELAY)).isEqualTo(1);

        reliability.succeeded(PeerRole.INTRODUCTION, 0);
        assertThat(reliability.failuresInARow(PeerRole.RELAY)).isEqualTo(1);
        reliability.succeeded(PeerRole.RELAY, 0);
        assertThat(reliability.failuresInARow(PeerRole.RELAY)).isZero();
        assertThat(reliability.failuresInARow(PeerRole.EXIT)).isEqualTo(1);
    }

    @Test
    void restsAfterFiveFailuresInARowAndHasOneChanceAtATimeThen() {
        for (int i = 0; i < Reliability.FAILURES_TO_REST; i++) {
            assertThat(reliability.isResting(PeerRole.RELAY, 0)).isFalse();
            reliability.failed(PeerRole.RELAY, 1, 0);
        }
        assertThat(reliability.isResting(PeerRole.RELAY, 0)).isTrue();
        assertThat(reliability.isResting(PeerRole.EXIT, 0)).isFalse();

        long later = Reliability.REST_NANOS;
        assertThat(reliability.isResting(PeerRole.RELAY, later)).isFalse();
        reliability.failed(PeerRole.RELAY, 1, later);
        assertThat(reliability.isResting(PeerRole.RELAY, later)).isTrue();
        reliability.succeeded(PeerRole.RELAY, later);
        assertThat(reliability.isResting(PeerRole.RELAY, later)).isFalse();
    }

    @Test
    void refusesSharesThatAreNone() {
        assertThatThrownBy(() -> reliability.failed(PeerRole.RELAY, 0, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> reliability.failed(PeerRole.RELAY, 1.5, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> reliability.failed(PeerRole.RELAY, Double.NaN, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }
}

package org.tunnel8.circuit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tunnel8.virtual.Seed;

/** When a circuit is said to hold somebody who does not do his part. */
class CircuitQualityTest {
    private static final int CIRCUITS = 2_000;
    private static final int PINGS = 24;

    private final SplittableRandom random = new SplittableRandom(Seed.take(getClass()));
    private final CircuitQuality.Usual usual = new CircuitQuality.Usual();
    private long nowNanos;

    /** What lessons of some circuits teach, each of as many pings as make one. */
    private CircuitQuality.Usual learn(double answered, int circuits) {
        CircuitQuality.Usual learnt = new CircuitQuality.Usual();
        for (int i = 0; i < circuits; i++) {
            learnt.learn(lesson(answered));
        }
        return learnt;
    }

    private double lesson(double answered) {
        int answers = 0;
        for (int ping = 0; ping < CircuitQuality.LESSON_PINGS; ping++) {
            answers += random.nextDouble() < answered ? 1 : 0;
        }
        return (double) answers / CircuitQuality.LESSON_PINGS;
    }

    /** The share of circuits that are poor after some pings, where one share is answered and another is usual. */
    private double poor(double answered, double usually) {
        int poor = 0;
        for (int i = 0; i < CIRCUITS; i++) {
            CircuitQuality quality = new CircuitQuality(learn(usually, 20));
            for (int ping = 0; ping < PINGS && !quality.isPoor(); ping++) {
                quality.ping(random.nextDouble() < answered);
            }
            poor += quality.isPoor() ? 1 : 0;
        }
        return (double) poor / CIRCUITS;
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.99, 0.94, 0.8, 0.53})
    void anHonestCircuitIsHardlyEverCalledPoorWhateverTheNetworkLoses(double answered) {
        assertThat(poor(answered, answered)).isLessThan(0.02);
    }

    @Test
    void aHopThatDropsAThirdEachWayIsFoundOutWithinTheTrial() {
        assertThat(poor(0.94 * 0.67 * 0.67, 0.94)).isGreaterThan(0.8);
    }

    @Test
    void aThirdOfCircuitsThatDropDoNotPassForUsual() {
        CircuitQuality.Usual learnt = new CircuitQuality.Usual();
        for (int i = 0; i < 60; i++) {
            learnt.learn(lesson(i % 3 == 0 ? 0.45 : 0.94));
        }

        assertThat(learnt.share()).isGreaterThan(0.8);
    }

    @Test
    void beforeAnythingIsKnownNoCircuitIsPoorForLosingPings() {
        CircuitQuality quality = new CircuitQuality(usual);
        for (int i = 0; i < 50; i++) {
            quality.ping(false);
        }

        assertThat(quality.isPoor()).isFalse();
    }

    private void span(CircuitQuality quality, int good, int bad, int replayed) {
        for (int i = 0; i < good; i++) {
            quality.good();
        }
        for (int i = 0; i < bad; i++) {
            quality.bad(1);
        }
        for (int i = 0; i < replayed; i++) {
            quality.replayed(false);
        }
        nowNanos += CircuitQuality.SPAN_NANOS;
        quality.look(nowNanos);
    }

    @Test
    void cellsThatAHopDamagedAgainAndAgainMakeACircuitPoor() {
        CircuitQuality quality = new CircuitQuality(usual);
        for (int i = 0; i < CircuitQuality.BAD_SPANS; i++) {
            assertThat(quality.isPoor()).isFalse();
            span(quality, 100, 30, 0);
        }

        assertThat(quality.isPoor()).isTrue();
        assertThat(quality.worstLayer()).isEqualTo(1);
    }

    @Test
    void cellsThatComeTwiceAgainAndAgainMakeACircuitPoorAndNowAndThenDoNot() {
        CircuitQuality quality = new CircuitQuality(usual);
        for (int i = 0; i < 20; i++) {
            span(quality, 1_000, 0, 10);
        }
        assertThat(quality.isPoor()).isFalse();
        for (int i = 0; i < CircuitQuality.BAD_SPANS; i++) {
            span(quality, 1_000, 0, 1_000);
        }

        assertThat(quality.isPoor()).isTrue();
        assertThat(quality.worstLayer()).isEqualTo(-1);
    }

    @Test
    void aFloodOfForgedCellsIsNoHopsDoing() {
        CircuitQuality quality = new CircuitQuality(usual);
        for (int i = 0; i < 20; i++) {
            span(quality, 100, 5_000, 5_000);
        }

        assertThat(quality.isPoor()).isFalse();
    }

    @Test
    void aCircuitThatCarriesNextToNothingIsFoundOutToo() {
        CircuitQuality forging = new CircuitQuality(usual);
        CircuitQuality repeating = new CircuitQuality(new CircuitQuality.Usual());
        for (int i = 0; i < CircuitQuality.BAD_SPANS; i++) {
            span(forging, 1, 10, 0);
            nowNanos -= CircuitQuality.SPAN_NANOS;
            span(repeating, 2, 0, 4);
        }

        assertThat(forging.isPoor()).isTrue();
        assertThat(repeating.isPoor()).isTrue();
    }

    @Test
    void aBadSpanCallsForACloserLookAndIsForgottenWithASpanThatShowsTheCircuitClean() {
        CircuitQuality quality = new CircuitQuality(usual);
        span(quality, 16, 0, 32);
        assertThat(quality.isDoubtful()).isTrue();
        span(quality, 1, 0, 0);
        assertThat(quality.isDoubtful()).as("a quiet span shows nothing").isTrue();
        span(quality, 32, 0, 0);
        assertThat(quality.isDoubtful()).isFalse();
    }

    /** Has two circuits become tainted at once, so that the second has to wait to be left. */
    private void taint(CircuitQuality first, CircuitQuality second, int badOfSecond, int replayedOfSecond) {
        for (int i = 0; i < CircuitQuality.BAD_SPANS; i++) {
            span(first, 100, 30, 0);
            nowNanos -= CircuitQuality.SPAN_NANOS;
            span(second, 100, badOfSecond, replayedOfSecond);
        }
        assertThat(first.isPoor()).isTrue();
        assertThat(second.isPoor()).isFalse();
    }

    @Test
    void aCircuitThatIsToBeLeftIsNotForgottenWhileItIsQuietAndHasToWait() {
        CircuitQuality first = new CircuitQuality(usual);
        CircuitQuality second = new CircuitQuality(usual);
        taint(first, second, 0, 200);

        for (int i = 0; i < 8; i++) {
            span(second, 1, 0, 2);
            span(first, 1, 0, 0);
            nowNanos -= CircuitQuality.SPAN_NANOS;
        }
        assertThat(first.worstLayer()).isEqualTo(1);
        assertThat(second.isPoor()).isTrue();
    }

    @Test
    void oneCircuitAMinuteIsLeftForWhatCameThroughItBesides() {
        CircuitQuality second = new CircuitQuality(usual);
        taint(new CircuitQuality(usual), second, 30, 0);

        for (int i = 0; i < 8; i++) {
            span(second, 100, 30, 0);
        }
        assertThat(second.isPoor()).isTrue();
    }
}

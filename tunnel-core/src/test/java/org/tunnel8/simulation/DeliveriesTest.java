package org.tunnel8.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DeliveriesTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long TICK = SECOND / 200;

    private static Deliveries steadyFor(long nanos) {
        Deliveries deliveries = new Deliveries(0);
        for (long number = 0; number * TICK <= nanos; number++) {
            deliveries.received(number, number * TICK);
        }
        return deliveries;
    }

    @Test
    void aSecondWithoutADeliveryIsAnInterruptionAndLessIsNone() {
        Deliveries deliveries = steadyFor(2 * SECOND);
        deliveries.received(1_000, 3 * SECOND);
        deliveries.received(1_001, 5 * SECOND);
        deliveries.end(5 * SECOND);
        assertThat(Deliveries.merged(deliveries, deliveries))
                .containsExactly(new Deliveries.Silence(3 * SECOND, 5 * SECOND));
    }

    @Test
    void aSilenceLastsToTheEndOfTheMeasurementAndNoLonger() {
        Deliveries deliveries = steadyFor(2 * SECOND);
        deliveries.end(7 * SECOND);
        deliveries.received(9_000, 30 * SECOND);
        assertThat(Deliveries.merged(deliveries, deliveries))
                .containsExactly(new Deliveries.Silence(2 * SECOND, 7 * SECOND));
    }

    @Test
    void whatComesBeforeTheFirstDeliveryIsAnInterruptionOnlyIfItIsLong() {
        Deliveries quick = new Deliveries(0);
        quick.received(0, 15 * SECOND);
        assertThat(Deliveries.merged(quick, quick)).isEmpty();
        Deliveries late = new Deliveries(0);
        late.received(0, 16 * SECOND);
        assertThat(Deliveries.merged(late, quick)).containsExactly(new Deliveries.Silence(0, 16 * SECOND));
        Deliveries never = new Deliveries(0);
        never.end(30 * SECOND);
        assertThat(Deliveries.merged(never, quick)).containsExactly(new Deliveries.Silence(0, 30 * SECOND));
    }

    @Test
    void aFlowIsInterruptedWhileEitherDirectionIs() {
        Deliveries up = new Deliveries(0);
        up.received(0, 0);
        up.received(1, 3 * SECOND);
        up.received(2, 4 * SECOND);
        up.received(3, 9 * SECOND);
        Deliveries down = new Deliveries(0);
        down.received(0, SECOND);
        down.received(1, 6 * SECOND);
        assertThat(Deliveries.merged(up, down)).containsExactly(new Deliveries.Silence(0, 9 * SECOND));
    }

    @Test
    void theLongestSilenceIsThatSinceItWasAskedLast() {
        Deliveries deliveries = new Deliveries(0);
        deliveries.received(0, 0);
        deliveries.received(1, SECOND / 2);
        assertThat(deliveries.takeLongestNanos(SECOND)).isEqualTo(SECOND / 2);
        deliveries.received(2, SECOND);
        deliveries.received(3, SECOND + TICK);
        assertThat(deliveries.takeLongestNanos(SECOND + 2 * TICK)).isEqualTo(SECOND / 2);
        assertThat(deliveries.takeLongestNanos(SECOND + 3 * TICK)).isEqualTo(2 * TICK);
    }

    @Test
    void whatComesAgainIsCountedAndIsNoDelivery() {
        Deliveries deliveries = steadyFor(30 * SECOND);
        assertThat(deliveries.twice()).isZero();
        deliveries.received(6_000, 30 * SECOND + TICK);
        deliveries.received(5_000, 30 * SECOND + TICK);
        deliveries.received(3, 30 * SECOND + TICK);
        assertThat(deliveries.twice()).isEqualTo(3);
        assertThat(deliveries.twiceLate()).isEqualTo(2);
        assertThat(deliveries.received()).isEqualTo(6_001);
        assertThat(deliveries.takeLongestNanos(31 * SECOND)).isEqualTo(SECOND);
    }

    @Test
    void whatOvertakesOthersIsDeliveredOnce() {
        Deliveries deliveries = new Deliveries(0);
        for (long number : new long[] {2, 0, 1, 3}) {
            deliveries.received(number, number);
        }
        assertThat(deliveries.received()).isEqualTo(4);
        assertThat(deliveries.twice()).isZero();
    }
}

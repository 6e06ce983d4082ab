package org.tunnel8.transport.udp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The small parts that keep sending within bounds, with the time told. */
class SendLimitsTest {
    private long nowNanos = -5;

    @Test
    void aBudgetNeverGivesMoreThanItsLimit() {
        MemoryBudget budget = new MemoryBudget(100, null);
        assertThat(budget.reserve(60)).isTrue();
        assertThat(budget.reserve(41)).isFalse();
        assertThat(budget.reserve(40)).isTrue();
        budget.release(60);
        assertThat(budget.usedBytes()).isEqualTo(40);
        assertThat(budget.reserve(60)).isTrue();
    }

    @Test
    void budgetsUnderOneParentShareItsLimit() {
        MemoryBudget parent = new MemoryBudget(100, null);
        MemoryBudget one = new MemoryBudget(80, parent);
        MemoryBudget other = new MemoryBudget(80, parent);
        assertThat(one.reserve(70)).isTrue();
        assertThat(other.reserve(31)).isFalse();
        assertThat(other.usedBytes()).isZero();
        assertThat(other.reserve(30)).isTrue();
        assertThat(other.isRoomy()).as("the parent is full").isFalse();
        one.release(70);
        assertThat(parent.usedBytes()).isEqualTo(30);
        assertThat(other.isRoomy()).isTrue();
    }

    @Test
    void segmentsUpToWhatAnEthernetFrameHoldsAreJoined() {
        SegmentationGate gate = new SegmentationGate(true, () -> nowNanos);
        assertThat(gate.admits(1)).isTrue();
        assertThat(gate.admits(1_472)).isTrue();
        assertThat(gate.admits(1_473)).isFalse();
    }

    @Test
    void nothingIsJoinedWhereTheSystemCannot() {
        assertThat(new SegmentationGate(false, () -> nowNanos).admits(1)).isFalse();
    }

    @Test
    void aRefusedLengthIsTriedAgainAfterAMinute() {
        SegmentationGate gate = new SegmentationGate(true, () -> nowNanos);
        gate.refused(1_400);
        assertThat(gate.admits(1_400)).isFalse();
        assertThat(gate.admits(1_399)).isTrue();
        nowNanos += SegmentationGate.REFUSAL_NANOS - 1;
        assertThat(gate.admits(1_400)).isFalse();
        nowNanos += 1;
        assertThat(gate.admits(1_400)).isTrue();
        assertThat(gate.admits(1_473)).isFalse();
    }

    @Test
    void newsOfOneKindPassesOnceInTenSecondsAndTellsWhatWasHeldBack() {
        EventLimiter limiter = new EventLimiter();
        assertThat(limiter.admit(2, nowNanos)).isEqualTo(2);
        assertThat(limiter.admit(3, nowNanos)).isZero();
        nowNanos += EventLimiter.INTERVAL_NANOS - 1;
        assertThat(limiter.admit(4, nowNanos)).isZero();
        nowNanos += 1;
        assertThat(limiter.admit(1, nowNanos)).isEqualTo(8);
        assertThat(limiter.admit(1, nowNanos)).isZero();
    }
}

package org.tunnel8.transport.udp;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tunnel8.transport.SendFailure;

/** What becomes of sends that the system refuses, in virtual time ({@code FR-004}). */
class OutboxErrorsTest {
    private static final InetSocketAddress ONE = OutboxFixture.address(1);
    private static final InetSocketAddress OTHER = OutboxFixture.address(2);
    private static final int EINVAL = 22;
    private static final int EIO = 5;
    private static final int EMSGSIZE = 90;
    private static final int ENOBUFS = 105;

    private OutboxFixture fixture = new OutboxFixture(true);

    @AfterEach
    void nothingIsHeld() {
        fixture.close();
        fixture.assertNothingHeld();
    }

    @ParameterizedTest
    @EnumSource(names = {"NO_BUFFER_SPACE", "NETWORK_UNREACHABLE", "NOT_PERMITTED"})
    void aPassingErrorIsRetriedFiveTimesWithDoublingWaitsAndThenReported(SendFailure failure) {
        fixture.system.answer = send -> failure.errno();
        fixture.send(ONE, 100, 1);
        fixture.endTurn();
        int expected = 1;
        for (long wait : new long[] {100, 200, 400, 800, 1_600}) {
            assertThat(fixture.lost).isEmpty();
            assertThat(fixture.system.refusals).isEqualTo(expected);
            fixture.pass(wait - 1);
            assertThat(fixture.system.refusals)
                    .as("before the wait of %d ms is over", wait)
                    .isEqualTo(expected);
            fixture.pass(1);
            expected++;
            assertThat(fixture.system.refusals)
                    .as("after the wait of %d ms", wait)
                    .isEqualTo(expected);
        }
        assertThat(fixture.lost).isEqualTo(Map.of(failure, 1));
        assertThat(fixture.counters.retried.get()).isEqualTo(5);
        assertThat(fixture.counters.snapshot().dropped()).isEqualTo(Map.of(failure, 1L));
        fixture.pass(60_000);
        assertThat(fixture.system.refusals).isEqualTo(6);
    }

    @ParameterizedTest
    @EnumSource(names = {"NO_BUFFER_SPACE", "NETWORK_UNREACHABLE", "NOT_PERMITTED"})
    void aDatagramIsSentOnceTheErrorPassed(SendFailure failure) {
        fixture.system.answer = send -> failure.errno();
        fixture.send(ONE, 100, 7);
        fixture.endTurn();
        fixture.pass(350);
        fixture.system.answer = send -> 0;
        fixture.pass(350);
        assertThat(fixture.system.datagramsTo(ONE)).hasSize(1);
        assertThat(fixture.system.datagramsTo(ONE).get(0)).hasSize(100).containsOnly(7);
        assertThat(fixture.counters.sent.get()).isEqualTo(1);
        assertThat(fixture.counters.retried.get()).isEqualTo(3);
        assertThat(fixture.lost).isEmpty();
    }

    @Test
    void oneUnreachableDestinationDoesNotHoldUpTheOthers() {
        fixture.system.answer = send -> send.to().equals(ONE) ? SendFailure.NETWORK_UNREACHABLE.errno() : 0;
        fixture.send(ONE, 100, 1);
        fixture.send(OTHER, 100, 2);
        fixture.endTurn();
        assertThat(fixture.system.datagramsTo(OTHER)).hasSize(1);
        assertThat(fixture.counters.sent.get()).isEqualTo(1);
    }

    @Test
    void aSegmentedSendIsRetriedWhole() {
        fixture.system.answer = send -> ENOBUFS;
        for (int i = 0; i < 5; i++) {
            fixture.send(ONE, 1_400, i);
        }
        fixture.endTurn();
        fixture.system.answer = send -> 0;
        fixture.pass(100);
        assertThat(fixture.system.sends).hasSize(1);
        assertThat(fixture.system.sends.get(0).segmented()).isTrue();
        assertThat(fixture.system.sends.get(0).datagrams()).hasSize(5);
    }

    @Test
    void retriesAreBoundedInNumber() {
        fixture.system.answer = send -> ENOBUFS;
        int sends = Outbox.MAX_RETRYING_RUNS + 100;
        for (int i = 0; i < sends; i++) {
            fixture.send(ONE, 2_000 - i, i);
            fixture.endTurn();
        }
        assertThat(fixture.retryBudget.usedBytes()).isLessThanOrEqualTo(OutboxFixture.RETRY_BUDGET_BYTES);
        assertThat(fixture.counters.snapshot().dropped(SendFailure.RETRY_QUEUE_FULL))
                .isGreaterThanOrEqualTo(100);
        fixture.pass(60_000);
        assertThat(fixture.retryBudget.usedBytes()).isZero();
        assertThat(fixture.counters.snapshot().droppedInAll()).isEqualTo(sends);
    }

    @Test
    void retriesAreBoundedInBytes() {
        fixture.system.answer = send -> ENOBUFS;
        for (int i = 0; i < 1_000; i++) {
            fixture.send(ONE, 1_400, i);
        }
        fixture.endTurn();
        assertThat(fixture.retryBudget.usedBytes())
                .isBetween(OutboxFixture.RETRY_BUDGET_BYTES - 65_000L, (long) OutboxFixture.RETRY_BUDGET_BYTES);
        assertThat(fixture.budget.usedBytes())
                .as("taken from the queue's budget while waiting")
                .isZero();
        assertThat(fixture.allocatedBytes()).isLessThan(OutboxFixture.RETRY_BUDGET_BYTES * 5L / 4);
    }

    @Test
    void lastingErrorsAreReportedAtOnce() {
        fixture.system.answer = send -> EINVAL;
        fixture.send(ONE, 100, 1);
        fixture.endTurn();
        assertThat(fixture.lost).isEqualTo(Map.of(SendFailure.INVALID_DESTINATION, 1));
        assertThat(fixture.counters.retried.get()).isZero();
    }

    @Test
    void whatTheSystemFindsTooLargeIsCountedAndNotReported() {
        fixture.system.answer = send -> EMSGSIZE;
        fixture.send(ONE, 1_900, 1);
        fixture.endTurn();
        assertThat(fixture.counters.tooLarge.get()).isEqualTo(1);
        assertThat(fixture.lost).isEmpty();
        assertThat(fixture.counters.snapshot().dropped()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {EINVAL, EIO, EMSGSIZE, 95, 92})
    void aRefusedSegmentedSendGoesOutSinglyAndItsLengthIsNotJoinedForAMinute(int errno) {
        fixture.system.answer = send -> send.segmented() && send.lengths().get(0) >= 1_400 ? errno : 0;
        for (int i = 0; i < 4; i++) {
            fixture.send(ONE, i < 3 ? 1_400 : 900, i);
        }
        fixture.endTurn();
        assertThat(fixture.system.sends.stream().map(FakeSystem.Send::lengths))
                .containsExactly(List.of(1_400), List.of(1_400), List.of(1_400), List.of(900));
        assertThat(fixture.system.datagramsTo(ONE).stream().map(datagram -> (int) datagram[0]))
                .containsExactly(0, 1, 2, 3);
        assertThat(fixture.system.refusals).isEqualTo(1);
        assertThat(fixture.lost).isEmpty();

        // Still singly, while shorter ones are joined.
        sendTwice(1_400);
        assertThat(fixture.system.refusals).isEqualTo(1);
        fixture.system.sends.clear();
        sendTwice(900);
        assertThat(fixture.system.sends).hasSize(1);

        // A minute later the device may have changed.
        fixture.pass(60_000);
        fixture.system.answer = send -> 0;
        fixture.system.sends.clear();
        sendTwice(1_400);
        assertThat(fixture.system.sends).hasSize(1);
        assertThat(fixture.system.sends.get(0).segmented()).isTrue();
    }

    @Test
    void aDestinationThatFailsSinglyTooDoesNotEndSegmentation() {
        fixture.system.answer = send -> send.to().equals(ONE) ? EINVAL : 0;
        fixture.send(ONE, 1_400, 1);
        fixture.send(ONE, 1_400, 2);
        fixture.endTurn();
        assertThat(fixture.lost).isEqualTo(Map.of(SendFailure.INVALID_DESTINATION, 2));

        fixture.send(OTHER, 1_400, 1);
        fixture.send(OTHER, 1_400, 2);
        fixture.endTurn();
        assertThat(fixture.system.sends).hasSize(1);
        assertThat(fixture.system.sends.get(0).segmented()).isTrue();
    }

    @Test
    void closingGivesUpWhatWaitsForARetry() {
        fixture.system.answer = send -> ENOBUFS;
        fixture.send(ONE, 100, 1);
        fixture.endTurn();
        fixture.close();
        assertThat(fixture.counters.snapshot().dropped()).isEqualTo(Map.of(SendFailure.PORT_CLOSED, 1L));
        assertThat(fixture.lost).isEmpty();
    }

    @Test
    void aRefusedSegmentedSendIsSplitEvenWhileClosing() {
        fixture.system.answer = send -> send.segmented() ? EIO : 0;
        fixture.send(ONE, 100, 1);
        fixture.send(ONE, 100, 2);
        fixture.close();
        assertThat(fixture.system.datagramsTo(ONE)).hasSize(2);
    }

    private void sendTwice(int length) {
        fixture.send(ONE, length, 1);
        fixture.send(ONE, length, 2);
        fixture.endTurn();
    }
}

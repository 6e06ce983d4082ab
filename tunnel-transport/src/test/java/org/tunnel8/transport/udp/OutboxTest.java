package org.tunnel8.transport.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tunnel8.transport.SendFailure;

/** How datagrams are joined, ordered and bounded on their way out. */
class OutboxTest {
    private static final InetSocketAddress ONE = OutboxFixture.address(1);
    private static final InetSocketAddress OTHER = OutboxFixture.address(2);

    private OutboxFixture fixture = new OutboxFixture(true);

    @AfterEach
    void nothingIsHeld() {
        fixture.close();
        fixture.assertNothingHeld();
    }

    @Test
    void nothingLeavesBeforeTheTurnEnds() {
        fixture.send(ONE, 100, 1);
        assertThat(fixture.flushWanted).isTrue();
        assertThat(fixture.system.sends).isEmpty();
        fixture.endTurn();
        assertThat(fixture.system.sends).hasSize(1);
        assertThat(fixture.system.sends.get(0).datagrams().get(0)).hasSize(100).containsOnly(1);
    }

    @Test
    void equalNeighboursLeaveAsOneSegmentedSend() {
        for (int i = 0; i < 3; i++) {
            fixture.send(ONE, 1_400, i);
        }
        fixture.endTurn();
        assertThat(fixture.system.sends).hasSize(1);
        FakeSystem.Send send = fixture.system.sends.get(0);
        assertThat(send.segmented()).isTrue();
        assertThat(send.lengths()).containsExactly(1_400, 1_400, 1_400);
        assertThat(send.datagrams().get(2)).containsOnly(2);
        assertThat(fixture.counters.sent.get()).isEqualTo(3);
        assertThat(fixture.counters.sentBytes.get()).isEqualTo(4_200);
        assertThat(fixture.counters.segmented.get()).isEqualTo(3);
    }

    @Test
    void aSingleDatagramLeavesPlain() {
        fixture.send(ONE, 1_400, 1);
        fixture.endTurn();
        assertThat(fixture.system.sends.get(0).segmented()).isFalse();
        assertThat(fixture.counters.segmented.get()).isZero();
    }

    @Test
    void onlyTheLastSegmentIsShorter() {
        for (int length : new int[] {1_000, 1_000, 600, 1_000, 600, 600, 1_000}) {
            fixture.send(ONE, length, 1);
        }
        fixture.endTurn();
        assertThat(fixture.system.sends.stream().map(FakeSystem.Send::lengths))
                .containsExactly(List.of(1_000, 1_000, 600), List.of(1_000, 600), List.of(600), List.of(1_000));
    }

    @Test
    void neighboursAreFoundAcrossOtherDestinations() {
        for (int i = 0; i < 6; i++) {
            fixture.send(i % 2 == 0 ? ONE : OTHER, 1_400, i);
        }
        fixture.endTurn();
        assertThat(fixture.system.sends.stream().map(FakeSystem.Send::lengths))
                .containsExactly(List.of(1_400, 1_400, 1_400), List.of(1_400, 1_400, 1_400));
        assertThat(fixture.system.datagramsTo(OTHER).stream().map(datagram -> datagram[0]))
                .containsExactly((byte) 1, (byte) 3, (byte) 5);
    }

    @Test
    void aSendHoldsAtMost45Segments() {
        for (int i = 0; i < 100; i++) {
            fixture.send(ONE, 100, i);
        }
        fixture.endTurn();
        assertThat(fixture.system.sends.stream().map(send -> send.datagrams().size()))
                .containsExactly(45, 45, 10);
    }

    @Test
    void aSendHoldsAtMost65000Bytes() {
        for (int i = 0; i < 50; i++) {
            fixture.send(ONE, 1_472, i);
        }
        fixture.endTurn();
        assertThat(fixture.system.sends.stream().map(send -> send.datagrams().size()))
                .containsExactly(44, 6);
    }

    @Test
    void datagramsOver1472BytesLeaveSinglyAndInOrder() {
        int[] lengths = {1_400, 1_473, 1_473, 2_048, 1_400};
        for (int i = 0; i < lengths.length; i++) {
            fixture.send(ONE, lengths[i], i);
        }
        fixture.endTurn();
        assertThat(fixture.system.sends).noneMatch(FakeSystem.Send::segmented);
        assertThat(fixture.system.datagramsTo(ONE).stream().map(datagram -> (int) datagram[0]))
                .containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void withoutSegmentationEveryDatagramLeavesPlain() {
        fixture = new OutboxFixture(false);
        for (int i = 0; i < 5; i++) {
            fixture.send(ONE, 1_400, i);
        }
        fixture.endTurn();
        assertThat(fixture.system.sends).hasSize(5).noneMatch(FakeSystem.Send::segmented);
    }

    @Test
    void orderPerDestinationIsKeptWhateverComes() {
        long seed = Long.getLong("tunnel8.seed", System.nanoTime());
        System.out.println("OutboxTest.orderPerDestinationIsKeptWhateverComes: -Dtunnel8.seed=" + seed);
        Random random = new Random(seed);
        int[] lengths = {1, 40, 600, 1_000, 1_400, 1_472, 1_473, 2_048};
        Map<InetSocketAddress, List<byte[]>> expected = new HashMap<>();
        for (int turn = 0; turn < 200; turn++) {
            int destinations = 1 + random.nextInt(20);
            int length = lengths[random.nextInt(lengths.length)];
            for (int i = random.nextInt(300); i > 0; i--) {
                InetSocketAddress to = OutboxFixture.address(random.nextInt(destinations));
                if (random.nextInt(10) == 0) {
                    length = lengths[random.nextInt(lengths.length)];
                }
                byte[] datagram = new byte[length];
                random.nextBytes(datagram);
                fixture.outbox.send(to, datagram, 0, length);
                expected.computeIfAbsent(to, key -> new ArrayList<>()).add(datagram);
            }
            fixture.endTurn();
        }
        assertThat(fixture.counters.snapshot().droppedInAll()).isZero();
        expected.forEach((to, datagrams) -> {
            byte[][] arrived = fixture.system.datagramsTo(to).toArray(byte[][]::new);
            assertThat(Arrays.mismatch(arrived, datagrams.toArray(byte[][]::new), Arrays::compare))
                    .as("first difference in what went to %s", to)
                    .isEqualTo(-1);
        });
        for (FakeSystem.Send send : fixture.system.sends) {
            List<Integer> sizes = send.lengths();
            assertThat(sizes).hasSizeBetween(1, 45);
            assertThat(sizes.subList(0, sizes.size() - 1)).allMatch(size -> size.equals(sizes.get(0)));
            assertThat(sizes.get(sizes.size() - 1)).isLessThanOrEqualTo(sizes.get(0));
            assertThat(sizes.stream().mapToInt(Integer::intValue).sum()).isLessThanOrEqualTo(65_000);
        }
    }

    @Test
    void datagramsOver2048BytesAreCountedAndNotSent() {
        fixture.send(ONE, 2_048, 1);
        fixture.send(ONE, 2_049, 1);
        fixture.send(ONE, 60_000, 1);
        fixture.endTurn();
        assertThat(fixture.counters.sent.get()).isEqualTo(1);
        assertThat(fixture.counters.tooLarge.get()).isEqualTo(2);
    }

    @Test
    void whatNoSocketCouldSendIsCountedByReason() throws Exception {
        fixture.send(ONE, 0, 0);
        fixture.send(new InetSocketAddress(ONE.getAddress(), 0), 10, 0);
        fixture.send(new InetSocketAddress(InetAddress.getByName("2001:db8::1"), 7_000), 10, 0);
        fixture.endTurn();
        assertThat(fixture.system.sends).isEmpty();
        assertThat(fixture.counters.snapshot().dropped())
                .isEqualTo(Map.of(
                        SendFailure.EMPTY, 1L,
                        SendFailure.INVALID_DESTINATION, 1L,
                        SendFailure.WRONG_ADDRESS_FAMILY, 1L));
        assertThat(fixture.lost).isEmpty();
    }

    @Test
    void mistakesOfTheCallerAreThrown() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> fixture.outbox.send(InetSocketAddress.createUnresolved("host", 1), new byte[1], 0, 1));
        assertThatThrownBy(() -> fixture.outbox.send(ONE, new byte[10], 5, 6))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void aLargeBurstLeavesInPartsBeforeTheTurnEnds() {
        int datagrams = 2 * OutboxFixture.BUDGET_BYTES / Outbox.EARLY_FLUSH_DIVISOR / 1_400;
        for (int i = 0; i < datagrams; i++) {
            fixture.send(ONE, 1_400, i);
        }
        assertThat(fixture.counters.sent.get()).isPositive();
        fixture.endTurn();
        assertThat(fixture.counters.sent.get()).isEqualTo(datagrams);
    }

    @Test
    void whenTheSystemTakesNothingTheQueueFillsToItsBoundAndTheRestIsDropped() {
        fixture.system.blocked = true;
        assertThat(fixture.outbox.isWritable()).isTrue();
        for (int i = 0; i < 10_000; i++) {
            fixture.send(OutboxFixture.address(i % 50), 1_000, i);
            assertThat(fixture.budget.usedBytes()).isLessThanOrEqualTo(OutboxFixture.BUDGET_BYTES);
        }
        assertThat(fixture.outbox.isWritable()).isFalse();
        long dropped = fixture.counters.snapshot().dropped(SendFailure.SEND_QUEUE_FULL);
        assertThat(dropped).isGreaterThan(8_000);
        // What is really allocated exceeds what is reckoned by the pool's rounding only, at most a quarter.
        assertThat(fixture.allocatedBytes()).isLessThan(OutboxFixture.BUDGET_BYTES * 5L / 4);

        fixture.system.blocked = false;
        fixture.endTurn();
        assertThat(fixture.counters.sent.get()).isEqualTo(10_000 - dropped);
        assertThat(fixture.outbox.isWritable()).isTrue();
        assertThat(fixture.lost).isEmpty();
    }

    @Test
    void closingSendsWhatWasHandedOverAndDropsWhatComesLater() {
        fixture.send(ONE, 100, 1);
        fixture.outbox.close();
        fixture.send(ONE, 100, 2);
        assertThat(fixture.counters.sent.get()).isEqualTo(1);
        assertThat(fixture.counters.snapshot().dropped())
                .isEqualTo(Collections.singletonMap(SendFailure.PORT_CLOSED, 1L));
    }

    @Test
    void whatTheSystemDidNotTakeBeforeClosingIsCounted() {
        fixture.system.blocked = true;
        fixture.send(ONE, 100, 1);
        fixture.send(ONE, 100, 2);
        fixture.close();
        assertThat(fixture.counters.snapshot().dropped(SendFailure.PORT_CLOSED)).isEqualTo(2);
    }
}

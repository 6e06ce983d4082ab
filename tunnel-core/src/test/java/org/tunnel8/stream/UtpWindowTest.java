package org.tunnel8.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tunnel8.metrics.DropReason;

/** Who reads slowly is not flooded, who waits is woken, and memory is shared. */
class UtpWindowTest {
    private final UtpPair pair = new UtpPair(11, UtpSettings.DEFAULTS.withBuffers(200_000, 100_000));

    private Transfer slowReader() {
        Transfer far = new Transfer(2, 1, 0);
        far.reads = false;
        far.finishes = false;
        pair.accepting(far);
        return far;
    }

    @Test
    void sendsNoMoreThanTheOtherSideTakes() {
        Transfer far = slowReader();
        Transfer near = pair.connect(1_000_000);
        pair.run(Duration.ofSeconds(10));
        assertThat(UtpPair.stream(far).readable()).isBetween(95_000, 100_000);
        assertThat(near.written).isLessThanOrEqualTo(300_000);
        assertThat(UtpPair.stream(near).writable()).isLessThan(50_000);
        assertThat(UtpPair.stream(near).statistics().peerWindowBytes()).isLessThan(2_000);
    }

    @Test
    void goesOnOnceTheOtherSideReads() {
        Transfer far = slowReader();
        pair.connect(1_000_000);
        pair.run(Duration.ofSeconds(10));
        far.reads = true;
        far.read(UtpPair.stream(far));
        Duration took = pair.runUntil(() -> far.read, 1_000_000, Duration.ofSeconds(20));
        assertThat(far.read).isEqualTo(1_000_000);
        assertThat(took).isLessThan(Duration.ofSeconds(3));
    }

    @Test
    void goesOnAlthoughTheWordThatThereIsRoomIsLost() {
        Transfer far = slowReader();
        pair.connect(1_000_000);
        pair.run(Duration.ofSeconds(10));
        pair.back.losing(1);
        far.reads = true;
        far.read(UtpPair.stream(far));
        pair.run(Duration.ofMillis(100));
        pair.back.losing(0);
        pair.runUntil(() -> far.read, 1_000_000, Duration.ofSeconds(60));
        assertThat(far.read).isEqualTo(1_000_000);
    }

    @Test
    void waitsAsLongAsTheOtherSideIsThereButDoesNotRead() {
        Transfer far = slowReader();
        Transfer near = pair.connect(1_000_000);
        pair.run(Duration.ofSeconds(10));
        long before = pair.near.sentDatagrams;
        pair.run(Duration.ofMinutes(10));
        assertThat(near.told).containsExactly("connected");
        assertThat(pair.near.sentDatagrams - before).as("probes").isBetween(10L, 60L);
        far.reads = true;
        far.read(UtpPair.stream(far));
        pair.runUntil(() -> far.read, 1_000_000, Duration.ofSeconds(60));
        assertThat(far.read).isEqualTo(1_000_000);
    }

    @Test
    void idleStreamsShowThatTheyAreThere() {
        slowReader();
        Transfer near = new Transfer(1, 2, 0);
        near.finishes = false;
        pair.connect(near);
        pair.run(Duration.ofSeconds(2));
        long before = pair.near.sentDatagrams;
        pair.run(Duration.ofMinutes(10));
        assertThat(pair.near.sentDatagrams - before).isBetween(19L, 21L);
        near.toWrite = 4_000;
        near.write(UtpPair.stream(near));
        pair.run(Duration.ofSeconds(1));
        assertThat(UtpPair.stream(pair.accepted()).readable()).isEqualTo(4_000);
    }

    @Test
    void streamThatWasIdleForLongIsNotGivenUpAtTheFirstLoss() {
        slowReader();
        Transfer near = new Transfer(1, 2, 0);
        near.finishes = false;
        pair.connect(near);
        pair.run(Duration.ofSeconds(2));
        pair.there.losing(1);
        pair.back.losing(1);
        pair.run(Duration.ofHours(1));
        near.toWrite = 4_000;
        near.write(UtpPair.stream(near));
        pair.run(Duration.ofSeconds(3));
        pair.there.losing(0);
        pair.back.losing(0);
        pair.run(Duration.ofSeconds(10));
        assertThat(near.told).containsExactly("connected");
        assertThat(UtpPair.stream(pair.accepted()).readable()).isEqualTo(4_000);
    }

    @Test
    void streamsShareOneMemoryAndAllCompleteThoughItIsTooSmallForAllAtOnce() {
        int count = 200;
        long bytes = 200_000;
        StreamMemory memory = new StreamMemory(2 << 20);
        UtpPair many = new UtpPair(11, UtpSettings.DEFAULTS, memory, new java.util.SplittableRandom(4));
        many.there.rate(12_500_000, 500_000);
        many.back.rate(12_500_000, 500_000);
        List<Transfer> all = new ArrayList<>();
        many.far.endpoint.accept(origin -> {
            Transfer each = new Transfer(2, 1, bytes);
            all.add(each);
            return each;
        });
        for (int i = 0; i < count; i++) {
            all.add(many.connect(bytes));
        }
        long most = 0;
        for (int i = 0; i < 600 && all.stream().anyMatch(each -> each.end == null); i++) {
            many.run(Duration.ofSeconds(1));
            most = Math.max(most, memory.usedBytes());
        }
        assertThat(all).hasSize(2 * count).allSatisfy(each -> {
            assertThat(each.read).isEqualTo(bytes);
            assertThat(each.end).isEqualTo(UtpEnd.CLOSED);
        });
        assertThat(most).isLessThanOrEqualTo(memory.limitBytes());
        assertThat(memory.usedBytes()).isZero();
    }

    @Test
    void whoReadsNothingLeavesMemoryToOthers() {
        StreamMemory memory = new StreamMemory(2 << 20);
        UtpPair many = new UtpPair(11, UtpSettings.DEFAULTS, memory, new java.util.SplittableRandom(4));
        many.far.endpoint.accept(origin -> {
            Transfer each = new Transfer(2, 1, 0);
            each.reads = many.far.endpoint.streams() >= 50;
            many.accepted = each;
            return each;
        });
        for (int i = 0; i < 50; i++) {
            many.connect(1_000_000);
        }
        many.run(Duration.ofSeconds(60));
        Transfer last = many.connect(100_000);
        many.run(Duration.ofSeconds(60));
        assertThat(last.told).startsWith("connected");
        assertThat(many.accepted().read).isEqualTo(100_000);
        assertThat(many.near.counters.drops(DropReason.MALFORMED)).isZero();
    }
}

package org.tunnel8.shaping;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tunnel8.metrics.Counters;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.time.Deadlines;
import org.tunnel8.virtual.Seed;

/** Rate, fairness, bounds and quota of others' traffic, in virtual time. */
class TrafficShaperTest {
    private static final InetSocketAddress SOMEWHERE = new InetSocketAddress(InetAddress.getLoopbackAddress(), 7_000);
    private static final long RATE = 1_000_000;
    private static final long MILLI = 1_000_000L;

    private final Deadlines deadlines = new Deadlines(0);
    private final Counters counters = new Counters();
    private final Line line = new Line();
    private final List<String> told = new ArrayList<>();

    /** Notes what leaves: the first byte says whose it is. */
    private static final class Line implements Outlet {
        final Map<Integer, Long> bytesOf = new HashMap<>();
        final List<Integer> lengths = new ArrayList<>();
        final List<Long> sockets = new ArrayList<>();
        long bytes;
        long roomBytes = Long.MAX_VALUE;

        @Override
        public boolean hasRoom() {
            return roomBytes > 0;
        }

        @Override
        public void send(InetSocketAddress to, byte[] buffer, int offset, int length) {
            send(0, to, buffer, offset, length);
        }

        @Override
        public void send(long socket, InetSocketAddress to, byte[] buffer, int offset, int length) {
            bytesOf.merge((int) buffer[offset], (long) length, Long::sum);
            lengths.add(length);
            sockets.add(socket);
            bytes += length;
            roomBytes -= length;
        }
    }

    private TrafficShaper shaper(long bytesPerSecond) {
        TrafficShaper shaper = new TrafficShaper(new TrafficLimits(bytesPerSecond), line, deadlines, counters);
        shaper.onUsedUp(() -> told.add("used up"));
        return shaper;
    }

    private static void send(TrafficShaper shaper, Integer circuit, int length) {
        byte[] buffer = new byte[length + 20];
        buffer[10] = circuit.byteValue();
        shaper.send(circuit, SOMEWHERE, buffer, 10, length);
    }

    private void runFor(Duration time) {
        long end = deadlines.nowNanos() + time.toNanos();
        while (deadlines.nextNanos() <= end) {
            deadlines.advance(deadlines.nextNanos());
            deadlines.runDue();
        }
        deadlines.advance(end);
    }

    private static double jain(Map<Integer, Long> bytesOf) {
        double sum = 0;
        double squares = 0;
        for (long bytes : bytesOf.values()) {
            sum += bytes;
            squares += (double) bytes * bytes;
        }
        return sum * sum / (bytesOf.size() * squares);
    }

    @Test
    void withoutLimitsAllGoesAtOnceAndNothingWaits() {
        TrafficShaper shaper = shaper(TrafficLimits.UNLIMITED);
        for (int i = 0; i < 10_000; i++) {
            send(shaper, 1, 1_400);
        }

        assertThat(line.lengths).hasSize(10_000);
        assertThat(deadlines.size()).isZero();
        assertThat(shaper.carriedBytes()).isEqualTo(14_000_000);
    }

    @Test
    void holdsTheRateHoweverMuchComes() {
        TrafficShaper shaper = shaper(RATE);
        for (int i = 0; i < 10_000; i++) {
            send(shaper, i % 7, 1_400);
            runFor(Duration.ofMillis(1));
        }

        assertThat(line.bytes).isBetween(9_990_000L, 10_010_000L);
        assertThat(counters.drops(DropReason.UPLINK_FULL)).isPositive();
    }

    @Test
    void aQuietWhileAllowsABurstOfATenthOfASecond() {
        TrafficShaper shaper = shaper(RATE);
        runFor(Duration.ofSeconds(10));
        for (int i = 0; i < 200; i++) {
            send(shaper, i % 20, 1_000);
        }

        assertThat(line.bytes).isBetween(100_000L, 101_000L);
        runFor(Duration.ofMillis(50));
        assertThat(line.bytes).isBetween(149_000L, 152_000L);
    }

    @Test
    void whatComesBelowTheRateIsNotHeldBack() {
        TrafficShaper shaper = shaper(RATE);
        for (int i = 0; i < 5_000; i++) {
            runFor(Duration.ofMillis(2));
            send(shaper, 1, 1_400);
            assertThat(shaper.heldBytes()).isZero();
        }
        assertThat(counters.drops()).isEmpty();
    }

    @Test
    void circuitsGetEqualSharesWhateverTheyAskForAndHoweverLargeTheirDatagramsAre() {
        long seed = Seed.take(TrafficShaperTest.class);
        SplittableRandom random = new SplittableRandom(seed);
        TrafficShaper shaper = shaper(RATE);
        int[] lengths = {1_400, 700, 1_400, 577, 2_000, 1_400, 1_100, 900, 1_400, 600};
        for (int milli = 0; milli < 20_000; milli++) {
            for (int circuit = 0; circuit < 10; circuit++) {
                // Each asks for at least 1.5 times its share, the last for ten times as much as the first.
                double asked = 150 * (1 + circuit);
                if (random.nextDouble() < asked / lengths[circuit]) {
                    send(shaper, circuit, lengths[circuit]);
                }
                if (asked > lengths[circuit]) {
                    send(shaper, circuit, lengths[circuit]);
                }
            }
            runFor(Duration.ofMillis(1));
        }

        assertThat(jain(line.bytesOf)).as("seed %d: %s", seed, line.bytesOf).isGreaterThan(0.999);
        assertThat(line.bytes).isBetween(19_900_000L, 20_100_000L);
    }

    @Test
    void aCircuitThatAsksForLessThanItsShareLosesNothing() {
        TrafficShaper shaper = shaper(RATE);
        int modest = 0;
        for (int milli = 0; milli < 10_000; milli++) {
            for (int greedy = 1; greedy < 5; greedy++) {
                send(shaper, greedy, 1_400);
            }
            if (milli % 14 == 0) {
                send(shaper, 0, 1_400);
                modest++;
            }
            runFor(Duration.ofMillis(1));
        }
        runFor(Duration.ofSeconds(1));

        assertThat(line.bytesOf.get(0)).isEqualTo(modest * 1_400L);
    }

    @Test
    void whatIsSmallGoesBeforeWhatIsLargeOfItsCircuitAndIsNotDroppedForIt() {
        TrafficShaper shaper = shaper(RATE);
        for (int i = 0; i < 300; i++) {
            send(shaper, 1, 1_400);
        }
        long dropped = counters.drops(DropReason.UPLINK_FULL);
        send(shaper, 1, 60);
        int before = line.lengths.size();
        for (int i = 0; i < 300; i++) {
            send(shaper, 1, 1_400);
        }
        assertThat(counters.drops(DropReason.UPLINK_FULL)).isGreaterThan(dropped + 200);

        runFor(Duration.ofMillis(3));
        assertThat(line.lengths.get(before)).isEqualTo(60);
    }

    @Test
    void whatWaitsIsBoundedForACircuitAndInAllAndIsCountedWhenItGoes() {
        long seed = Seed.take(TrafficShaperTest.class);
        SplittableRandom random = new SplittableRandom(seed);
        TrafficShaper shaper = shaper(RATE);
        int sent = 0;
        for (int i = 0; i < 100_000; i++) {
            send(shaper, random.nextInt(1, 100), random.nextInt(1, 8_300));
            sent++;
            if (i % 100 == 0) {
                assertThat(shaper.tables(100)).as("seed %d", seed).allMatch(TableSize::isWithinBound);
            }
            if (random.nextInt(50) == 0) {
                shaper.forget(random.nextInt(1, 100));
                runFor(Duration.ofMillis(1));
            }
        }
        runFor(Duration.ofSeconds(20));

        assertThat(shaper.heldBytes()).isZero();
        long dropped = counters.drops(DropReason.UPLINK_FULL) + counters.drops(DropReason.CIRCUIT_CLOSED);
        assertThat(line.lengths.size() + dropped).isEqualTo(sent);
        assertThat(deadlines.size()).isZero();
    }

    @Test
    void aSystemThatTakesNothingIsAskedAgainAndCircuitsTakeTurnsThen() {
        TrafficShaper shaper = shaper(TrafficLimits.UNLIMITED);
        line.roomBytes = 0;
        for (int i = 0; i < 4_000; i++) {
            send(shaper, i % 100 == 0 ? 1 : 2, 1_400);
        }
        runFor(Duration.ofSeconds(1));
        assertThat(line.bytes).isZero();

        for (int milli = 0; milli < 40; milli++) {
            line.roomBytes = 2_800;
            runFor(Duration.ofMillis(1));
        }
        assertThat(line.bytesOf.get(1)).isEqualTo(40 * 1_400);
        assertThat(line.bytesOf.get(2)).isBetween(70 * 1_400L - 100_000, 80 * 1_400L);

        line.roomBytes = Long.MAX_VALUE;
        runFor(Duration.ofMillis(2));
        assertThat(shaper.heldBytes()).isZero();
        send(shaper, 3, 500);
        assertThat(line.bytesOf.get(3)).as("at once again").isEqualTo(500);
    }

    @Test
    void whatWaitsForAnOutsideSocketGoesToIt() {
        TrafficShaper shaper = shaper(RATE);
        send(shaper, 1, 1_400);
        shaper.sendOutside(1, 77, SOMEWHERE, new byte[700], 0, 700);
        shaper.sendOutside(2, 78, SOMEWHERE, new byte[700], 0, 700);
        runFor(Duration.ofMillis(10));

        assertThat(line.sockets).containsExactlyInAnyOrder(0L, 77L, 78L);
        assertThat(counters.traffic(Counters.Kind.EXIT_PACKETS_SENT)).isEqualTo(2);
    }

    @Test
    void whatWaitsGoesOnForTheCircuitThatTakesOver() {
        TrafficShaper shaper = shaper(RATE);
        for (int i = 0; i < 10; i++) {
            send(shaper, 1, 1_400);
        }
        shaper.handOver(1, 2);
        shaper.forget(1);
        runFor(Duration.ofMillis(20));

        assertThat(line.lengths).hasSize(10);
    }

    @Test
    void answersToCreatesWaitForNobodyAndOthersWaitForThem() {
        TrafficShaper shaper = shaper(RATE);
        for (int i = 0; i < 100; i++) {
            shaper.sendAtOnce(SOMEWHERE, new byte[1_000], 0, 1_000);
        }
        assertThat(line.bytes).isEqualTo(100_000);

        send(shaper, 1, 1_400);
        runFor(Duration.ofMillis(99));
        assertThat(line.bytes).isEqualTo(100_000);
        runFor(Duration.ofMillis(3));
        assertThat(line.bytes).isEqualTo(101_400);
    }

    @Test
    void aQuotaStopsAtItsByte() {
        TrafficShaper shaper = shaper(TrafficLimits.UNLIMITED);
        shaper.quota(3_000);
        assertThat(shaper.takeIn(1_000)).isTrue();
        send(shaper, 1, 1_000);
        assertThat(shaper.isUsedUp()).isFalse();

        send(shaper, 1, 1_001);
        assertThat(shaper.isUsedUp()).isTrue();
        assertThat(line.bytes).isEqualTo(1_000);
        assertThat(shaper.carriedBytes()).isEqualTo(2_000);
        assertThat(told).as("never from within").isEmpty();
        runFor(Duration.ZERO);
        assertThat(told).hasSize(1);

        send(shaper, 1, 10);
        assertThat(shaper.takeIn(10)).isFalse();
        runFor(Duration.ofSeconds(1));
        assertThat(shaper.carriedBytes()).as("nothing that would fit either").isEqualTo(2_000);
        assertThat(told).hasSize(1);
        assertThat(counters.drops(DropReason.QUOTA_USED_UP)).isEqualTo(3);
    }

    @Test
    void aQuotaIsUsedToItsLastByte() {
        TrafficShaper shaper = shaper(TrafficLimits.UNLIMITED);
        shaper.quota(3_000);
        send(shaper, 1, 2_000);
        send(shaper, 1, 1_000);

        assertThat(shaper.carriedBytes()).isEqualTo(3_000);
        assertThat(shaper.isUsedUp()).isFalse();
        assertThat(shaper.takeIn(1)).isFalse();
    }

    @Test
    void whatWaitsWhenTheQuotaEndsIsDroppedAndANewQuotaBeginsAnew() {
        TrafficShaper shaper = shaper(RATE);
        shaper.quota(10_000);
        for (int i = 0; i < 10; i++) {
            send(shaper, 1, 1_400);
        }
        runFor(Duration.ofSeconds(1));
        assertThat(line.bytes).isEqualTo(7 * 1_400);
        assertThat(counters.drops(DropReason.QUOTA_USED_UP)).isEqualTo(3);

        shaper.quota(5_000);
        assertThat(shaper.isUsedUp()).isFalse();
        send(shaper, 1, 1_400);
        assertThat(line.bytes).isEqualTo(8 * 1_400);
        assertThat(shaper.carriedBytes()).isEqualTo(8 * 1_400);
    }

    @Test
    void noQuotaAtAllIsUsedUpFromTheStart() {
        TrafficShaper shaper = shaper(TrafficLimits.UNLIMITED);
        shaper.quota(0);
        runFor(Duration.ofNanos(MILLI));

        assertThat(told).hasSize(1);
        send(shaper, 1, 1);
        assertThat(line.bytes).isZero();
    }

    @Test
    void aQuotaThatIsReplacedBeforeAnybodyWasToldTellsNobody() {
        TrafficShaper shaper = shaper(TrafficLimits.UNLIMITED);
        shaper.quota(0);
        shaper.quota(100);
        runFor(Duration.ofSeconds(1));

        assertThat(told).isEmpty();
    }
}

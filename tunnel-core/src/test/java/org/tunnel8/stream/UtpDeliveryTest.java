package org.tunnel8.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a path does, what was written is what is read, in both directions, and the end is seen. */
class UtpDeliveryTest {
    private static final long SEED = Long.getLong("tunnel8.seed", 17);
    private static final int RUNS = 60;

    @Test
    void deliversEveryByteInBothDirectionsOverPathsOfAllKinds() {
        System.out.println("seed " + SEED);
        for (int run = 0; run < RUNS; run++) {
            long seed = SEED * 1_000 + run;
            Random random = new Random(seed);
            UtpPair pair = new UtpPair(seed, UtpSettings.DEFAULTS);
            mishap(pair.there, random);
            mishap(pair.back, random);
            long near = random.nextInt(4) == 0 ? 0 : random.nextInt(400_000);
            long far = random.nextInt(4) == 0 ? 0 : random.nextInt(400_000);
            pair.accepting(far);
            Transfer transfer = pair.connect(near);
            pair.run(Duration.ofMinutes(4));
            String what = "run " + run + " with seed " + seed;
            assertThat(transfer.told).as(what).endsWith("finished", "CLOSED");
            assertThat(pair.accepted().told).as(what).endsWith("finished", "CLOSED");
            assertThat(pair.accepted().read).as(what).isEqualTo(near);
            assertThat(transfer.read).as(what).isEqualTo(far);
            assertThat(pair.near.endpoint.streams() + pair.far.endpoint.streams())
                    .as(what)
                    .isZero();
            assertThat(pair.memory.usedBytes()).as(what).isZero();
            assertThat(pair.deadlines.size()).as(what).isZero();
        }
    }

    private static void mishap(ModelLink link, Random random) {
        link.delay(random.nextInt(200) * UtpPair.MILLI);
        if (random.nextBoolean()) {
            link.rate(50_000 + random.nextInt(3_000_000), 5_000 + random.nextInt(300_000));
        }
        if (random.nextBoolean()) {
            link.losing(random.nextDouble() * random.nextDouble() * 0.2);
        }
        if (random.nextBoolean()) {
            link.duplicating(random.nextDouble() * 0.2);
        }
        if (random.nextBoolean()) {
            link.delaying(random.nextDouble() * 0.3, 1 + random.nextInt(60) * UtpPair.MILLI);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 20, 300})
    void numbersOfSixteenBitsMayRunOver(int before) {
        UtpPair pair = new UtpPair(
                5, UtpSettings.DEFAULTS, new StreamMemory(StreamMemory.DEFAULT_BYTES), UtpPair.lastBut(before));
        pair.there.losing(0.02).delaying(0.05, 5 * UtpPair.MILLI);
        pair.back.losing(0.02);
        pair.accepting(1_000_000);
        Transfer near = pair.connect(1_000_000);
        pair.run(Duration.ofMinutes(1));
        assertThat(near.told).containsExactly("connected", "finished", "CLOSED");
        assertThat(near.read).isEqualTo(1_000_000);
        assertThat(pair.accepted().read).isEqualTo(1_000_000);
    }

    @Test
    void numbersMayRunOverMoreThanOnce() {
        UtpPair pair = new UtpPair(5, UtpSettings.DEFAULTS);
        pair.near.datagramBytes = 150;
        pair.there.delay(UtpPair.MILLI).losing(0.001);
        pair.back.delay(UtpPair.MILLI);
        pair.accepting(0);
        long bytes = 3L * 65_536 * 130;
        pair.connect(bytes);
        pair.runUntil(() -> pair.accepted == null ? 0 : pair.accepted().read, bytes, Duration.ofMinutes(5));
        assertThat(pair.accepted().read).isEqualTo(bytes);
    }

    @Test
    void eachSideMayGoOnAfterTheOtherHasFinished() {
        UtpPair pair = new UtpPair(5, UtpSettings.DEFAULTS);
        Transfer far = new Transfer(2, 1, 0);
        far.finishes = false;
        pair.accepting(far);
        Transfer near = pair.connect(2_000);
        pair.run(Duration.ofSeconds(1));
        assertThat(far.told).containsExactly("connected", "finished");
        assertThat(UtpPair.stream(near).state()).isEqualTo(UtpState.FIN_SENT);
        assertThat(UtpPair.stream(far).state()).isEqualTo(UtpState.GOT_FIN);
        assertThat(UtpPair.stream(near).write(new byte[1], 0, 1)).isEqualTo(-1);
        far.toWrite = 50_000;
        far.finishes = true;
        far.write(UtpPair.stream(far));
        pair.run(Duration.ofSeconds(1));
        assertThat(near.read).isEqualTo(50_000);
        assertThat(near.told).containsExactly("connected", "finished", "CLOSED");
        assertThat(UtpPair.stream(near).read(new byte[1], 0, 1)).isEqualTo(-1);
        assertThat(far.told).containsExactly("connected", "finished", "CLOSED");
    }

    @Test
    void bothSidesMayFinishAtOnce() {
        UtpPair pair = new UtpPair(5, UtpSettings.DEFAULTS);
        Transfer far = new Transfer(2, 1, 0);
        far.finishes = false;
        pair.accepting(far);
        Transfer near = new Transfer(1, 2, 0);
        near.finishes = false;
        pair.connect(near);
        pair.run(Duration.ofSeconds(1));
        UtpPair.stream(near).shutdownOutput();
        UtpPair.stream(far).shutdownOutput();
        pair.run(Duration.ofSeconds(1));
        assertThat(near.told).containsExactly("connected", "finished", "CLOSED");
        assertThat(far.told).containsExactly("connected", "finished", "CLOSED");
        assertThat(UtpPair.stream(near).state()).isEqualTo(UtpState.DESTROY_DELAY);
        pair.run(Duration.ofSeconds(5));
        assertThat(UtpPair.stream(near).state()).isEqualTo(UtpState.DESTROYED);
    }

    @Test
    void lastAcknowledgementIsRepeatedWhenItIsLost() {
        UtpPair pair = new UtpPair(5, UtpSettings.DEFAULTS);
        pair.accepting(0);
        Transfer near = pair.connect(0);
        near.finishes = true;
        pair.runUntil(() -> near.end == null ? 0 : 1, 1, Duration.ofSeconds(1));
        // The near side has all; what it says to the far side's FIN is lost.
        pair.there.losing(1);
        pair.run(Duration.ofMillis(300));
        pair.there.losing(0);
        pair.run(Duration.ofSeconds(4));
        assertThat(pair.accepted().told).containsExactly("connected", "finished", "CLOSED");
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "10, 1", "200, 30"})
    void severalLossesOfOneWindowAreRepairedWithinARoundTrip(int first, int count) {
        UtpPair pair = new UtpPair(5, UtpSettings.DEFAULTS);
        pair.there.delay(50 * UtpPair.MILLI).rate(2_500_000, 1_000_000);
        pair.back.delay(50 * UtpPair.MILLI);
        pair.accepting(0);
        Transfer near = pair.connect(3_000_000);
        pair.run(Duration.ofMillis(1_500));
        long retransmissions = UtpPair.stream(near).statistics().retransmissions();
        long begin = pair.there.packets();
        for (int i = 0; i < count; i++) {
            pair.there.dropAt(begin + first + 2L * i);
        }
        Duration took = pair.runUntil(() -> pair.accepted().read, 3_000_000, Duration.ofSeconds(30));
        UtpStatistics statistics = UtpPair.stream(near).statistics();
        assertThat(statistics.timeouts()).isZero();
        assertThat(statistics.retransmissions() - retransmissions).isEqualTo(count);
        assertThat(statistics.losses()).isEqualTo(1);
        assertThat(took).isLessThan(Duration.ofSeconds(3));
    }

    @Test
    void lateDatagramsAreNotTakenForLostForLong() {
        UtpPair pair = new UtpPair(5, UtpSettings.DEFAULTS);
        pair.there.delay(20 * UtpPair.MILLI).rate(2_500_000, 250_000).delaying(0.02, 8 * UtpPair.MILLI);
        pair.accepting(0);
        Transfer near = pair.connect(20_000_000);
        pair.runUntil(() -> pair.accepted == null ? 0 : pair.accepted().read, 20_000_000, Duration.ofSeconds(60));
        UtpStatistics statistics = UtpPair.stream(near).statistics();
        System.out.println("late datagrams: " + statistics);
        assertThat(pair.accepted().read).isEqualTo(20_000_000);
        assertThat(statistics.retransmissions()).isLessThan(statistics.packetsSent() / 100);
    }

    @Test
    void acknowledgesEverySecondPacketAtMostOnceItIsUnderWay() {
        UtpPair pair = new UtpPair(5, UtpSettings.DEFAULTS);
        pair.there.rate(2_500_000, 250_000);
        pair.accepting(0);
        pair.connect(5_000_000);
        pair.run(Duration.ofSeconds(20));
        assertThat(pair.accepted().read).isEqualTo(5_000_000);
        assertThat(pair.far.sentDatagrams).isLessThan(pair.near.sentDatagrams / 2 + 40);
    }

    @Test
    void sendsNoMoreThanABackedOffTrickleIntoADeadPathAndGivesUp() {
        UtpPair pair = new UtpPair(5, UtpSettings.DEFAULTS);
        Transfer far = new Transfer(2, 1, 0);
        far.finishes = false;
        pair.accepting(far);
        Transfer near = pair.connect(90_000_000);
        pair.run(Duration.ofMillis(300));
        assertThat(near.told).containsExactly("connected");
        pair.there.losing(1);
        pair.back.losing(1);
        pair.run(Duration.ofSeconds(1));
        long before = pair.near.sentDatagrams;
        pair.run(Duration.ofSeconds(150));
        assertThat(near.told).containsExactly("connected", "TIMED_OUT");
        assertThat(pair.near.sentDatagrams - before).isLessThan(12);
    }
}

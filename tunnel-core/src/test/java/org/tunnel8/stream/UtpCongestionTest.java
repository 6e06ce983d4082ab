package org.tunnel8.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How much of a path streams take, and what they leave to others, on 20 Mbit/s with a round trip of 100 ms and a queue of 250 kB. */
class UtpCongestionTest {
    private static final double BYTES_PER_SECOND = 2_500_000;
    private static final long QUEUE_BYTES = 250_000;
    private static final long SEED = Long.getLong("tunnel8.seed", 41);

    private final List<Transfer> received = new ArrayList<>();

    private UtpPair path(long seed, long roundTripMillis) {
        System.out.println("seed " + seed);
        UtpPair pair = new UtpPair(seed, UtpSettings.DEFAULTS);
        pair.there.delay(roundTripMillis * UtpPair.MILLI / 2).rate(BYTES_PER_SECOND, QUEUE_BYTES);
        pair.back.delay(roundTripMillis * UtpPair.MILLI / 2).rate(BYTES_PER_SECOND, QUEUE_BYTES);
        pair.far.endpoint.accept(origin -> {
            Transfer each = new Transfer(2, 1, 0);
            received.add(each);
            return each;
        });
        return pair;
    }

    private double jain() {
        double sum = 0;
        double squares = 0;
        for (Transfer each : received) {
            sum += each.read;
            squares += (double) each.read * each.read;
        }
        return sum * sum / (received.size() * squares);
    }

    @Test
    void oneStreamFillsThePath() {
        UtpPair pair = path(SEED, 100);
        Transfer near = pair.connect(Long.MAX_VALUE);
        pair.run(Duration.ofSeconds(60));
        double share = received.get(0).read / (60 * BYTES_PER_SECOND);
        System.out.println(
                "share of the path: " + share + ", " + UtpPair.stream(near).statistics());
        assertThat(share).isGreaterThan(0.9);
        assertThat(UtpPair.stream(near).statistics().queueingDelayNanos())
                .isBetween(10 * UtpPair.MILLI, 70 * UtpPair.MILLI);
        assertThat(UtpPair.stream(near).statistics().losses())
                .as("below where the queue overflows")
                .isZero();
    }

    @ParameterizedTest
    @CsvSource({"20", "100"})
    void twoStreamsThatBeginTogetherShareThePath(long roundTripMillis) {
        UtpPair pair = path(SEED, roundTripMillis);
        pair.connect(Long.MAX_VALUE);
        pair.connect(Long.MAX_VALUE);
        pair.run(Duration.ofSeconds(60));
        System.out.println("Jain's index at " + roundTripMillis + " ms: " + jain());
        assertThat(jain()).isGreaterThanOrEqualTo(0.95);
    }

    @Test
    void whoComesLaterDoesNotDriveTheEarlierAway() {
        UtpPair pair = path(SEED, 100);
        pair.connect(Long.MAX_VALUE);
        pair.run(Duration.ofSeconds(10));
        pair.connect(Long.MAX_VALUE);
        pair.run(Duration.ofSeconds(60));
        long first = received.get(0).read;
        long second = received.get(1).read;
        pair.run(Duration.ofSeconds(60));
        double share = (double) (received.get(0).read - first)
                / (received.get(0).read - first + received.get(1).read - second);
        System.out.println("share of the earlier in the second minute: " + share);
        assertThat(share).isBetween(0.25, 0.75);
    }

    @ParameterizedTest
    @ValueSource(longs = {20, 100})
    void leavesThePathToATcpBesideIt(long roundTripMillis) {
        UtpPair pair = path(SEED, roundTripMillis);
        RenoFlow reno = new RenoFlow(pair.deadlines, pair.there, pair.back);
        pair.connect(Long.MAX_VALUE);
        pair.run(Duration.ofSeconds(120));
        double share = reno.deliveredBytes() / (120 * BYTES_PER_SECOND);
        System.out.println("share of the path that TCP keeps at " + roundTripMillis + " ms: " + share);
        assertThat(share).isGreaterThanOrEqualTo(0.85);
        assertThat(received.get(0).read).isPositive();
    }

    /** Of packets of 1,336 bytes: what AIMD with BEP 29's growth gets at that loss, by the square root law, is 2.6 Mbit/s. */
    @Test
    void onePercentOfLossByChanceLeavesWhatTheGrowthOfBep29Allows() {
        UtpPair pair = path(SEED, 100);
        pair.there.losing(0.01);
        Transfer near = pair.connect(Long.MAX_VALUE);
        pair.run(Duration.ofSeconds(120));
        double bitsPerSecond = received.get(0).read * 8 / 120.0;
        System.out.println("bits per second at 1 % loss: " + bitsPerSecond);
        assertThat(bitsPerSecond).isGreaterThan(2_000_000);
        assertThat(UtpPair.stream(near).statistics().timeouts()).isLessThan(5);
    }

    @Test
    void clockThatDriftsIsNotTakenForAQueue() {
        BaseDelay base = new BaseDelay();
        long worst = 0;
        for (long second = 0; second < 3_600; second++) {
            int sample = (int) (0xfff00000L + second * 30); // 30 ppm, over the end of 32 bits
            worst = Math.max(worst, base.sample(sample, 100_000_000, second * 1_000_000_000));
        }
        assertThat(worst).isLessThan(20_000);
        long back = base.sample((int) (0xfff00000L + 3_599 * 30 - 5_000_000), 100_000_000, 3_600_000_000_000L);
        assertThat(back).as("a clock that was set back").isZero();
    }

    @Test
    void clockThatIsSetForwardIsNotTakenForAQueueForLong() {
        BaseDelay base = new BaseDelay();
        base.sample(1_000, 100_000_000, 0);
        long delay = 0;
        for (int i = 0; i < 20; i++) {
            delay = base.sample(10_000_000, 100_000_000, i);
            assertThat(delay).isLessThanOrEqualTo(300_000);
        }
        assertThat(delay).isZero();
    }
}

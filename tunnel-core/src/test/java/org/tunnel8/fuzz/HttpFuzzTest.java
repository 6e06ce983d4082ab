package org.tunnel8.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.UnpooledByteBufAllocator;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.tunnel8.http.ReplyCollector;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.proxy.LeakedBuffers;
import org.tunnel8.stream.HttpFailure;
import org.tunnel8.virtual.FuzzWatch;
import org.tunnel8.virtual.Seed;

/**
 * Requests and parts of answers by HTTP, and what servers answer, by the hundred thousand into a client's exchanges and an exit,
 * in told time: nothing is thrown, each exchange ends in its time, tables keep their bounds, what our exit sends arrives as
 * it was or not at all, and in the end nothing remains.
 */
@Tag("fuzz")
class HttpFuzzTest {
    private static final String INPUTS = "tunnel8.fuzz.httpInputs";
    private static final long SMALL_SHARE = 150_000;
    private static final long WATCHED_SHARE = 10_000;
    private static final int MOST_IN_A_NETWORK = 3_000;
    private static final int LOOK_EVERY = 50;
    /** What classes and the process's own tables take that were not there before. */
    private static final long MAX_GROWTH_BYTES = 24L << 20;

    private final long seed = Seed.take(getClass());
    private final Map<DropReason, Long> drops = new EnumMap<>(DropReason.class);

    @Test
    void withstandsWhateverExitsOwnersAndServersSay() {
        HttpAsker.Tally tally = fuzz(Long.getLong(INPUTS, SMALL_SHARE));
        assertThat(tally.answered).isPositive();
        assertThat(tally.unreadable).isPositive();
        assertThat(tally.cancelled).isPositive();
        assertThat(tally.answersOfOurs).isPositive();
        assertThat(tally.answersToStrangers).isPositive();
        assertThat(tally.failures).containsOnlyKeys(HttpFailure.values());
        assertThat(tally.collected).containsOnlyKeys(ReplyCollector.State.values());
        assertThat(drops)
                .containsKeys(
                        DropReason.HTTP_LIMIT,
                        DropReason.HTTP_REQUEST_REFUSED,
                        DropReason.HTTP_REPLY_REFUSED,
                        DropReason.HTTP_UNANSWERED,
                        DropReason.HTTP_PART_REFUSED,
                        DropReason.DUPLICATE_ANSWER,
                        DropReason.UNSOLICITED,
                        DropReason.EXIT_TARGET_REFUSED,
                        DropReason.EXIT_NAME_UNRESOLVED);
    }

    /** Netty's own watch over buffers, which takes its time. */
    @Nested
    @ExtendWith(LeakedBuffers.class)
    class Watched {
        @Test
        void losesNoBuffer() {
            fuzz(WATCHED_SHARE);
        }
    }

    private HttpAsker.Tally fuzz(long inputs) {
        SplittableRandom random = new SplittableRandom(seed);
        HttpAsker.Tally tally = new HttpAsker.Tally();
        long begun = System.nanoTime();
        long done = 0;
        int networks = 0;
        try (FuzzWatch watch = new FuzzWatch(getClass(), seed)) {
            while (done < inputs) {
                long most = Math.min(inputs - done, 1 + random.nextInt(MOST_IN_A_NETWORK));
                runNetwork(random.split(), tally, most, done, watch);
                done += most;
                networks++;
            }
            long grownBytes = watch.grownBytes();
            System.out.printf(
                    "HttpFuzzTest: %,d inputs into %,d networks in %.1f s, heap %,d KiB larger, seed %d%n",
                    done, networks, (System.nanoTime() - begun) / 1e9, grownBytes >> 10, seed);
            assertThat(grownBytes).as("growth of the heap").isLessThan(MAX_GROWTH_BYTES);
        }
        System.out.printf(
                "  exchanges %,d: answered %,d, of which by our exit %,d; unreadable answers %,d; cancelled %,d; failed %s%n",
                tally.asked, tally.answered, tally.answersOfOurs, tally.unreadable, tally.cancelled, tally.failures);
        System.out.printf(
                "  parts of answers to strangers %,d; answers without an exit %s%n",
                tally.answersToStrangers, tally.collected);
        System.out.printf("  dropped: %s%n", drops);
        return tally;
    }

    private void runNetwork(SplittableRandom random, HttpAsker.Tally tally, long inputs, long before, FuzzWatch watch) {
        long buffersBefore = buffers();
        HttpNetwork network = new HttpNetwork(random);
        HttpAsker asker = new HttpAsker(random, network, tally);
        long at = 0;
        try {
            while (at < inputs) {
                watch.at(before + at);
                if (random.nextInt(8) == 0 && asker.act()) {
                    at++;
                    continue;
                }
                network.step();
                at++;
                if (at % LOOK_EVERY == 0) {
                    network.pass(Duration.ofMillis(random.nextInt(random.nextInt(20) == 0 ? 6_000 : 300)));
                    network.check();
                    asker.check();
                }
            }
            network.end();
            asker.end();
            assertThat(buffers()).as("bytes of buffers").isEqualTo(buffersBefore);
        } catch (RuntimeException | Error e) {
            throw new AssertionError("failed with seed " + seed + " at input " + (before + at), e);
        }
        for (DropReason reason : DropReason.values()) {
            long dropped = network.drops(reason);
            if (dropped > 0) {
                drops.merge(reason, dropped, Long::sum);
            }
        }
    }

    private static long buffers() {
        return UnpooledByteBufAllocator.DEFAULT.metric().usedHeapMemory()
                + UnpooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
    }
}

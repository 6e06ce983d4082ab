package org.tunnel8.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What fast streams, and many, cost. */
class UtpCostTest {
    private static final int STREAMS = 1_000;
    private static final long STREAM_BYTES = Long.getLong("tunnel8.utp.streamBytes", 100_000);
    private static final int SECONDS = 5;

    @Test
    void oneStreamCarries25MegabytesASecondForAFractionOfACore() {
        UtpPair pair = new UtpPair(2, UtpSettings.DEFAULTS);
        pair.there.delay(2 * UtpPair.MILLI).rate(28_000_000, 1_000_000);
        pair.back.delay(2 * UtpPair.MILLI).rate(28_000_000, 1_000_000);
        Discard discard = new Discard();
        pair.far.endpoint.accept(origin -> discard);
        pair.near.endpoint.connect(pair.far.address, new Flood());
        pair.run(Duration.ofSeconds(2));
        long read = discard.read;
        long packets = pair.there.packets();
        long cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        pair.run(Duration.ofSeconds(SECONDS));
        double seconds = (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpu) / 1e9;
        double rate = (discard.read - read) / (double) SECONDS;
        System.out.printf(
                "%.1f MB/s, %.2f s of processor time for a second of both ends and the model between, %.0f ns a packet%n",
                rate / 1e6, seconds / SECONDS, seconds * 1e9 / (pair.there.packets() - packets));
        assertThat(rate).isGreaterThan(25_000_000);
        assertThat(seconds / SECONDS).isLessThan(1);
    }

    @Test
    void thousandStreamsAtATimeStayWithinTheirMemoryAndAllComplete() {
        StreamMemory memory = new StreamMemory(StreamMemory.DEFAULT_BYTES);
        UtpPair pair =
                new UtpPair(2, UtpSettings.DEFAULTS.withStreams(STREAMS, STREAMS), memory, new SplittableRandom(2));
        pair.there.delay(20 * UtpPair.MILLI).rate(125_000_000, 4_000_000);
        pair.back.delay(20 * UtpPair.MILLI).rate(125_000_000, 4_000_000);
        List<Transfer> all = new ArrayList<>();
        pair.far.endpoint.accept(origin -> {
            Transfer each = new Transfer(2, 1, 0);
            all.add(each);
            return each;
        });
        for (int i = 0; i < STREAMS; i++) {
            pair.connect(STREAM_BYTES);
        }
        long most = 0;
        for (int i = 0; i < 3_000 && (all.size() < STREAMS || all.stream().anyMatch(each -> each.end == null)); i++) {
            pair.run(Duration.ofMillis(100));
            most = Math.max(most, memory.usedBytes());
        }
        System.out.println("buffers of 1,000 streams of " + STREAM_BYTES + " bytes: " + most
                + " bytes at most, done after " + pair.deadlines.nowNanos() / UtpPair.MILLI + " ms");
        assertThat(all).hasSize(STREAMS).allMatch(each -> each.end == UtpEnd.CLOSED && each.read == STREAM_BYTES);
        assertThat(most).isLessThanOrEqualTo(StreamMemory.DEFAULT_BYTES);
    }

    /** Writes as much as is taken. */
    private static final class Flood implements UtpListener {
        private final byte[] bytes = new byte[32_768];

        @Override
        public void onConnected(UtpStream stream) {
            onWritable(stream);
        }

        @Override
        public void onWritable(UtpStream stream) {
            while (stream.write(bytes, 0, bytes.length) == bytes.length) {
                continue;
            }
        }

        @Override
        public void onEnded(UtpStream stream, UtpEnd end) {}
    }

    /** Reads everything. */
    private static final class Discard implements UtpListener {
        private final byte[] bytes = new byte[65_536];
        private long read;

        @Override
        public void onReadable(UtpStream stream) {
            int count = stream.read(bytes, 0, bytes.length);
            while (count > 0) {
                read += count;
                count = stream.read(bytes, 0, bytes.length);
            }
        }

        @Override
        public void onEnded(UtpStream stream, UtpEnd end) {}
    }
}

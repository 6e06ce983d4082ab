package org.tunnel8.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.tunnel8.metrics.Counters.Kind;
import org.tunnel8.metrics.PacketCounts.Direction;

/** What counting costs a relayed packet: taken in, passed on and sent. Runs when it is named: {@code -Dtest=CountingBenchmark}. */
class CountingBenchmark {
    private static final int PACKETS = 50_000_000;
    private static final int ROUNDS = 5;

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final Counters counters = new Counters();

    @Test
    void countsInAFewNanoseconds() {
        double totals = Double.MAX_VALUE;
        double all = Double.MAX_VALUE;
        for (int i = 0; i < ROUNDS; i++) {
            totals = Math.min(totals, nanos(this::countTotals));
            all = Math.min(all, nanos(this::countAll));
        }
        System.out.printf(Locale.ROOT, "totals alone %.1f ns, by message and other side too %.1f ns%n", totals, all);

        PacketCounts packets = counters.packets();
        assertThat(packets.packets(Direction.SENT, MessageKind.CELL, OtherSide.NEXT_HOP)
                        + packets.packets(Direction.SENT, MessageKind.CELL, OtherSide.PREVIOUS_HOP))
                .isEqualTo((long) ROUNDS * PACKETS);
    }

    private double nanos(Runnable work) {
        long before = threads.getCurrentThreadCpuTime();
        work.run();
        return (double) (threads.getCurrentThreadCpuTime() - before) / PACKETS;
    }

    private void countTotals() {
        for (int i = 0; i < PACKETS; i++) {
            int length = 1_000 + (i & 255);
            counters.packet(Kind.PACKETS_RECEIVED, Kind.BYTES_RECEIVED, length);
            counters.packet(Kind.PACKETS_SENT, Kind.BYTES_SENT, length);
            counters.packet(Kind.CELLS_RELAYED, Kind.CELL_BYTES_RELAYED, length);
        }
    }

    private void countAll() {
        PacketCounts packets = counters.packets();
        for (int i = 0; i < PACKETS; i++) {
            int length = 1_000 + (i & 255);
            boolean forward = (i & 1) == 0;
            counters.packet(Kind.PACKETS_RECEIVED, Kind.BYTES_RECEIVED, length);
            packets.arrives(MessageKind.CELL);
            packets.arrivesFrom(forward ? OtherSide.PREVIOUS_HOP : OtherSide.NEXT_HOP);
            packets.departs(MessageKind.CELL, forward ? OtherSide.NEXT_HOP : OtherSide.PREVIOUS_HOP);
            counters.packet(Kind.PACKETS_SENT, Kind.BYTES_SENT, length);
            packets.sent(length);
            counters.packet(Kind.CELLS_RELAYED, Kind.CELL_BYTES_RELAYED, length);
            packets.received(length);
        }
    }
}

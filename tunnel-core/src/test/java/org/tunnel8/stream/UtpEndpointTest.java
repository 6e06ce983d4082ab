package org.tunnel8.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.wire.Address;

/** An endpoint towards its owner: limits, the line, the end of a flow, and what it costs. */
class UtpEndpointTest {
    private static final int IDLE_STREAMS = 10_000;
    private static final long IDLE_BYTES = 1_536;

    private final UtpPair pair = new UtpPair(23, UtpSettings.DEFAULTS);

    private static byte[] packet(int type, int id, int number, int acknowledged) {
        byte[] bytes = new byte[UtpPacket.HEADER_BYTES];
        UtpPacket.write(bytes, 0, type, 0, id, 1, 0, 1_000, number, acknowledged);
        return bytes;
    }

    private boolean give(ModelHost to, Address from, byte[] bytes) {
        return to.endpoint.onDatagram(from, bytes, 0, bytes.length);
    }

    @Test
    void leavesWhatIsNotUtpToOthers() {
        assertThat(give(pair.far, pair.near.address, "d1:ad2:id20:abcdefghij0123456789e".getBytes()))
                .isFalse();
        assertThat(give(pair.far, pair.near.address, new byte[0])).isFalse();
        assertThat(pair.far.counters.drops()).isEmpty();
        assertThat(pair.far.sentDatagrams).isZero();
    }

    @Test
    void answersStraysWithAResetButNeverAReset() {
        for (int type = UtpPacket.DATA; type <= UtpPacket.SYN; type++) {
            assertThat(give(pair.far, pair.near.address, packet(type, 7, 8, 9))).isTrue();
        }
        assertThat(pair.far.counters.drops(DropReason.UNSOLICITED)).isEqualTo(5);
        assertThat(pair.far.sentDatagrams).isEqualTo(4);
    }

    @Test
    void answersNoMoreStraysThanItsRateAllows() {
        for (int i = 0; i < 10_000; i++) {
            give(pair.far, ModelHost.addressOf(1_000 + i), packet(UtpPacket.DATA, i, 8, 9));
        }
        assertThat(pair.far.sentDatagrams).isEqualTo(UtpEndpoint.REFUSALS_AT_ONCE);
        assertThat(pair.far.sentBytes).isEqualTo(UtpEndpoint.REFUSALS_AT_ONCE * 20L);
        pair.run(Duration.ofSeconds(1));
        give(pair.far, ModelHost.addressOf(1), packet(UtpPacket.DATA, 1, 8, 9));
        assertThat(pair.far.sentDatagrams).isEqualTo(UtpEndpoint.REFUSALS_AT_ONCE + 1);
    }

    @Test
    void endsAllStreamsAtOnceWhenTheFlowHasMoved() {
        pair.accepting(0);
        List<Transfer> open = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Transfer each = new Transfer(1, 2, 500_000);
            open.add(pair.connect(each));
        }
        pair.run(Duration.ofMillis(50));
        long sent = pair.near.sentDatagrams;
        pair.near.endpoint.abortAll(UtpEnd.MOVED);
        assertThat(open)
                .allSatisfy(
                        each -> assertThat(each.told).startsWith("connected").endsWith("MOVED"));
        assertThat(pair.near.endpoint.streams()).isZero();
        pair.run(Duration.ofSeconds(1));
        assertThat(pair.near.sentDatagrams - sent)
                .as("RESETs for what still comes")
                .isLessThanOrEqualTo(60);
        Transfer next = pair.connect(100);
        pair.run(Duration.ofSeconds(1));
        assertThat(next.told).startsWith("connected");
    }

    @Test
    void closesWithAResetToEveryOtherSide() {
        Transfer far = new Transfer(2, 1, 0);
        far.finishes = false;
        pair.accepting(far);
        Transfer near = pair.connect(100_000);
        pair.run(Duration.ofMillis(100));
        pair.near.endpoint.close();
        assertThat(near.end).isEqualTo(UtpEnd.FLOW_CLOSED);
        pair.run(Duration.ofMillis(100));
        assertThat(far.end).isEqualTo(UtpEnd.RESET);
        assertThat(pair.connect(1).told).containsExactly("FLOW_CLOSED");
        assertThat(give(pair.near, pair.far.address, packet(UtpPacket.DATA, 7, 8, 9)))
                .isFalse();
    }

    @Test
    void waitsForTheLineAndGoesOnWhenToldThatThereIsRoom() {
        pair.accepting(0);
        Transfer near = pair.connect(300_000);
        pair.run(Duration.ofMillis(30));
        pair.near.room = false;
        pair.run(Duration.ofSeconds(5));
        long read = pair.accepted().read;
        pair.run(Duration.ofSeconds(5));
        assertThat(pair.accepted().read).isEqualTo(read).isLessThan(300_000);
        assertThat(pair.near.waitingForRoom).hasSize(1);
        assertThat(UtpPair.stream(near).statistics().windowBytes())
                .as("no loss of the path")
                .isGreaterThan(4_000);
        pair.near.room = true;
        pair.near.waitingForRoom.remove(0).run();
        pair.run(Duration.ofSeconds(5));
        assertThat(pair.accepted().read).isEqualTo(300_000);
        assertThat(near.end).isEqualTo(UtpEnd.CLOSED);
    }

    @Test
    void resetTellsBothSides() {
        Transfer far = new Transfer(2, 1, 0);
        far.finishes = false;
        pair.accepting(far);
        Transfer near = pair.connect(100_000);
        pair.run(Duration.ofMillis(50));
        UtpPair.stream(near).reset();
        assertThat(near.told).containsExactly("connected", "LOCAL");
        UtpPair.stream(near).reset();
        pair.run(Duration.ofMillis(50));
        assertThat(far.told).containsExactly("connected", "RESET");
        assertThat(pair.memory.usedBytes()).isZero();
    }

    @Test
    void whatCameCanBeReadWhileTheEndIsTold() {
        byte[] seen = new byte[10_000];
        List<Integer> seenBytes = new ArrayList<>();
        Transfer far = new Transfer(2, 1, 0) {
            @Override
            public void onEnded(UtpStream from, UtpEnd why) {
                super.onEnded(from, why);
                seenBytes.add(from.read(seen, 0, seen.length));
                seenBytes.add(from.read(seen, 0, seen.length));
            }
        };
        far.reads = false;
        far.finishes = false;
        pair.accepting(far);
        Transfer near = new Transfer(1, 2, 5_000);
        near.finishes = false;
        pair.connect(near);
        pair.run(Duration.ofSeconds(1));
        UtpPair.stream(near).reset();
        pair.run(Duration.ofSeconds(1));
        assertThat(seenBytes).containsExactly(5_000, -1);
    }

    @Test
    void forgedPacketsOutsideOfWhatWasSentChangeNothing() {
        Transfer far = new Transfer(2, 1, 0);
        far.finishes = false;
        pair.accepting(far);
        Transfer near = new Transfer(1, 2, 3_000);
        near.finishes = false;
        pair.connect(near);
        pair.run(Duration.ofSeconds(1));
        int id = UtpPair.stream(near).machine().receiveId();
        UtpStatistics before = UtpPair.stream(near).statistics();
        int sent = (int) before.bytesSent();
        assertThat(sent).isEqualTo(3_000);
        for (int ack = 0; ack < 65_536; ack += 4_500) {
            give(pair.near, pair.far.address, packet(UtpPacket.RESET, id, 8, ack + 20_000));
        }
        // Some 4,000 of 65,536 numbers are taken: those of packets that may still be under way.
        assertThat(near.told.size()).isLessThanOrEqualTo(2);
    }

    @Test
    void idleStreamsCostLittleHeap() {
        UtpSettings settings = UtpSettings.DEFAULTS.withStreams(IDLE_STREAMS, IDLE_STREAMS);
        UtpPair many = new UtpPair(1, settings);
        Discarding quiet = new Discarding();
        many.far.endpoint.accept(origin -> quiet);
        Transfer busy = new Transfer(1, 2, 0);
        busy.finishes = false;
        List<UtpStream> streams = new ArrayList<>(IDLE_STREAMS);
        long before = heap();
        for (int i = 0; i < IDLE_STREAMS; i++) {
            streams.add(many.near.endpoint.connect(many.far.address, busy));
        }
        many.run(Duration.ofSeconds(2));
        byte[] line = "something small, and nothing after that".getBytes();
        streams.forEach(stream -> stream.write(line, 0, line.length));
        many.run(Duration.ofSeconds(2));
        assertThat(quiet.read).isEqualTo((long) IDLE_STREAMS * line.length);
        long each = (heap() - before) / (2 * IDLE_STREAMS);
        System.out.println("bytes of heap for an idle stream: " + each);
        assertThat(streams).allMatch(stream -> stream.state() == UtpState.CONNECTED);
        assertThat(many.memory.usedBytes()).isZero();
        assertThat(each).isLessThan(IDLE_BYTES);
    }

    private static final class Discarding implements UtpListener {
        private final byte[] buffer = new byte[1_000];
        private long read;

        @Override
        public void onReadable(UtpStream from) {
            read += from.read(buffer, 0, buffer.length);
        }

        @Override
        public void onEnded(UtpStream from, UtpEnd why) {}
    }

    private static long heap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}

package org.tunnel8.transport.udp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.tunnel8.transport.DatagramPort;
import org.tunnel8.transport.SendFailure;

/** An outbox on a {@link FakeSystem}, in virtual time. */
final class OutboxFixture implements Outbox.Host {
    static final int BUDGET_BYTES = 1_024 * 1_024;
    static final int RETRY_BUDGET_BYTES = 256 * 1_024;

    final FakeSystem system = new FakeSystem();
    final PortCounters counters = new PortCounters();
    final MemoryBudget budget = new MemoryBudget(BUDGET_BYTES, null);
    final MemoryBudget retryBudget = new MemoryBudget(RETRY_BUDGET_BYTES, null);
    final Map<SendFailure, Integer> lost = new EnumMap<>(SendFailure.class);
    final Outbox outbox;
    boolean flushWanted;

    private final PooledByteBufAllocator allocator = new PooledByteBufAllocator(true, 0, 1, 8_192, 8, 0, 0, false, 0);
    private long nowNanos = Long.MAX_VALUE - millis(250);
    private long retryNanos = RetryQueue.NEVER;

    OutboxFixture(boolean segmentation) {
        EmbeddedChannel channel = new EmbeddedChannel(system);
        channel.config().setAllocator(allocator);
        SegmentationGate gate = new SegmentationGate(segmentation, () -> nowNanos);
        outbox = new Outbox(
                channel, true, DatagramPort.MAX_SENT_BYTES, counters, budget, retryBudget, gate, () -> nowNanos, this);
    }

    @Override
    public void flushLater(int addedBytes) {
        flushWanted = true;
    }

    @Override
    public void retryAt(long whenNanos) {
        if (retryNanos == RetryQueue.NEVER || whenNanos - retryNanos < 0) {
            retryNanos = whenNanos;
        }
    }

    @Override
    public void lost(SendFailure failure, int datagrams) {
        lost.merge(failure, datagrams, Integer::sum);
    }

    /** Hands over a datagram that is filled with one value. */
    void send(InetSocketAddress to, int length, int value) {
        byte[] buffer = new byte[length + 7];
        Arrays.fill(buffer, 3, 3 + length, (byte) value);
        outbox.send(to, buffer, 3, length);
        // The caller's buffer is its own again.
        Arrays.fill(buffer, (byte) 0xEE);
    }

    /** Ends the loop's turn, and further ones as long as the outbox asks for it. */
    void endTurn() {
        do {
            flushWanted = false;
            outbox.flush();
        } while (flushWanted);
    }

    /** Lets time pass, and calls for retries when they are asked for. */
    void pass(long millis) {
        long endNanos = nowNanos + millis(millis);
        while (retryNanos != RetryQueue.NEVER && retryNanos - endNanos <= 0) {
            nowNanos = retryNanos;
            retryNanos = RetryQueue.NEVER;
            outbox.retryDue();
            endTurn();
        }
        nowNanos = endNanos;
    }

    /** Closes the outbox and its channel. */
    void close() {
        outbox.close();
        system.abandon(new ClosedChannelException());
    }

    /** Fails unless every buffer was given back. */
    void assertNothingHeld() {
        assertThat(allocator.metric().directArenas().get(0).numActiveAllocations())
                .as("buffers held")
                .isZero();
        assertThat(budget.usedBytes()).as("send budget used").isZero();
        assertThat(retryBudget.usedBytes()).as("retry budget used").isZero();
    }

    long allocatedBytes() {
        return allocator.pinnedDirectMemory();
    }

    static InetSocketAddress address(int number) {
        try {
            return new InetSocketAddress(
                    InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) number}), 7_000 + number);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    private static long millis(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }
}

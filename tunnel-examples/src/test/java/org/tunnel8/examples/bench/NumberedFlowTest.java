package org.tunnel8.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;

class NumberedFlowTest {
    private static final long STEP_NANOS = 1_000_000;

    private final NumberedFlow flow = new NumberedFlow();
    private long nowNanos;

    /** Sends as much as there is room for. */
    private Deque<byte[]> sendAll() {
        Deque<byte[]> sent = new ArrayDeque<>();
        while (flow.hasRoom(nowNanos)) {
            byte[] datagram = new byte[NumberedFlow.HEADER_BYTES + 3];
            flow.stamp(datagram, 2);
            sent.add(datagram);
        }
        nowNanos += STEP_NANOS;
        return sent;
    }

    private void arrive(byte[] datagram) {
        flow.onArrival(datagram, 2, NumberedFlow.HEADER_BYTES + 1);
    }

    private int settledWindow(int lostOneIn) {
        int window = 0;
        int count = 0;
        for (int round = 0; round < 500; round++) {
            Deque<byte[]> sent = sendAll();
            window = sent.size();
            for (byte[] datagram : sent) {
                if (++count % lostOneIn != 0) {
                    arrive(datagram);
                }
            }
        }
        return window;
    }

    @Test
    void datagramsLookLikeUtp() {
        byte[] datagram = sendAll().getFirst();
        int typeAndVersion = datagram[2];
        assertThat(typeAndVersion >> 4).isBetween(0, 4);
        assertThat(typeAndVersion & 0x0f).isEqualTo(1);
        assertThat(datagram[3]).isBetween((byte) 0, (byte) 3);
    }

    @Test
    void windowGrowsWhileAllArrives() {
        assertThat(settledWindow(Integer.MAX_VALUE)).isGreaterThanOrEqualTo(1_000);
        assertThat(flow.received()).isEqualTo(flow.sent());
    }

    @Test
    void windowShrinksWhileMuchIsLost() {
        assertThat(settledWindow(20)).isLessThan(64);
        assertThat(flow.received()).isLessThan(flow.sent());
    }

    @Test
    void windowStaysShutUntilSomethingArrives() {
        Deque<byte[]> sent = sendAll();
        assertThat(sendAll()).isEmpty();
        arrive(sent.getFirst());
        assertThat(sendAll()).hasSize(1);
    }

    @Test
    void allIsGivenUpAfterSilence() {
        int window = sendAll().size();
        assertThat(sendAll()).isEmpty();
        nowNanos += 1_000 * STEP_NANOS;
        assertThat(sendAll()).isEmpty();
        assertThat(sendAll()).hasSizeGreaterThanOrEqualTo(window);
    }

    @Test
    void takenBackStampIsNotCounted() {
        flow.stamp(new byte[NumberedFlow.HEADER_BYTES], 0);
        flow.unstamp();
        assertThat(flow.sent()).isZero();
    }

    @Test
    void shortDatagramIsNotCounted() {
        flow.onArrival(new byte[NumberedFlow.HEADER_BYTES], 0, NumberedFlow.HEADER_BYTES - 1);
        assertThat(flow.received()).isZero();
    }
}

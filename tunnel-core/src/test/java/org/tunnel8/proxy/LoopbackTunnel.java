package org.tunnel8.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.tunnel8.transport.udp.TransportLoop;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.Headroom;

/** A tunnel without a network: keeps what is sent into it, and brings back what a test hands it. */
final class LoopbackTunnel implements DatagramTunnel {
    private final TransportLoop loop;
    private final List<LoopbackFlow> flows = new CopyOnWriteArrayList<>();
    private volatile boolean refusing;
    private volatile boolean full;

    LoopbackTunnel(TransportLoop loop) {
        this.loop = loop;
    }

    /** What arrived in a flow. */
    record Sent(Address target, byte[] payload) {}

    @Override
    public Flow open(FlowListener listener, @Nullable String isolationKey) {
        assertThat(loop.inLoop()).isTrue();
        LoopbackFlow flow = new LoopbackFlow(listener, isolationKey);
        flows.add(flow);
        return flow;
    }

    void refuseAll() {
        refusing = true;
    }

    /** Says whether the line takes no more. */
    void full(boolean isFull) {
        full = isFull;
    }

    List<LoopbackFlow> flows() {
        return flows;
    }

    LoopbackFlow flow(int index) {
        return flows.get(index);
    }

    final class LoopbackFlow implements Flow {
        private final FlowListener listener;
        private final @Nullable String isolationKey;
        private final BlockingQueue<Sent> sent = new LinkedBlockingQueue<>();
        private volatile boolean closed;

        LoopbackFlow(FlowListener listener, @Nullable String isolationKey) {
            this.listener = listener;
            this.isolationKey = isolationKey;
        }

        @Override
        public boolean hasRoom() {
            assertThat(loop.inLoop()).isTrue();
            return !full;
        }

        @Override
        public boolean send(Address target, byte[] buffer, int offset, int length) {
            assertThat(loop.inLoop()).isTrue();
            assertThat(closed).isFalse();
            assertThat(offset).isGreaterThanOrEqualTo(Headroom.FRONT_BYTES);
            assertThat(buffer.length - offset - length).isGreaterThanOrEqualTo(Headroom.BACK_BYTES);
            if (refusing) {
                return false;
            }
            sent.add(new Sent(target, Arrays.copyOfRange(buffer, offset, offset + length)));
            // A tunnel works in place: whoever still needed these bytes would notice.
            Arrays.fill(buffer, (byte) 0xee);
            return true;
        }

        @Override
        public void close() {
            assertThat(loop.inLoop()).isTrue();
            closed = true;
        }

        boolean isClosed() {
            return closed;
        }

        @Nullable
        String isolationKey() {
            return isolationKey;
        }

        Sent takeSent() throws InterruptedException {
            Sent next = sent.poll(SocksClient.PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            assertThat(next).as("a datagram in the flow").isNotNull();
            return next;
        }

        boolean hasSent() {
            return !sent.isEmpty();
        }

        void bringBack(Address origin, byte[] payload) {
            loop.execute(() -> {
                byte[] buffer = new byte[Headroom.FRONT_BYTES + payload.length + Headroom.BACK_BYTES];
                System.arraycopy(payload, 0, buffer, Headroom.FRONT_BYTES, payload.length);
                listener.onDatagram(origin, buffer, Headroom.FRONT_BYTES, payload.length);
            });
        }

        void endFromTunnel() {
            loop.execute(listener::onClosed);
        }
    }
}

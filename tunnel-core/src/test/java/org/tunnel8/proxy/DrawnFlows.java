package org.tunnel8.proxy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.Headroom;

/** Flows without a network through which chance sends datagrams back; they may end, move, and have no room. */
final class DrawnFlows implements DatagramTunnel {
    private static final int MOST_BYTES = 8_192;

    private final RandomGenerator random;
    private final List<DrawnFlow> live = new ArrayList<>();

    DrawnFlows(RandomGenerator random) {
        this.random = random;
    }

    @Override
    public Flow open(FlowListener listener, @Nullable String isolationKey) {
        if (random.nextInt(30) == 0) {
            throw new IllegalStateException("the tunnel opens no flow");
        }
        DrawnFlow flow = new DrawnFlow(listener);
        live.add(flow);
        return flow;
    }

    /** Flows that have not ended. */
    int size() {
        return live.size();
    }

    /** Something happens to one of them; false if there is none. */
    boolean act() {
        if (live.isEmpty()) {
            return false;
        }
        DrawnFlow flow = live.get(random.nextInt(live.size()));
        int kind = random.nextInt(60);
        if (kind == 0) {
            live.remove(flow);
            flow.isClosed = true;
            flow.listener.onClosed();
        } else if (kind < 4) {
            flow.listener.onMoved();
        } else {
            bringBack(flow);
        }
        return true;
    }

    private void bringBack(DrawnFlow flow) {
        int size = random.nextInt(60);
        int length = size == 0 ? MOST_BYTES - random.nextInt(20) : random.nextInt(size < 4 ? MOST_BYTES : 200);
        byte[] buffer = new byte[Headroom.FRONT_BYTES + length + Headroom.BACK_BYTES];
        random.nextBytes(buffer);
        if (length > 20 && random.nextBoolean()) {
            // What looks like uTP.
            buffer[Headroom.FRONT_BYTES] = (byte) (random.nextInt(6) << 4 | 1);
            buffer[Headroom.FRONT_BYTES + 2] = 0;
            buffer[Headroom.FRONT_BYTES + 3] = (byte) random.nextInt(8);
        }
        flow.listener.onDatagram(origin(), buffer, Headroom.FRONT_BYTES, length);
    }

    private Address origin() {
        int port = random.nextInt(65_536);
        return switch (random.nextInt(8)) {
            case 0 -> Address.parse("2001:db8::" + Integer.toHexString(random.nextInt(65_536)), port);
            case 1 -> Address.parse("tracker.example", port);
            case 2 -> Address.parse("x".repeat(random.nextInt(600)), port);
            case 3 -> Address.parse("ü".repeat(1 + random.nextInt(140)), port);
            default -> Address.parse("192.0.2." + random.nextInt(256), port);
        };
    }

    private final class DrawnFlow implements Flow {
        private final FlowListener listener;
        private boolean isClosed;

        DrawnFlow(FlowListener listener) {
            this.listener = listener;
        }

        @Override
        public boolean hasRoom() {
            return random.nextInt(20) != 0;
        }

        @Override
        public boolean send(Address target, byte[] buffer, int offset, int length) {
            if (isClosed || length < 0 || target.port() == 0) {
                throw new AssertionError("sent what cannot be");
            }
            if (offset < Headroom.FRONT_BYTES || buffer.length - offset - length < Headroom.BACK_BYTES) {
                throw new AssertionError("sent without headroom");
            }
            // A tunnel works in place: whoever still needed these bytes would notice.
            Arrays.fill(buffer, (byte) 0xee);
            return random.nextInt(20) != 0;
        }

        @Override
        public void close() {
            isClosed = true;
            live.remove(this);
        }
    }
}

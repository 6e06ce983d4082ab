package org.tunnel8;

import java.net.InetSocketAddress;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.tunnel8.circuit.FlowTable;
import org.tunnel8.driver.CallbackThread;
import org.tunnel8.driver.Endpoints;
import org.tunnel8.driver.EngineDriver;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.Headroom;

/**
 * Carries datagrams between the application's threads and the engine's, in slots that are used over and over.
 *
 * <p>Both directions are bounded; what does not fit is refused or dropped, never waited for. The slots stand in memory
 * once they were needed, and no datagram makes garbage.
 */
final class DatagramFlow implements TunnelDatagrams {
    private static final int SLOTS = 1_024;
    private static final int SLOT_BYTES = Headroom.FRONT_BYTES + MAX_PAYLOAD_BYTES + Headroom.BACK_BYTES;

    private final EngineDriver driver;
    private final Direction up;
    private final Direction down;
    private final FlowTable.Flow flow;
    private volatile @Nullable DatagramReceiver receiver;
    private volatile boolean closed;

    /** One datagram on its way between threads. */
    private static final class Slot {
        final byte[] buffer = new byte[SLOT_BYTES];
        int length;

        @Nullable
        InetSocketAddress socketAddress;

        @Nullable
        Address address;
    }

    /** The slots of one direction: free ones, and those that wait to be taken over. */
    private static final class Direction {
        final ArrayBlockingQueue<Slot> free = new ArrayBlockingQueue<>(SLOTS);
        final ArrayBlockingQueue<Slot> waiting = new ArrayBlockingQueue<>(SLOTS);
        final AtomicInteger made = new AtomicInteger();
        final AtomicBoolean scheduled = new AtomicBoolean();

        @Nullable
        Slot take() {
            Slot slot = free.poll();
            if (slot == null && made.get() < SLOTS && made.incrementAndGet() <= SLOTS) {
                slot = new Slot();
            }
            return slot;
        }
    }

    private final CallbackThread callbacks;

    /** Opens a flow. Loop thread only. */
    DatagramFlow(EngineDriver driver, CallbackThread callbacks) {
        this.driver = driver;
        this.callbacks = callbacks;
        this.up = new Direction();
        this.down = new Direction();
        this.flow = driver.engine().openFlow(this::received, null);
    }

    @Override
    public boolean send(InetSocketAddress target, byte[] buffer, int offset, int length) {
        if (closed || length > MAX_PAYLOAD_BYTES) {
            return false;
        }
        Slot slot = up.take();
        if (slot == null) {
            return false;
        }
        System.arraycopy(buffer, offset, slot.buffer, Headroom.FRONT_BYTES, length);
        slot.length = length;
        if (!target.equals(slot.socketAddress)) {
            slot.socketAddress = target;
            slot.address = Endpoints.toAddress(target);
        }
        boolean taken = up.waiting.offer(slot);
        if (taken && up.scheduled.compareAndSet(false, true)) {
            driver.loop().execute(this::sendWaiting);
        }
        return taken;
    }

    private void sendWaiting() {
        up.scheduled.set(false);
        driver.engine();
        Slot slot = up.waiting.poll();
        while (slot != null) {
            Address target = slot.address;
            if (target != null && !closed) {
                flow.send(target, slot.buffer, Headroom.FRONT_BYTES, slot.length);
            }
            up.free.offer(slot);
            slot = up.waiting.poll();
        }
        driver.rearm();
    }

    private void received(Address origin, byte[] buffer, int offset, int length) {
        Slot slot = receiver == null || length > SLOT_BYTES ? null : down.take();
        if (slot == null) {
            DropReason reason = receiver == null ? DropReason.NO_FLOW : DropReason.RECEIVER_TOO_SLOW;
            driver.engine().counters().dropped(reason);
            return;
        }
        System.arraycopy(buffer, offset, slot.buffer, 0, length);
        slot.length = length;
        slot.address = origin;
        down.waiting.offer(slot);
        if (down.scheduled.compareAndSet(false, true) && !callbacks.execute(this::deliverWaiting)) {
            down.scheduled.set(false);
        }
    }

    private void deliverWaiting() {
        down.scheduled.set(false);
        DatagramReceiver target = receiver;
        Slot slot = down.waiting.poll();
        while (slot != null) {
            Address origin = slot.address;
            try {
                if (target != null && origin != null && !closed) {
                    target.onDatagram(Endpoints.toSocketAddress(origin), slot.buffer, 0, slot.length);
                }
            } finally {
                down.free.offer(slot);
            }
            slot = down.waiting.poll();
        }
    }

    @Override
    public void onDatagram(DatagramReceiver newReceiver) {
        receiver = newReceiver;
    }

    @Override
    public void close() {
        closed = true;
        driver.loop().execute(flow::close);
    }
}

package org.tunnel8;

import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.Headroom;

/**
 * One direction of a flow: datagrams that wait for the thread that takes them over, in slots that are used again.
 *
 * <p>Thread-safe. At most {@link #SLOTS} wait; the slots come into being as they are needed, and none goes.
 */
final class DatagramSlots {
    /** Some 2 MiB of datagrams of usual size: what a circuit carries in a twentieth of a second. */
    static final int SLOTS = 1_024;

    private static final int USUAL_BYTES =
            Headroom.FRONT_BYTES + TunnelDatagrams.MAX_PAYLOAD_BYTES + Headroom.BACK_BYTES;

    private final ArrayBlockingQueue<Slot> free = new ArrayBlockingQueue<>(SLOTS);
    private final ArrayBlockingQueue<Slot> waiting = new ArrayBlockingQueue<>(SLOTS);
    private final AtomicInteger made = new AtomicInteger();
    private final AtomicBoolean taskScheduled = new AtomicBoolean();

    /** One datagram on its way between threads; belongs to one of them at a time. */
    static final class Slot {
        private byte[] buffer = new byte[USUAL_BYTES];
        private int length;

        @Nullable
        InetSocketAddress target;

        @Nullable
        Address address;

        /** Copies a payload, with room in front and behind. */
        void fill(byte[] from, int offset, int count) {
            if (buffer.length < Headroom.FRONT_BYTES + count + Headroom.BACK_BYTES) {
                buffer = new byte[Headroom.FRONT_BYTES + count + Headroom.BACK_BYTES];
            }
            System.arraycopy(from, offset, buffer, Headroom.FRONT_BYTES, count);
            length = count;
        }

        byte[] buffer() {
            return buffer;
        }

        int length() {
            return length;
        }

        Address address() {
            return Objects.requireNonNull(address);
        }
    }

    /** A slot to be filled; null if all are under way. */
    @Nullable
    Slot take() {
        Slot slot = free.poll();
        if (slot == null && made.get() < SLOTS && made.incrementAndGet() <= SLOTS) {
            slot = new Slot();
        }
        return slot;
    }

    /** Has a filled slot wait; true if the caller has to see to it that {@link #next} is called. */
    boolean handOver(Slot slot) {
        waiting.add(slot);
        return taskScheduled.compareAndSet(false, true);
    }

    /** Takes back that somebody will call {@link #next}. */
    void notTakenOver() {
        taskScheduled.set(false);
    }

    /** The next slot that waits; after null, the next to wait needs a new call. */
    @Nullable
    Slot next() {
        Slot slot = waiting.poll();
        if (slot == null) {
            taskScheduled.set(false);
            // One that came in between has seen that somebody is at it.
            slot = waiting.poll();
        }
        return slot;
    }

    /** Whether half of the slots and more are there to be filled. */
    boolean isRoomy() {
        return waiting.size() <= SLOTS / 2;
    }

    /** Gives a slot back that was taken, or taken over. */
    void free(Slot slot) {
        free.add(slot);
    }
}

package org.tunnel8;

import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tunnel8.cell.CellSender;
import org.tunnel8.driver.CallbackThread;
import org.tunnel8.driver.Endpoints;
import org.tunnel8.driver.EngineDriver;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.transport.LogDetail;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.Headroom;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.cell.DataView;

/**
 * Carries datagrams between the application's threads and the engine's, in slots that are used over and over.
 *
 * <p>Both directions are bounded; what does not fit is refused or dropped, never waited for. The slots stand in memory
 * once they were needed, and no datagram makes garbage.
 */
final class DatagramFlow implements TunnelDatagrams {
    /** Datagrams moved at once, so that others have their turn on the same thread. */
    private static final int TURN = DatagramSlots.SLOTS;

    private static final Logger log = LoggerFactory.getLogger(DatagramFlow.class);

    private final EngineDriver driver;
    private final CallbackThread callbacks;
    private final DatagramSlots up = new DatagramSlots();
    private final DatagramSlots down = new DatagramSlots();
    private final OwnUplink uplink;
    private final ClientFlow flow;
    private final AtomicReference<@Nullable CompletableFuture<Void>> room = new AtomicReference<>();
    private volatile @Nullable DatagramReceiver receiver;
    private volatile boolean closed;

    /** Opens a flow. Loop thread only. */
    DatagramFlow(
            EngineDriver driver, CallbackThread callbacks, OwnUplink uplink, DirectLeases leases, FlowOptions options) {
        this.driver = driver;
        this.callbacks = callbacks;
        this.uplink = uplink;
        String key = options.isolationKey().orElse(null);
        this.flow = new ClientFlow(driver, uplink, leases, key, options.hops(), this::received);
    }

    @Override
    public boolean send(InetSocketAddress target, byte[] buffer, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, buffer.length);
        if (isEnded()) {
            return false;
        }
        DatagramSlots.Slot slot = up.take();
        if (slot == null) {
            return false;
        }
        if (!address(slot, target)
                || DataView.headerBytes(slot.address(), IpAddress.UNSPECIFIED) + length
                        > CellSender.MAX_BACKWARD_MESSAGE_BYTES) {
            up.free(slot);
            return false;
        }
        slot.fill(buffer, offset, length);
        if (up.handOver(slot)) {
            try {
                driver.loop().execute(this::sendWaiting);
            } catch (RejectedExecutionException e) {
                log.debug("a datagram came after the end");
                return false;
            }
        }
        return true;
    }

    /** Addresses a slot, which mostly was so before; false if no address of that name can be sent. */
    private static boolean address(DatagramSlots.Slot slot, InetSocketAddress target) {
        if (target.equals(slot.target)) {
            return true;
        }
        try {
            slot.address = Endpoints.toAddress(target);
            slot.target = target;
            return true;
        } catch (IllegalArgumentException e) {
            slot.target = null;
            return false;
        }
    }

    @Override
    public CompletableFuture<Void> whenRoom() {
        if (isEnded()) {
            return CompletableFuture.failedFuture(ended());
        }
        if (up.isRoomy()) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> awaited =
                Objects.requireNonNull(room.updateAndGet(known -> known == null ? new CompletableFuture<>() : known));
        // What waited may have left, or the flow ended, before the future was there to be told.
        tellSenders();
        return awaited.copy();
    }

    /** Whether nothing goes over it any more. */
    boolean isEnded() {
        return closed || driver.isClosing();
    }

    private static TunnelException ended() {
        return new TunnelException(TunnelException.Kind.CLOSED, "the flow or its client is closed", null);
    }

    /** Tells who waits for room that there is some, or that there will be none. */
    void tellSenders() {
        CompletableFuture<Void> awaited = isEnded() || up.isRoomy() ? room.getAndSet(null) : null;
        if (awaited == null) {
            return;
        }
        // What depends on it is the application's and must not run on the loop.
        awaited.completeAsync(() -> {
            if (isEnded()) {
                throw ended();
            }
            return null;
        });
    }

    /** Sends what waits, as long as the line takes it; the rest waits on, and the slots fill up. */
    private void sendWaiting() {
        for (int i = 0; i < TURN; i++) {
            if (!closed && !uplink.hasRoom()) {
                driver.rearm();
                tellSenders();
                uplink.whenRoom(this::sendWaiting);
                return;
            }
            DatagramSlots.Slot slot = up.next();
            if (slot == null) {
                driver.rearm();
                tellSenders();
                return;
            }
            try {
                if (!closed) {
                    flow.send(slot.address(), slot.buffer(), Headroom.FRONT_BYTES, slot.length());
                }
            } finally {
                up.free(slot);
            }
        }
        driver.rearm();
        tellSenders();
        driver.loop().execute(this::sendWaiting);
    }

    private void received(Address origin, byte[] buffer, int offset, int length) {
        if (receiver == null) {
            driver.engine().counters().dropped(DropReason.NO_FLOW);
            return;
        }
        DatagramSlots.Slot slot = down.take();
        if (slot == null) {
            driver.engine().counters().dropped(DropReason.RECEIVER_TOO_SLOW);
            return;
        }
        slot.fill(buffer, offset, length);
        slot.address = origin;
        if (down.handOver(slot) && !callbacks.execute(this::deliverWaiting)) {
            down.notTakenOver();
        }
    }

    private void deliverWaiting() {
        for (int i = 0; i < TURN; i++) {
            DatagramSlots.Slot slot = down.next();
            if (slot == null) {
                return;
            }
            deliver(slot);
            down.free(slot);
        }
        if (!callbacks.execute(this::deliverWaiting)) {
            down.notTakenOver();
        }
    }

    private void deliver(DatagramSlots.Slot slot) {
        DatagramReceiver target = receiver;
        if (target == null || closed) {
            return;
        }
        try {
            target.onDatagram(
                    Endpoints.toSocketAddress(slot.address()), slot.buffer(), Headroom.FRONT_BYTES, slot.length());
        } catch (RuntimeException | Error e) {
            // What the exception says is the application's and may hold an address (D12).
            log.warn("a receiver of datagrams has failed: {}", e.getClass().getName());
            log.debug("a receiver of datagrams has failed", LogDetail.of(e));
        }
    }

    @Override
    public void onDatagram(DatagramReceiver newReceiver) {
        receiver = Objects.requireNonNull(newReceiver);
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        tellSenders();
        try {
            driver.loop().execute(flow::close);
        } catch (RejectedExecutionException e) {
            log.debug("the flow has ended with its client");
        }
    }
}

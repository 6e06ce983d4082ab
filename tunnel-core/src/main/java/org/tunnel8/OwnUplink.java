package org.tunnel8;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.tunnel8.circuit.FlowTable;
import org.tunnel8.engine.TunnelEngine;
import org.tunnel8.metrics.Counters.Kind;
import org.tunnel8.shaping.Pace;
import org.tunnel8.transport.Cancellable;
import org.tunnel8.transport.udp.TransportLoop;
import org.tunnel8.wire.Address;

/**
 * Whether the line takes more of the application's datagrams: it is full while the system takes less than is sent, and
 * while one more would exceed what the application lets the client use.
 *
 * <p>Loop thread only.
 */
final class OwnUplink {
    /** The system is asked again this often; what waits in front of it meanwhile lasts longer. */
    private static final long ASK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final BooleanSupplier portHasRoom;
    private final TransportLoop loop;
    private final LongSupplier nanoClock;
    private final Pace pace;
    private List<Runnable> waiting = new ArrayList<>();
    private @Nullable Cancellable timer;

    /**
     * Makes an uplink.
     *
     * @param portHasRoom whether the system keeps up
     * @param loop whose thread this belongs to
     * @param nanoClock the time
     * @param bytesPerSecond what may be used; {@code TrafficLimits.UNLIMITED} for all there is
     */
    OwnUplink(BooleanSupplier portHasRoom, TransportLoop loop, LongSupplier nanoClock, long bytesPerSecond) {
        this.portHasRoom = portHasRoom;
        this.loop = loop;
        this.nanoClock = nanoClock;
        this.pace = new Pace(bytesPerSecond, nanoClock.getAsLong());
    }

    boolean hasRoom() {
        return portHasRoom.getAsBoolean() && (!pace.isLimited() || pace.isDue(nanoClock.getAsLong()));
    }

    /** Sends over a flow, and takes account of what leaves for it, layers and headers included. */
    boolean send(TunnelEngine engine, FlowTable.Flow flow, Address target, byte[] buffer, int offset, int length) {
        if (!pace.isLimited()) {
            return flow.send(target, buffer, offset, length);
        }
        long before = engine.counters().traffic(Kind.BYTES_SENT);
        boolean sent = flow.send(target, buffer, offset, length);
        pace.sent(engine.counters().traffic(Kind.BYTES_SENT) - before, nanoClock.getAsLong());
        return sent;
    }

    /** Takes account of what leaves beside the tunnel. */
    void sentDirectly(int bytes) {
        if (pace.isLimited()) {
            pace.sent(bytes, nanoClock.getAsLong());
        }
    }

    /** Has something run once there is room, never at once. */
    void whenRoom(Runnable action) {
        waiting.add(action);
        ask();
    }

    private void ask() {
        if (timer == null && !waiting.isEmpty()) {
            timer = loop.schedule(this::answer, Math.max(ASK_NANOS, pace.dueNanos() - nanoClock.getAsLong()));
        }
    }

    private void answer() {
        timer = null;
        if (hasRoom()) {
            List<Runnable> ready = waiting;
            waiting = new ArrayList<>();
            ready.forEach(Runnable::run);
        }
        ask();
    }
}

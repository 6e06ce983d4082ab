package org.tunnel8;

import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.tunnel8.DirectConsent.Scope;
import org.tunnel8.circuit.FlowTable;
import org.tunnel8.direct.DirectSocket;
import org.tunnel8.direct.Permit;
import org.tunnel8.driver.EngineDriver;
import org.tunnel8.wire.Address;

/**
 * One flow of datagrams of the application: over a circuit and, while there is none and a lease is for it, by a socket of its
 * own directly. Loop thread only.
 *
 * <p>Whenever it changes between the two its receiver hears of a move: partners know it by another address from then on.
 */
final class ClientFlow {
    /** An answer to what went directly is waited for so long after the flow has a circuit again, and twice as long at most. */
    private static final long KEEP_NANOS = TimeUnit.SECONDS.toNanos(15);

    private final EngineDriver driver;
    private final OwnUplink uplink;
    private final DirectLeases leases;
    private final @Nullable String isolationKey;
    private final FlowTable.Receiver receiver;
    private final FlowTable.Flow flow;
    private @Nullable DirectSocket direct;
    private boolean lastWentDirectly;
    private boolean wasCarried;
    private boolean closed;

    ClientFlow(
            EngineDriver driver,
            OwnUplink uplink,
            DirectLeases leases,
            @Nullable String isolationKey,
            OptionalInt hops,
            FlowTable.Receiver receiver) {
        this.driver = driver;
        this.uplink = uplink;
        this.leases = leases;
        this.isolationKey = isolationKey;
        this.receiver = receiver;
        this.flow = hops.isPresent()
                ? driver.engine().openFlow(receiver, isolationKey, hops.getAsInt())
                : driver.engine().openFlow(receiver, isolationKey);
        driver.rearm();
    }

    boolean hasRoom() {
        return uplink.hasRoom();
    }

    /** Sends a datagram; false if it is dropped, which is counted. The engine's deadlines are to be looked at afterwards. */
    boolean send(Address target, byte[] buffer, int offset, int length) {
        if (closed) {
            return false;
        }
        var engine = driver.engine();
        if (!flow.isCarried()) {
            Permit permit = leases.permit(Scope.DATAGRAMS, isolationKey);
            if (permit != null) {
                return sendDirectly(permit, target, buffer, offset, length);
            }
        } else if (lastWentDirectly) {
            lastWentDirectly = false;
            receiver.onMoved(true);
        }
        return uplink.send(engine, flow, target, buffer, offset, length);
    }

    private boolean sendDirectly(Permit permit, Address target, byte[] buffer, int offset, int length) {
        DirectSocket socket = direct;
        if (socket == null) {
            socket = new DirectSocket(permit, leases.outside(), new Answers());
            direct = socket;
            wasCarried = false;
            closeLater(socket);
        }
        boolean sent = socket.send(target, buffer, offset, length);
        if (sent) {
            lastWentDirectly = true;
            uplink.sentDirectly(length);
            leases.used(permit, Scope.DATAGRAMS);
        }
        return sent;
    }

    /** Closes the socket once the flow has had a circuit for a while. */
    private void closeLater(DirectSocket socket) {
        var unused = driver.loop()
                .schedule(
                        () -> {
                            if (direct != socket || closed || driver.isClosing()) {
                                return;
                            }
                            driver.engine();
                            boolean isCarried = flow.isCarried();
                            driver.rearm();
                            if (isCarried && wasCarried) {
                                direct = null;
                                socket.close();
                            } else {
                                wasCarried = isCarried;
                                closeLater(socket);
                            }
                        },
                        KEEP_NANOS);
    }

    void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (direct != null) {
            direct.close();
            direct = null;
        }
        driver.engine();
        flow.close();
        driver.rearm();
    }

    private final class Answers implements DirectSocket.Receiver {
        @Override
        public void onDatagram(Address origin, byte[] buffer, int offset, int length) {
            receiver.onDatagram(origin, buffer, offset, length);
        }

        @Override
        public void onClosed() {
            direct = null;
            if (lastWentDirectly && !closed) {
                lastWentDirectly = false;
                receiver.onMoved(false);
            }
        }
    }
}

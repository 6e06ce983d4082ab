package org.tunnel8;

import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.tunnel8.circuit.FlowTable;
import org.tunnel8.driver.EngineDriver;
import org.tunnel8.proxy.DatagramTunnel;
import org.tunnel8.wire.Address;

/** Gives the proxy flows of the engine. Loop thread only. */
final class FlowTunnel implements DatagramTunnel {
    private final EngineDriver driver;
    private final OwnUplink uplink;
    private final DirectLeases leases;

    FlowTunnel(EngineDriver driver, OwnUplink uplink, DirectLeases leases) {
        this.driver = driver;
        this.uplink = uplink;
        this.leases = leases;
    }

    @Override
    public Flow open(FlowListener listener, @Nullable String isolationKey) {
        FlowTable.Receiver receiver = new FlowTable.Receiver() {
            @Override
            public void onDatagram(Address origin, byte[] buffer, int offset, int length) {
                listener.onDatagram(origin, buffer, offset, length);
            }

            @Override
            public void onMoved(boolean onAnother) {
                listener.onMoved();
            }
        };
        ClientFlow flow = new ClientFlow(driver, uplink, leases, isolationKey, OptionalInt.empty(), receiver);
        return new Flow() {
            @Override
            public boolean hasRoom() {
                return flow.hasRoom();
            }

            @Override
            public boolean send(Address target, byte[] buffer, int offset, int length) {
                boolean sent = flow.send(target, buffer, offset, length);
                driver.rearm();
                return sent;
            }

            @Override
            public void close() {
                flow.close();
            }
        };
    }
}

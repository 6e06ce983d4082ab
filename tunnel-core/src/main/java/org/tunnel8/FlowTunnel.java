package org.tunnel8;

import org.jspecify.annotations.Nullable;
import org.tunnel8.circuit.FlowTable;
import org.tunnel8.driver.EngineDriver;
import org.tunnel8.proxy.DatagramTunnel;
import org.tunnel8.wire.Address;

/** Gives the proxy flows of the engine. Loop thread only. */
final class FlowTunnel implements DatagramTunnel {
    private final EngineDriver driver;
    private final OwnUplink uplink;

    FlowTunnel(EngineDriver driver, OwnUplink uplink) {
        this.driver = driver;
        this.uplink = uplink;
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
        FlowTable.Flow flow = driver.engine().openFlow(receiver, isolationKey);
        driver.rearm();
        return new Flow() {
            @Override
            public boolean hasRoom() {
                return uplink.hasRoom();
            }

            @Override
            public boolean send(Address target, byte[] buffer, int offset, int length) {
                boolean sent = uplink.send(driver.engine(), flow, target, buffer, offset, length);
                driver.rearm();
                return sent;
            }

            @Override
            public void close() {
                driver.engine();
                flow.close();
                driver.rearm();
            }
        };
    }
}

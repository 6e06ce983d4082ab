package org.tunnel8.fuzz;

import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.tunnel8.TunnelClient;
import org.tunnel8.TunnelDatagrams;
import org.tunnel8.UdpEcho;

/** A server outside that sends back what it gets, and a client's flow to it. */
final class SocketEcho implements AutoCloseable {
    private static final int PAYLOAD_BYTES = 60;
    /** UDP may lose one; the circuit is as good as dead only if it loses all. */
    private static final int TRIES = 5;

    private static final long WAIT_MILLIS = 2_000;

    private final UdpEcho server = new UdpEcho();
    private final TunnelClient client;
    private final BlockingQueue<Integer> back = new LinkedBlockingQueue<>();
    private @Nullable TunnelDatagrams flow;
    private int sent;
    private int lost;

    SocketEcho(TunnelClient client) throws SocketException {
        this.client = client;
    }

    /** Sends a datagram and waits until it is back; a few times, since UDP may lose some. */
    boolean answers() throws InterruptedException {
        if (flow == null) {
            flow = client.datagrams();
            flow.onDatagram((origin, buffer, offset, length) -> {
                if (length == PAYLOAD_BYTES) {
                    back.add(ByteBuffer.wrap(buffer, offset + length - 4, 4).getInt());
                }
            });
        }
        for (int i = 0; i < TRIES; i++) {
            byte[] payload = new byte[PAYLOAD_BYTES];
            payload[0] = 1; // uTP, so that exits let it pass
            ByteBuffer.wrap(payload).putInt(PAYLOAD_BYTES - 4, ++sent);
            flow.send(server.address(), payload, 0, payload.length);
            Integer number = back.poll(WAIT_MILLIS, TimeUnit.MILLISECONDS);
            while (number != null && number != sent) {
                number = back.poll(WAIT_MILLIS, TimeUnit.MILLISECONDS);
            }
            if (number != null) {
                return true;
            }
            lost++;
        }
        return false;
    }

    @Override
    public void close() {
        server.close();
    }

    @Override
    public String toString() {
        return "echoes: " + sent + " sent, " + lost + " lost";
    }
}

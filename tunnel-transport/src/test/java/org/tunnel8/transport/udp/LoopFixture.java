package org.tunnel8.transport.udp;

import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.tunnel8.transport.DatagramListener;
import org.tunnel8.transport.DatagramPort;
import org.tunnel8.transport.PortRange;

/** A loop with real sockets on loopback. */
final class LoopFixture implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    final TransportLoop loop;

    LoopFixture(TransportLoop.Io io) {
        loop = TransportLoop.open("test-loop", io);
    }

    UdpTransport bind(String address, DatagramListener listener) throws Exception {
        return bind(UdpSettings.of(InetAddress.getByName(address), PortRange.any()), listener);
    }

    UdpTransport bind(UdpSettings settings, DatagramListener listener)
            throws ExecutionException, InterruptedException, TimeoutException {
        return UdpTransport.bind(loop, settings, listener).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /** Sends datagrams in one turn of the loop. */
    void send(DatagramPort port, InetSocketAddress to, byte[]... datagrams) throws Exception {
        call(() -> {
            for (byte[] datagram : datagrams) {
                port.send(to, datagram, 0, datagram.length);
            }
            return null;
        });
    }

    /** Runs something on the loop's thread and waits for it. */
    <T> T call(Callable<T> task) throws Exception {
        CompletableFuture<T> done = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                done.complete(task.call());
            } catch (Exception e) {
                done.completeExceptionally(e);
            }
        });
        return done.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    static void until(Callable<Boolean> condition) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(condition);
    }

    /** Makes datagrams of a length, numbered in their first two bytes. */
    static byte[][] numbered(int count, int length) {
        List<byte[]> datagrams = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] datagram = new byte[length];
            datagram[0] = (byte) (i >> 8);
            datagram[1] = (byte) i;
            datagrams.add(datagram);
        }
        return datagrams.toArray(byte[][]::new);
    }

    @Override
    public void close() {
        loop.close();
    }
}

package org.tunnel8.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.tunnel8.TunnelClient;
import org.tunnel8.TunnelDatagrams;
import org.tunnel8.crypto.LayerCiphers;
import org.tunnel8.testing.EmbeddedNetwork;

/** What a cell that a relay passes on costs in memory, everything counted that its thread allocates. */
class RelayAllocationTest {
    private static final int WARM_UP = 30_000;
    private static final int MEASURED = 30_000;
    private static final int WINDOW = 64;
    private static final int PAYLOAD_BYTES = 1_300;
    private static final long MOST_BYTES_PER_CELL = 512;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void aRelayedCellAllocatesAtMost512BytesWithConscrypt() throws Exception {
        assumeThat(LayerCiphers.available())
                .as("Conscrypt runs on this system")
                .anyMatch(cipher -> cipher.name().equals("conscrypt"));
        try (DatagramSocket sink = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                EmbeddedNetwork network = EmbeddedNetwork.builder()
                        .relays(1)
                        .exits(1)
                        .layerCipher("conscrypt")
                        .build()) {
            network.start().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            try (TunnelClient client = TunnelClient.builder()
                    .network(network.network())
                    .bind(network.clientAddress(1))
                    .hops(2)
                    .circuits(1, 0)
                    .minPeers(2)
                    .build()) {
                client.start().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
                client.whenReady(LIMIT).join();
                TunnelNode relay = network.relays().get(0);
                long thread = threadNamed("tunnel8-relay1");
                push(client, sink, WARM_UP);

                long cellsBefore = relay.status().traffic().cellsRelayed();
                long bytesBefore = threads.getThreadAllocatedBytes(thread);
                push(client, sink, MEASURED);
                long bytes = threads.getThreadAllocatedBytes(thread) - bytesBefore;
                long cells = relay.status().traffic().cellsRelayed() - cellsBefore;

                System.out.println("relayed cell: " + bytes / cells + " bytes allocated, over " + cells + " cells");
                assertThat(cells).isGreaterThan(MEASURED / 2);
                assertThat(bytes / cells).isLessThanOrEqualTo(MOST_BYTES_PER_CELL);
            }
        }
    }

    private long threadNamed(String name) {
        for (long id : threads.getAllThreadIds()) {
            var info = threads.getThreadInfo(id);
            if (info != null && info.getThreadName().equals(name)) {
                return id;
            }
        }
        throw new AssertionError("no thread is called " + name);
    }

    /** Sends datagrams with a bounded number under way, so that no queue overflows. */
    private static void push(TunnelClient client, DatagramSocket sink, int count) throws Exception {
        Semaphore window = new Semaphore(WINDOW);
        byte[] payload = new byte[PAYLOAD_BYTES];
        payload[0] = 1;
        sink.setSoTimeout(1_000);
        Thread receiver = new Thread(() -> drain(sink, window, count), "sink");
        receiver.start();
        try (TunnelDatagrams datagrams = client.datagrams()) {
            InetSocketAddress target = (InetSocketAddress) sink.getLocalSocketAddress();
            for (int i = 0; i < count; i++) {
                // A datagram that was lost gives its place back after a while.
                if (!window.tryAcquire(500, TimeUnit.MILLISECONDS)) {
                    window.release(WINDOW);
                }
                datagrams.send(target, payload, 0, payload.length);
            }
            receiver.join(LIMIT.toMillis());
        }
    }

    private static void drain(DatagramSocket sink, Semaphore window, int count) {
        DatagramPacket packet = new DatagramPacket(new byte[2_048], 2_048);
        try {
            for (int i = 0; i < count; i++) {
                sink.receive(packet);
                window.release();
            }
        } catch (IOException e) {
            // The rest was lost; the counts of cells say how many were passed on.
            window.release(WINDOW);
        }
    }
}

package org.tunnel8;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.tunnel8.testing.EmbeddedNetwork;

/** A session in a JVM of its own whose class path has no Micrometer. */
final class WithoutMicrometer {
    private WithoutMicrometer() {}

    public static void main(String[] arguments) throws Exception {
        try {
            Class.forName("io.micrometer.core.instrument.MeterRegistry");
            throw new IllegalStateException("Micrometer is there after all");
        } catch (ClassNotFoundException expected) {
            System.out.println("no Micrometer");
        }
        try (EmbeddedNetwork network =
                        EmbeddedNetwork.builder().relays(1).exits(1).build();
                DatagramSocket outside =
                        new DatagramSocket(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0))) {
            network.start().get(60, TimeUnit.SECONDS);
            try (TunnelClient client = TunnelClient.builder()
                    .network(network.network())
                    .bind(network.clientAddress(1))
                    .hops(1)
                    .minPeers(1)
                    .build()) {
                client.start().get(60, TimeUnit.SECONDS);
                client.whenReady(Duration.ofSeconds(60)).join();
                carry(client, outside);
                System.out.println("carried, " + client.status().traffic().dataPacketsReceived() + " back");
            }
        }
    }

    private static void carry(TunnelClient client, DatagramSocket outside) throws Exception {
        CountDownLatch back = new CountDownLatch(1);
        try (TunnelDatagrams flow = client.datagrams()) {
            flow.onDatagram((origin, buffer, offset, length) -> back.countDown());
            byte[] payload = new byte[100];
            payload[0] = 1;
            flow.send((InetSocketAddress) outside.getLocalSocketAddress(), payload, 0, payload.length);
            DatagramPacket packet = new DatagramPacket(new byte[1_000], 1_000);
            outside.receive(packet);
            outside.send(packet);
            if (!back.await(60, TimeUnit.SECONDS)) {
                throw new IllegalStateException("nothing came back");
            }
        }
    }
}

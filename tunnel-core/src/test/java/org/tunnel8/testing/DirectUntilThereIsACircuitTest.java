package org.tunnel8.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.EnumSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tunnel8.DirectConsent;
import org.tunnel8.DirectLease;
import org.tunnel8.TunnelClient;
import org.tunnel8.TunnelDatagrams;
import org.tunnel8.TunnelSocket;
import org.tunnel8.UdpEcho;
import org.tunnel8.node.NodeRole;
import org.tunnel8.node.TunnelNode;
import org.tunnel8.transport.PortRange;

/** Traffic goes directly for as long as there is no circuit, and not a moment longer (FR-022). */
@Timeout(120)
class DirectUntilThereIsACircuitTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static byte[] utp() {
        byte[] payload = new byte[100];
        payload[0] = 1;
        return payload;
    }

    private static TunnelNode relay(EmbeddedNetwork network, int index) {
        return TunnelNode.builder()
                .roles(EnumSet.of(NodeRole.RELAY))
                .listen(network.clientAddress(index), PortRange.any())
                .network(network.network())
                .build();
    }

    @Test
    void whatFollowsTheFirstCircuitTakesIt() throws Exception {
        try (UdpEcho echo = new UdpEcho();
                EmbeddedNetwork network =
                        EmbeddedNetwork.builder().relays(0).exits(1).build()) {
            network.start().get(30, TimeUnit.SECONDS);
            // One more than there are, so that no circuit is built before the test wants one.
            try (TunnelClient client = TunnelClient.builder()
                            .network(network.network())
                            .bind(network.clientAddress(1))
                            .hops(1)
                            .circuits(1, 0)
                            .minPeers(3)
                            .build();
                    TunnelNode one = relay(network, 2);
                    TunnelNode other = relay(network, 3)) {
                client.start().get(30, TimeUnit.SECONDS);
                DirectLease lease =
                        client.directConnections(DirectConsent.userAcceptsIpExposure(Duration.ofMinutes(10)));
                BlockingQueue<Integer> back = new LinkedBlockingQueue<>();
                TunnelDatagrams flow = client.datagrams();
                flow.onDatagram((origin, buffer, offset, length) -> back.add(length));
                flow.send(echo.address(), utp(), 0, 100);
                assertThat(back.poll(20, TimeUnit.SECONDS)).isEqualTo(100);
                InetSocketAddress direct = echo.senders().take();
                assertThat(network.exitAddresses()).doesNotContain(direct);
                assertThat(direct.getPort())
                        .isNotEqualTo(client.status().address().orElseThrow().getPort());

                one.start().get(30, TimeUnit.SECONDS);
                other.start().get(30, TimeUnit.SECONDS);
                client.whenReady(LIMIT).get(90, TimeUnit.SECONDS);
                long sentDirectly = client.status().direct().datagramsSent();
                flow.send(echo.address(), utp(), 0, 100);
                assertThat(back.poll(20, TimeUnit.SECONDS)).isEqualTo(100);
                assertThat(network.exitAddresses()).contains(echo.senders().take());

                // A stream's handshake comes as uTP from the exit.
                CompletableFuture<TunnelSocket> stream = client.connect(echo.address());
                assertThat(network.exitAddresses()).contains(echo.senders().poll(20, TimeUnit.SECONDS));
                stream.cancel(true);
                assertThat(client.status().direct().datagramsSent()).isEqualTo(sentDirectly);
                assertThat(client.status().direct().streams()).isZero();
                assertThat(lease.isActive()).isTrue();
            }
        }
    }
}

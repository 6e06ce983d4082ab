package org.tunnel8;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tunnel8.node.TunnelNode;
import org.tunnel8.testing.EmbeddedNetwork;
import org.tunnel8.transport.PortRange;

/** Meters come with a client or node, are told apart from those of others, and go with it. */
@Timeout(120)
class MeterLifecycleTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static EmbeddedNetwork network;

    @BeforeAll
    static void start() throws Exception {
        network = EmbeddedNetwork.builder().relays(1).exits(1).build();
        network.start().get(60, TimeUnit.SECONDS);
    }

    @AfterAll
    static void stop() {
        network.close();
    }

    private static TunnelClientBuilder newClient() {
        return TunnelClient.builder()
                .network(network.network())
                .bind(network.clientAddress(1))
                .hops(1)
                .minPeers(1);
    }

    @Test
    void clientsOfOneNameAreToldApartAndLeaveNothingBehind() throws Exception {
        SimpleMeterRegistry shared = new SimpleMeterRegistry();
        TunnelClient first = newClient().metrics(shared).build();
        TunnelClient second = newClient().metrics(shared).build();
        int each = shared.getMeters().size() / 2;
        assertThat(shared.find("tunnel8.bootstrap.degraded").gauges())
                .extracting(gauge -> gauge.getId().getTag("node"))
                .containsExactlyInAnyOrder("client", "client-2");

        first.close();
        assertThat(shared.getMeters())
                .hasSize(each)
                .allSatisfy(meter -> assertThat(meter.getId().getTag("node")).isEqualTo("client-2"));
        TunnelClient third = newClient().metrics(shared).build();
        third.start().get(60, TimeUnit.SECONDS);
        assertThat(shared.find("tunnel8.bootstrap.degraded").gauges())
                .extracting(gauge -> gauge.getId().getTag("node"))
                .containsExactlyInAnyOrder("client", "client-2");
        second.close();
        third.close();
        third.close();
        assertThat(shared.getMeters()).isEmpty();
        assertThat(shared.isClosed()).isFalse();
    }

    @Test
    void aNodeLeavesNothingBehindAndSaysWhatItLends() throws Exception {
        SimpleMeterRegistry own = new SimpleMeterRegistry();
        InetAddress loopback = InetAddress.getByName("127.0.0.1");
        try (TunnelNode node = TunnelNode.builder()
                .listen(loopback, PortRange.any())
                .network(network.network())
                .bandwidth(50_000)
                .metrics(own, "lender")
                .build()) {
            node.start().get(60, TimeUnit.SECONDS);
            await().atMost(PATIENCE)
                    .until(() -> own.get("tunnel8.lending.rate").gauge().value() == 50_000);
            assertThat(own.get("tunnel8.quota.limit").gauge().value()).isZero();
            await().atMost(PATIENCE)
                    .until(() -> own.find("tunnel8.table.size").gauges().size() > 10);
        }
        assertThat(own.getMeters()).isEmpty();
    }

    @Test
    void aRegistryThatRefusesAMeterLeavesNoClientBehind() {
        SimpleMeterRegistry own = new SimpleMeterRegistry();
        own.config().meterFilter(new MeterFilter() {
            @Override
            public Meter.Id map(Meter.Id id) {
                if (id.getName().equals("tunnel8.socks5.exchanges")) {
                    throw new IllegalStateException("no more of these");
                }
                return id;
            }
        });
        Set<Thread> before = OwnThreads.alive();
        TunnelClientBuilder builder = newClient().metrics(own);

        assertThatIllegalStateException().isThrownBy(builder::build);

        assertThat(own.getMeters()).isEmpty();
        await().atMost(PATIENCE).until(() -> before.containsAll(OwnThreads.alive()));
    }

    @Test
    void refusesNamesThatNobodyCanRead() {
        SimpleMeterRegistry own = new SimpleMeterRegistry();
        TunnelClientBuilder builder = TunnelClient.builder();
        assertThatIllegalArgumentException().isThrownBy(() -> builder.metrics(own, " "));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.metrics(own, "x".repeat(65)));
    }

    @Test
    void aClientThatHasNotBeenStartedIsReadAllTheSame() throws Exception {
        SimpleMeterRegistry own = new SimpleMeterRegistry();
        try (TunnelClient unstarted = newClient().metrics(own).build()) {
            assertThat(own.getMeters())
                    .isNotEmpty()
                    .allSatisfy(meter -> assertThat(meter.measure()).isNotEmpty());
            assertThat(own.get("tunnel8.client.state")
                            .tag("state", "new")
                            .gauge()
                            .value())
                    .isEqualTo(1);
            assertThat(own.get("tunnel8.packets").functionCounters())
                    .extracting(FunctionCounter::count)
                    .containsOnly(0d);
            assertThat(unstarted).isNotNull();
        }
    }
}

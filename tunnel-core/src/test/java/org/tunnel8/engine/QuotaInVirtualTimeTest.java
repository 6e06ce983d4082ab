package org.tunnel8.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.tunnel8.circuit.CircuitSettings;
import org.tunnel8.circuit.CloseReason;
import org.tunnel8.circuit.FlowTable;
import org.tunnel8.engine.EngineNode.Received;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.peer.Peer;
import org.tunnel8.virtual.VirtualNetwork;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.walk.PeerFlags;

/** What becomes of a node whose quota for others is used up, and of those it served. */
class QuotaInVirtualTimeTest {
    private static final int RELAY = PeerFlags.RELAY | PeerFlags.SPEED_TEST;
    private static final int EXIT = RELAY | PeerFlags.EXIT_BT;
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final long QUOTA = 100_000;
    private static final int PAYLOAD_BYTES = 1_000;

    private final VirtualNetwork network = new VirtualNetwork(8);
    private final OutsideEcho echo = new OutsideEcho(network, "93.184.216.34:6881");
    private final EngineNode bootstrap = EngineNode.bootstrap(network, "5.0.0.1:6421");
    private final EngineNode relay = EngineNode.server(network, "5.0.1.1:7001", RELAY, bootstrap);
    private final EngineNode exit = EngineNode.server(network, "5.0.2.1:7001", EXIT, bootstrap);
    private final EngineNode client =
            EngineNode.client(network, "5.0.3.1:7001", CircuitSettings.of(2, 0, 2), bootstrap);
    private final List<Received> back = new ArrayList<>();
    private final FlowTable.Flow flow = client.flow(back);

    @BeforeEach
    void buildACircuit() {
        assertThat(network.runUntil(() -> client.circuits().ready() == 1, MINUTE))
                .isTrue();
    }

    private void send() {
        byte[] payload = new byte[PAYLOAD_BYTES];
        payload[0] = 1;
        client.send(flow, new IpAddress(echo.address()), payload);
        network.runFor(Duration.ofMillis(500));
    }

    private Peer relayAsSeenByTheClient() {
        Peer peer = client.engine().peers().byKey(relay.identity().publicKey());
        assertThat(peer).isNotNull();
        return peer;
    }

    @Test
    void aRelayStopsAtItsByteTellsItsNeighboursAndAnnouncesNothing() {
        long before = relay.engine().othersTraffic().carriedBytes();
        relay.engine().quota(network.nowNanos(), QUOTA);
        for (int i = 0; i < 100 && !relay.engine().othersTraffic().isUsedUp(); i++) {
            send();
        }

        long carried = relay.engine().othersTraffic().carriedBytes() - before;
        assertThat(carried).isBetween(QUOTA - PAYLOAD_BYTES - 200, QUOTA);
        assertThat(relay.drops(DropReason.QUOTA_USED_UP)).isPositive();
        network.runFor(Duration.ofSeconds(1));
        assertThat(relay.engine().relay().relayedCircuits()).isZero();
        assertThat(client.closed()).contains(CloseReason.DESTROYED);
        assertThat(exit.engine().relay().joinedCircuits()).isZero();

        assertThat(network.runUntil(
                        () -> relayAsSeenByTheClient().flags().equals(PeerFlags.NONE), Duration.ofMinutes(5)))
                .isTrue();
        network.runFor(MINUTE);
        assertThat(relay.engine().othersTraffic().carriedBytes() - before).isEqualTo(carried);
        assertThat(relay.engine().relay().joinedCircuits()).isZero();
    }

    @Test
    void aNewQuotaBringsItBack() {
        relay.engine().quota(network.nowNanos(), 0);
        network.runFor(Duration.ofMinutes(5));
        assertThat(client.circuits().ready()).isZero();

        relay.engine().quota(network.nowNanos(), 10 * QUOTA);
        assertThat(network.runUntil(() -> client.circuits().ready() == 1, Duration.ofMinutes(10)))
                .isTrue();
        back.clear();
        send();
        assertThat(back).hasSize(1);
    }

    @Test
    void anExitCountsWhatItSendsOutsideAndBringsBack() {
        long before = exit.engine().othersTraffic().carriedBytes();
        send();
        assertThat(back).hasSize(1);
        long one = exit.engine().othersTraffic().carriedBytes() - before;

        // A cell in, its payload out, the answer in, a cell back; pings may come in between.
        assertThat(one).isBetween(4L * PAYLOAD_BYTES, 4L * PAYLOAD_BYTES + 1_000);
        exit.engine().quota(network.nowNanos(), 10 * one);
        for (int i = 0; i < 20; i++) {
            send();
        }
        assertThat(exit.engine().othersTraffic().isUsedUp()).isTrue();
        assertThat(exit.engine().exit().sockets()).isZero();
        assertThat(exit.engine().relay().joinedCircuits()).isZero();
    }

    @Test
    void whatWasNeverToldAsUsedUpIsNotToldAsRenewed() {
        relay.engine().quota(network.nowNanos(), 0);
        relay.engine().quota(network.nowNanos(), QUOTA);
        network.runFor(Duration.ofSeconds(1));

        assertThat(relay.lending()).isEmpty();
        assertThat(client.circuits().ready()).isEqualTo(1);
    }

    @Test
    void aQuotaThatIsUsedUpIsToldOnce() {
        relay.engine().quota(network.nowNanos(), 0);
        relay.engine().quota(network.nowNanos(), 0);
        network.runFor(Duration.ofSeconds(1));
        relay.engine().quota(network.nowNanos(), 0);
        network.runFor(Duration.ofSeconds(1));
        assertThat(relay.lending()).containsExactly("used up");

        relay.engine().quota(network.nowNanos(), QUOTA);
        assertThat(relay.lending()).containsExactly("used up", "renewed");
    }
}

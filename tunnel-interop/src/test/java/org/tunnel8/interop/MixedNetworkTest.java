package org.tunnel8.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tunnel8.interop.MixedNetwork.Make;

/**
 * Many circuits over a network of three relays and two exits of each make.
 *
 * <p>{@code -Dtunnel8.interop.circuits} and {@code -Dtunnel8.interop.seconds} make the run longer: 200 circuits of 30 s
 * each are what docs/interop.md reports.
 */
@RequiresIpv8
class MixedNetworkTest {
    private static final int CIRCUITS = Integer.getInteger("tunnel8.interop.circuits", 30);
    private static final int SECONDS = Integer.getInteger("tunnel8.interop.seconds", 5);
    private static final int AT_A_TIME = 10;
    private static final int RATE = 100;
    private static final Duration BUILT = Duration.ofSeconds(60);
    private static final Duration ARRIVED = Duration.ofSeconds(10);
    private static final double UP = 0.99;
    private static final String CLIENT = "client";

    private static MixedNetwork network(Make bootstrap) {
        return MixedNetwork.builder()
                .bootstrap(bootstrap)
                .ours(3, 2)
                .theirs(3, 2)
                .maxJoinedCircuits(1_000)
                .start();
    }

    private static int hops(int round) {
        return 1 + round % 3;
    }

    @ParameterizedTest
    @EnumSource(Make.class)
    void ourClientsCircuitsComeUpAndLoseNothing(Make bootstrap) {
        try (OutsidePeer outside = new OutsidePeer();
                MixedNetwork network = network(bootstrap)) {
            int built = 0;
            int failed = 0;
            int lossless = 0;
            Map<String, Integer> losses = new LinkedHashMap<>();
            for (int round = 0; round * AT_A_TIME < CIRCUITS; round++) {
                try (PathClient client = PathClient.join(network.network(), hops(round), 0, 8)) {
                    List<PathClient.OwnFlow> flows = new ArrayList<>();
                    for (int i = 0; i < AT_A_TIME; i++) {
                        flows.add(client.open("flow " + i, outside.address()));
                    }
                    Eventually.holds(BUILT, () -> client.ready() > AT_A_TIME);
                    for (PathClient.OwnFlow flow : flows) {
                        assertThat(flow.send(0)).isTrue();
                        Eventually.holds(ARRIVED, () -> flow.received() == 1);
                    }
                    drip(client, flows);
                    int expected = 1 + RATE * SECONDS;
                    Eventually.holdsOrNot(ARRIVED, () -> flows.stream().allMatch(flow -> flow.received() == expected));
                    for (PathClient.OwnFlow flow : flows) {
                        lossless += flow.received() == expected ? 1 : 0;
                        if (flow.received() != expected) {
                            losses.put("round " + round + ", " + flow, expected - flow.received());
                        }
                    }
                    built += client.built();
                    failed += client.failures().size();
                }
            }
            Figures.print(
                    "our client, bootstrap %s: %d circuits built, %d attempts failed, %d of %d flows of %d s lost nothing",
                    bootstrap, built, failed, lossless, CIRCUITS, SECONDS);
            assertThat(losses).isEmpty();
            assertThat((double) built / (built + failed)).isGreaterThanOrEqualTo(UP);
        }
    }

    private static void drip(PathClient client, List<PathClient.OwnFlow> flows) {
        long begin = System.nanoTime();
        for (int number = 1; number <= RATE * SECONDS; number++) {
            client.sendOverAll(flows, number);
            long due = begin + number * 1_000_000_000L / RATE;
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Make.class)
    void theirClientsCircuitsComeUpAndLoseNothing(Make bootstrap) {
        try (OutsidePeer outside = new OutsidePeer();
                MixedNetwork network = network(bootstrap)) {
            PythonHost client = network.startTheirClient(CLIENT);
            int up = 0;
            int asked = 0;
            List<String> troubles = new ArrayList<>();
            for (int round = 0; asked < CIRCUITS; round++) {
                List<CompletableFuture<JsonObject>> circuits = new ArrayList<>();
                for (int i = 0; i < AT_A_TIME; i++) {
                    circuits.add(client.ask("build", "name", CLIENT, "hops", hops(round))
                            .thenApply(built ->
                                    built.getAsJsonObject().get("circuit").getAsLong())
                            .thenCompose(circuit -> client.ask(
                                            "drip",
                                            "name",
                                            CLIENT,
                                            "circuit",
                                            circuit,
                                            "port",
                                            outside.port(),
                                            "rate",
                                            RATE,
                                            "seconds",
                                            SECONDS)
                                    .thenCompose(figures -> client.ask("destroy", "name", CLIENT, "circuit", circuit)
                                            .thenApply(done -> figures.getAsJsonObject()))));
                }
                for (CompletableFuture<JsonObject> circuit : circuits) {
                    asked++;
                    try {
                        JsonObject figures = circuit.join();
                        up++;
                        if (!figures.get("sent").equals(figures.get("echoed"))) {
                            troubles.add(figures.toString());
                        }
                    } catch (CompletionException e) {
                        troubles.add(String.valueOf(e.getCause()));
                    }
                }
            }
            Figures.print(
                    "py-ipv8's client, bootstrap %s: %d of %d circuits up, %d of %d s lost nothing; %s",
                    bootstrap, up, asked, asked - troubles.size(), SECONDS, troubles);
            assertThat((double) up / asked).isGreaterThanOrEqualTo(UP);
            assertThat(troubles).hasSize(asked - up);
        }
    }
}

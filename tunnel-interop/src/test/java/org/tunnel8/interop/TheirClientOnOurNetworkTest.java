package org.tunnel8.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tunnel8.interop.MixedNetwork.Make;
import org.tunnel8.interop.MixedNetwork.Member;

/** py-ipv8's client among our bootstrap server, relays and exits. */
@RequiresIpv8
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TheirClientOnOurNetworkTest {
    private static final String CLIENT = "client";
    private static final int ROUND_TRIPS = 30;
    private static final double LOAD_SECONDS = 3;
    private static final Duration DESTROYED = Duration.ofSeconds(6);

    private MixedNetwork network;
    private OutsidePeer outside;
    private PythonHost client;

    @BeforeAll
    void start() {
        outside = new OutsidePeer();
        network = MixedNetwork.builder().bootstrap(Make.OURS).ours(4, 2).start();
        client = network.startTheirClient(CLIENT);
    }

    @AfterAll
    void stop() {
        network.close();
        outside.close();
    }

    private JsonObject build(int hops) {
        JsonObject built = client.callForObject("build", "name", CLIENT, "hops", hops);
        assertThat(built.getAsJsonArray("path")).hasSize(hops);
        return built;
    }

    private JsonObject ask(String what, JsonObject circuit, Object... more) {
        Object[] arguments = new Object[6 + more.length];
        List<Object> common =
                List.of("name", CLIENT, "circuit", circuit.get("circuit").getAsLong(), "port", outside.port());
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = i < 6 ? common.get(i) : more[i - 6];
        }
        return client.callForObject(what, arguments);
    }

    private void end(JsonObject circuit) {
        client.call("destroy", "name", CLIENT, "circuit", circuit.get("circuit").getAsLong());
    }

    private int joined() {
        return network.members().stream()
                .map(Member::node)
                .mapToInt(node -> node.status().joinedCircuits() + node.status().relayedCircuits())
                .sum();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void datagramsOfEitherKindComeBack(int hops) {
        JsonObject circuit = build(hops);
        JsonObject trips = ask("echo", circuit, "count", ROUND_TRIPS);
        assertThat(trips.get("echoed").getAsInt()).as("%s", trips).isEqualTo(ROUND_TRIPS);
        end(circuit);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void nothingIsLostUnderLoadInEitherDirection(int hops) {
        JsonObject circuit = build(hops);
        for (String direction : List.of("up", "down")) {
            JsonObject load = ask("load", circuit, "direction", direction, "seconds", LOAD_SECONDS);
            Figures.print("their client, our %d hops, load %s: %s", hops, direction, load);
            assertThat(load.get("arrived").getAsInt())
                    .as("%s", load)
                    .isGreaterThan(100)
                    .isEqualTo(load.get("sent").getAsInt());
        }
        end(circuit);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void theirDestroyEndsTheCircuitAtEveryHop(int hops) {
        Eventually.holds(Duration.ofSeconds(10), () -> joined() == 0);
        JsonObject circuit = build(hops);
        assertThat(joined()).isEqualTo(hops);
        end(circuit);
        Eventually.holds(DESTROYED.plusSeconds(10), () -> joined() == 0);
    }

    @Test
    void ourDestroyEndsTheirCircuit() {
        try (MixedNetwork small =
                MixedNetwork.builder().bootstrap(Make.OURS).ours(2, 1).start()) {
            PythonHost owner = small.startTheirClient("owner");
            long circuit = owner.callForObject("build", "name", "owner", "hops", 3)
                    .get("circuit")
                    .getAsLong();
            // Closing the exit sends a destroy, which both relays pass on.
            small.exits().get(0).node().close();
            Eventually.holds(
                    DESTROYED,
                    () -> !owner.call("state", "name", "owner", "circuit", circuit)
                            .getAsString()
                            .equals("READY"));
            assertThat(owner.callForObject("status", "name", "owner")
                            .get("destroys")
                            .getAsInt())
                    .isPositive();
        }
    }
}

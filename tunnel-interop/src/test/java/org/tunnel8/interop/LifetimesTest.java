package org.tunnel8.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tunnel8.interop.MixedNetwork.Make;
import org.tunnel8.interop.MixedNetwork.Member;

/** Nodes that leave, die, or fall silent. */
@RequiresIpv8
class LifetimesTest {
    private static final Duration JOINED = Duration.ofSeconds(60);
    private static final Duration TOLD = Duration.ofSeconds(6);
    private static final String CLIENT = "client";

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aNodeThatLeavesIsMissedAndOneThatIsKilledHarmsItsOwnCircuitsOnly(boolean politely) {
        try (OutsidePeer outside = new OutsidePeer();
                MixedNetwork network = MixedNetwork.builder().theirs(2, 1).start();
                OurProcess ours = OurProcess.start("our-relay", false, network.network())) {
            network.addForeign(ours.member());
            network.awaitMet();
            PythonHost client = network.startTheirClient(CLIENT);
            String first = network.relays().get(0).key();
            String second = network.relays().get(1).key();
            String last = network.exits().get(0).key();
            String our = ours.member().key();
            long other = build(client, List.of(first, second, last));
            long middle = build(client, List.of(first, our, last));
            long front = build(client, List.of(our, second, last));
            for (long circuit : List.of(other, middle, front)) {
                assertThat(echoes(client, circuit, outside)).isTrue();
            }
            // Two entries for each circuit that a relay passes on; one more is kept for 5 s after it was extended.
            Eventually.holds(JOINED, () -> entries(network).equals(List.of(4, 4, 3)));
            long begin = System.nanoTime();
            if (politely) {
                ours.terminate();
                // What is left is one entry for each direction at both relays, and one at the exit.
                Eventually.holds(TOLD, () -> entries(network).equals(List.of(2, 2, 1)));
                Figures.print(
                        "SIGTERM of our relay: gone from py-ipv8's neighbours after %.1f s",
                        (System.nanoTime() - begin) / 1e9);
            } else {
                ours.kill();
                assertThat(echoes(client, middle, outside)).isFalse();
                assertThat(echoes(client, front, outside)).isFalse();
            }
            assertThat(echoes(client, other, outside)).isTrue();
            assertThat(state(client, other)).isEqualTo("READY");
            assertThat(echoes(client, build(client, List.of(second, first, last)), outside))
                    .isTrue();
        }
    }

    /** Entries for circuits at the two relays and the exit. */
    private static List<Integer> entries(MixedNetwork network) {
        return network.members().stream()
                .filter(member -> member.make() == Make.THEIRS)
                .map(Member::pythonStatus)
                .map(status ->
                        status.get("relays").getAsInt() + status.get("exits").getAsInt())
                .toList();
    }

    @Test
    void aSilentClientIsForgotten() {
        try (MixedNetwork network =
                MixedNetwork.builder().bootstrap(Make.OURS).ours(1, 1).start()) {
            PythonHost client = network.startTheirClient(CLIENT);
            Member relay = network.relays().get(0);
            Eventually.holds(JOINED, () -> relay.node().status().peers() == 2);
            long begin = System.nanoTime();
            client.kill();
            Eventually.holds(
                    Duration.ofSeconds(120), () -> relay.node().status().peers() == 1);
            Figures.print("a silent client is forgotten by ours after %.0f s", (System.nanoTime() - begin) / 1e9);
        }
    }

    private static long build(PythonHost client, List<String> path) {
        return client.callForObject("build", "name", CLIENT, "path", path)
                .get("circuit")
                .getAsLong();
    }

    private static String state(PythonHost client, long circuit) {
        return client.call("state", "name", CLIENT, "circuit", circuit).getAsString();
    }

    private static boolean echoes(PythonHost client, long circuit, OutsidePeer outside) {
        if (state(client, circuit).equals("GONE")) {
            return false;
        }
        JsonObject trips =
                client.callForObject("echo", "name", CLIENT, "circuit", circuit, "port", outside.port(), "count", 1);
        return trips.get("echoed").getAsInt() == 1;
    }
}

package org.tunnel8.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tunnel8.interop.MixedNetwork.Make;
import org.tunnel8.interop.MixedNetwork.Member;

/**
 * Circuits of three hops in every order of ours and py-ipv8's nodes, built by either client.
 *
 * <p>With two relays and one exit there are two paths: each relay in front of the other. The second relay always comes
 * out of the first one's candidate list.
 */
@RequiresIpv8
class MixedPathsTest {
    private static final Duration BUILT = Duration.ofSeconds(60);
    private static final int DATAGRAMS = 20;
    private static final int FLOWS = 3;
    private static final String CLIENT = "client";

    @ParameterizedTest(name = "relays {0}, exit {1}")
    @CsvSource({"2,OURS", "2,THEIRS", "1,OURS", "1,THEIRS", "0,OURS", "0,THEIRS"})
    void everyOrderCarriesForEitherClient(int ourRelays, Make exit) {
        boolean ourExit = exit == Make.OURS;
        try (OutsidePeer outside = new OutsidePeer();
                MixedNetwork network = MixedNetwork.builder()
                        .bootstrap(exit)
                        .ours(ourRelays, ourExit ? 1 : 0)
                        .theirs(2 - ourRelays, ourExit ? 0 : 1)
                        .start()) {
            List<String> relays = network.relays().stream().map(Member::key).toList();
            String last = network.exits().get(0).key();
            List<List<String>> paths =
                    List.of(List.of(relays.get(0), relays.get(1), last), List.of(relays.get(1), relays.get(0), last));
            ourClientGoesBothWays(network, outside, paths);
            theirClientGoesBothWays(network, outside, paths);
        }
    }

    private static void ourClientGoesBothWays(MixedNetwork network, OutsidePeer outside, List<List<String>> paths) {
        // One circuit for each flow and one for flows without a key: four, which share two first hops equally.
        try (PathClient client = PathClient.join(network.network(), 3, 0, 3)) {
            List<PathClient.OwnFlow> flows = new ArrayList<>();
            for (int i = 0; i < FLOWS; i++) {
                flows.add(client.open("flow " + i, outside.address()));
            }
            Eventually.holds(
                    BUILT,
                    () -> client.ready() == FLOWS + 1
                            && Set.copyOf(client.paths()).equals(Set.copyOf(paths)));
            for (PathClient.OwnFlow flow : flows) {
                // An exit keeps ten datagrams at most while its socket opens; the first one opens it.
                assertThat(flow.send(0)).isTrue();
                Eventually.holds(Duration.ofSeconds(10), () -> flow.received() == 1);
                for (int i = 1; i < DATAGRAMS; i++) {
                    assertThat(flow.send(i)).isTrue();
                }
                Eventually.holds(Duration.ofSeconds(10), () -> flow.received() == DATAGRAMS);
            }
            assertThat(client.failures()).isEmpty();
        }
    }

    private static void theirClientGoesBothWays(MixedNetwork network, OutsidePeer outside, List<List<String>> paths) {
        PythonHost client = network.startTheirClient(CLIENT);
        for (List<String> path : paths) {
            JsonObject built = client.callForObject("build", "name", CLIENT, "path", path);
            assertThat(strings(built.getAsJsonArray("path"))).isEqualTo(path);
            assertThat(strings(built.getAsJsonArray("offers").get(0).getAsJsonArray()))
                    .as("what the first relay offers")
                    .contains(path.get(1))
                    .doesNotHaveDuplicates();
            JsonObject trips = client.callForObject(
                    "echo",
                    "name",
                    CLIENT,
                    "circuit",
                    built.get("circuit").getAsLong(),
                    "port",
                    outside.port(),
                    "count",
                    DATAGRAMS);
            assertThat(trips.get("echoed").getAsInt()).as("%s", trips).isEqualTo(DATAGRAMS);
        }
    }

    @Test
    void listsThatNameExitsBehindADoubledKeyAreRead() {
        try (OutsidePeer outside = new OutsidePeer();
                MixedNetwork network = MixedNetwork.builder().theirs(3, 2).start()) {
            for (Member member : network.members()) {
                PythonHost host = member.host();
                if (host != null) {
                    host.call("list_exits", "name", member.name());
                }
            }
            Set<String> relays = new HashSet<>();
            network.relays().forEach(relay -> relays.add(relay.key()));
            try (PathClient client = PathClient.join(network.network(), 3, 3, 5);
                    PathClient.OwnFlow flow = client.open("flow", outside.address())) {
                Eventually.holds(BUILT, () -> client.ready() == 5);
                assertThat(client.paths()).allSatisfy(path -> {
                    assertThat(relays).contains(path.get(0), path.get(1));
                    assertThat(relays).doesNotContain(path.get(2));
                });
                assertThat(client.failures()).isEmpty();
                assertThat(flow.send(1)).isTrue();
                Eventually.holds(Duration.ofSeconds(10), () -> flow.received() == 1);
            }
        }
    }

    private static List<String> strings(JsonArray array) {
        return array.asList().stream().map(JsonElement::getAsString).toList();
    }
}

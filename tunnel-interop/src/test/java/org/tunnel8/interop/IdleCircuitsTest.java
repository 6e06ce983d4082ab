package org.tunnel8.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tunnel8.interop.MixedNetwork.Make;
import org.tunnel8.interop.MixedNetwork.Member;

/** Circuits that nobody uses. */
@RequiresIpv8
class IdleCircuitsTest {
    private static final Duration IDLE = Duration.ofMinutes(5);
    private static final Duration JOINED = Duration.ofSeconds(60);
    private static final String CLIENT = "client";

    @Test
    void idleCircuitsLiveFiveMinutesAndNodesStayKnown() {
        try (OutsidePeer outside = new OutsidePeer();
                MixedNetwork theirs =
                        MixedNetwork.builder().theirs(2, 1).discovery().start();
                MixedNetwork mixed = MixedNetwork.builder()
                        .bootstrap(Make.OURS)
                        .ours(2, 1)
                        .theirs(1, 0)
                        .discovery()
                        .start();
                PathClient ourClient = PathClient.join(theirs.network(), 3, 0, 3);
                PathClient.OwnFlow flow = ourClient.open("flow", outside.address())) {
            PythonHost theirClient = mixed.startTheirClient(CLIENT);
            List<String> ours = mixed.members().stream()
                    .filter(member -> member.make() == Make.OURS)
                    .map(Member::key)
                    .toList();
            long circuit = build(theirClient, ours);
            Eventually.holds(JOINED, () -> ourClient.ready() == 2);
            List<List<String>> paths = ourClient.paths();

            Eventually.holdsFor(
                    IDLE,
                    () -> ourClient.ready() == 2
                            && theirClient
                                    .call("state", "name", CLIENT, "circuit", circuit)
                                    .getAsString()
                                    .equals("READY"));

            assertThat(ourClient.paths()).isEqualTo(paths);
            assertThat(ourClient.built()).as("circuits built in all").isEqualTo(2);
            assertThat(ourClient.age()).isGreaterThan(IDLE);
            assertThat(flow.send(1)).isTrue();
            Eventually.holds(Duration.ofSeconds(5), () -> flow.received() == 1);
            assertThat(echoes(theirClient, circuit, outside)).isTrue();
            Member witness = mixed.relays().stream()
                    .filter(member -> member.make() == Make.THEIRS)
                    .findFirst()
                    .orElseThrow();
            assertThat(witness.pythonStatus().getAsJsonArray("known").toString())
                    .as("a py-ipv8 node that drops the silent still knows ours")
                    .contains(ours);
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

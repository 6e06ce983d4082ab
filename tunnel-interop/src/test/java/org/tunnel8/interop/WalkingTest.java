package org.tunnel8.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tunnel8.interop.MixedNetwork.Make;
import org.tunnel8.interop.MixedNetwork.Member;

/** How nodes of either make find each other through either bootstrap server. */
@RequiresIpv8
class WalkingTest {
    private static final String CLIENT = "client";
    private static final Duration EXCHANGED = Duration.ofSeconds(60);

    /** From the second exchange on both sides use the new style (PROTOCOL.md §4). */
    @ParameterizedTest
    @EnumSource(Make.class)
    void nodesMeetAndGoOverToTheNewStyle(Make bootstrap) {
        try (MixedNetwork network = MixedNetwork.builder()
                .bootstrap(bootstrap)
                .ours(2, 1)
                .theirs(2, 0)
                .start()) {
            List<String> ours = network.members().stream()
                    .filter(member -> member.make() == Make.OURS)
                    .map(Member::key)
                    .toList();
            for (Member member : network.members()) {
                if (member.make() == Make.THEIRS) {
                    Eventually.holds(EXCHANGED, () -> keys(member, "new_style").containsAll(ours));
                    assertThat(keys(member, "known")).containsAll(ours);
                }
            }
            assertThat(network.relays().stream()
                            .filter(member -> member.make() == Make.OURS)
                            .map(member -> member.node().status().drops().getOrDefault("BAD_SIGNATURE", 0L)))
                    .containsOnly(0L);
        }
    }

    /** py-ipv8's relays ping a stranger by the DHT first, and wait 5 s for the answer (PROTOCOL.md §8). */
    @Test
    void extendsOfTheirRelaysToUsAreNotHeldUp() {
        try (OutsidePeer outside = new OutsidePeer();
                MixedNetwork theirs = MixedNetwork.builder().theirs(1, 0).dht().start();
                MixedNetwork apart =
                        MixedNetwork.builder().bootstrap(Make.OURS).ours(0, 1).start()) {
            PythonHost client = theirs.startTheirClient(CLIENT);
            Member stranger = apart.exits().get(0);
            List<String> path = List.of(theirs.relays().get(0).key(), stranger.key());
            JsonObject built =
                    client.callForObject("build", "name", CLIENT, "path", path, "stranger", stranger.address());
            Figures.print("an extend of py-ipv8's relay to a stranger of ours: %s s", built.get("seconds"));
            assertThat(built.get("seconds").getAsDouble()).isLessThan(4.5);
            JsonObject trips = client.callForObject(
                    "echo",
                    "name",
                    CLIENT,
                    "circuit",
                    built.get("circuit").getAsLong(),
                    "port",
                    outside.port(),
                    "count",
                    1);
            assertThat(trips.get("echoed").getAsInt()).isEqualTo(1);
        }
    }

    private static Collection<String> keys(Member member, String of) {
        return member.pythonStatus().getAsJsonArray(of).asList().stream()
                .map(JsonElement::getAsString)
                .toList();
    }
}

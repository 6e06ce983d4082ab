package org.tunnel8.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tunnel8.interop.MixedNetwork.Make;
import org.tunnel8.interop.MixedNetwork.Member;

/** How nodes of either make find each other through either bootstrap server. */
@RequiresIpv8
class WalkingTest {
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

    private static Collection<String> keys(Member member, String of) {
        return member.pythonStatus().getAsJsonArray(of).asList().stream()
                .map(JsonElement::getAsString)
                .toList();
    }
}

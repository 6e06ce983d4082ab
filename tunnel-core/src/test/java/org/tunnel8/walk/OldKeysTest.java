package org.tunnel8.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tunnel8.walk.TestNode.at;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.virtual.Seed;
import org.tunnel8.virtual.VirtualNetwork;
import org.tunnel8.wire.walk.IntroductionResponse;
import org.tunnel8.wire.walk.PeerFlags;
import org.tunnel8.wire.walk.WalkStyle;

/** Members and servers that sign with sect163k1, by recorded packets (D7). */
@Tag("vectors")
class OldKeysTest {
    private static final String RESPONSE = "tribler very-low response";
    private static final String REQUEST = "tribler very-low request";

    private final VirtualNetwork network = new VirtualNetwork(Seed.take(getClass()));
    private final Outsider old = new Outsider(network, "198.51.100.1:6421");

    private TestNode nodeThatAsksWithTheNumberOf(JsonObject response, InetSocketAddress... bootstrap) {
        int identifier = response.getAsJsonObject("fields").get("identifier").getAsInt();
        return new TestNode(
                        network,
                        at("203.0.113.5:7000"),
                        new ScriptedRandom(identifier),
                        b -> b.bootstrap(TestNode.servers(bootstrap)))
                .start();
    }

    @Test
    void takesIntroductionsFromABootstrapServerWithSuchAKey() throws IOException {
        JsonObject response = RecordedWalks.named("other_key_vectors", RESPONSE);
        Outsider introduced = new Outsider(network, "58.32.142.199:1775");
        TestNode node = nodeThatAsksWithTheNumberOf(response, old.address());
        network.send(old.address(), node.address(), RecordedWalks.packet(response));
        network.runFor(Duration.ofMillis(70));

        assertThat(node.bootstrapStates()).containsExactly(BootstrapState.CONTACTING, BootstrapState.ANSWERED);
        assertThat(introduced.inbox()).isNotEmpty();
        assertThat(node.peers().size()).isZero();
    }

    @Test
    void knowsAMemberWithSuchAKeyButTakesItForNoHop() throws IOException {
        JsonObject response = RecordedWalks.named("other_key_vectors", RESPONSE);
        TestNode node = nodeThatAsksWithTheNumberOf(response);
        node.discovery().walkTo(old.address());
        network.send(old.address(), node.address(), RecordedWalks.packet(response));
        network.runFor(Duration.ofMillis(70));

        assertThat(node.peers().size()).isEqualTo(1);
        assertThat(node.peers().candidates(0)).isEmpty();
        assertThat(node.peers().all().get(0).speaksNewStyle()).isFalse();
    }

    @Test
    void answersARequestSignedWithSuchAKeyInOldStyle() throws IOException {
        TestNode node = nodeThatAsksWithTheNumberOf(RecordedWalks.named("other_key_vectors", RESPONSE));
        for (int i = 0; i < 2; i++) {
            network.send(
                    old.address(),
                    node.address(),
                    RecordedWalks.packet(RecordedWalks.named("other_key_vectors", REQUEST)));
            network.runFor(Duration.ofMillis(70));
        }

        assertThat(old.received(IntroductionResponse.class))
                .hasSize(2)
                .allMatch(response -> response.style() == WalkStyle.OLD);
        assertThat(node.peers().candidateCount(PeerFlags.NONE.bits())).isZero();
    }

    @Test
    void dropsAResponseWithAWrongSignatureOfSuchAKey() throws IOException {
        JsonObject response = RecordedWalks.named("other_key_vectors", RESPONSE);
        TestNode node = nodeThatAsksWithTheNumberOf(response, old.address());
        byte[] packet = RecordedWalks.packet(response);
        packet[packet.length - 1] ^= 1;
        network.send(old.address(), node.address(), packet);
        network.runFor(Duration.ofMillis(70));

        assertThat(node.drops(DropReason.BAD_SIGNATURE)).isEqualTo(1);
        assertThat(node.bootstrapStates()).isEqualTo(List.of(BootstrapState.CONTACTING));
    }
}

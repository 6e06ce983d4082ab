package org.tunnel8.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tunnel8.walk.TestNode.at;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tunnel8.time.Deadlines;
import org.tunnel8.virtual.Seed;
import org.tunnel8.virtual.VirtualNetwork;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.walk.IntroductionRequest;
import org.tunnel8.wire.walk.IntroductionResponse;
import org.tunnel8.wire.walk.PeerFlags;
import org.tunnel8.wire.walk.WalkStyle;

/** Peers with IPv6 addresses: known, walked to where our port can, and never hops (PROTOCOL.md §4, §13). */
class FamiliesTest {
    private static final Duration SOON = Duration.ofSeconds(5);

    private final VirtualNetwork network = new VirtualNetwork(Seed.take(getClass()));

    private TestNode node(String address) {
        return TestNode.peer(network, address).start();
    }

    private static IntroductionResponse introducing(IntroductionRequest request, String wan, boolean newStyle) {
        return new IntroductionResponse(
                request.style(),
                request.destination(),
                IpAddress.UNSPECIFIED,
                IpAddress.UNSPECIFIED,
                IpAddress.UNSPECIFIED,
                new IpAddress(at(wan)),
                IntroductionResponse.newFlags(newStyle),
                request.identifier(),
                new PeerFlags(PeerFlags.RELAY).toExtra());
    }

    private static boolean knows(TestNode node, TestNode other) {
        return node.peers().byAddress(other.address()) != null;
    }

    private long sentTo(TestNode from, String address) {
        return network.passages().stream()
                .filter(passage ->
                        passage.from().equals(from.address()) && passage.to().equals(at(address)))
                .count();
    }

    @Test
    void walksToIntroducedIpv6PeersInNewStyle() {
        TestNode one = node("2001:db8:1::1:7000");
        TestNode two = node("2001:db8:2::1:7000");
        TestNode three = node("2001:db8:3::1:7000");
        one.discovery().walkTo(two.address());
        network.runFor(SOON);
        three.discovery().walkTo(two.address());

        assertThat(network.runUntil(() -> knows(one, three) && knows(three, one), SOON))
                .isTrue();
        assertThat(network.passages())
                .extracting(passage -> passage.messageId())
                .doesNotContain(246, 245, 249, 250);
    }

    @Test
    void sendsNothingToIpv6FromAPortThatHasOnlyIpv4() {
        TestNode node = node("198.51.100.1:7000");
        Outsider introducer = new Outsider(network, "198.51.200.1:7000")
                .answering(request -> request.style() == WalkStyle.NEW
                        ? introducing(request, "2001:db8::1:7000", true)
                        : Outsider.responseTo(request, Outsider.NOWHERE, Outsider.NOWHERE));
        introducer.send(
                node,
                new IntroductionRequest(
                        WalkStyle.NEW,
                        new IpAddress(node.address()),
                        IpAddress.UNSPECIFIED,
                        IpAddress.UNSPECIFIED,
                        0,
                        1,
                        new PeerFlags(PeerFlags.RELAY).toExtra()));
        node.discovery().walkTo(at("2001:db8::1:7000"));
        network.runFor(Duration.ofSeconds(20));

        assertThat(introducer.received(IntroductionRequest.class)).isNotEmpty();
        assertThat(sentTo(node, "2001:db8::1:7000")).isZero();
    }

    @Test
    void knowsFromItsOwnAddressWhatItCanSendTo() {
        record Port(String bound, boolean ipv4, boolean ipv6) {}
        List<Port> ports = List.of(
                new Port("0.0.0.0:7000", true, false),
                new Port("198.51.100.1:7000", true, false),
                new Port(":::7000", true, true),
                new Port("2001:db8::1:7000", false, true));
        for (Port port : ports) {
            OwnAddresses own = new OwnAddresses(at(port.bound()), Set.of(), new Deadlines(0));
            assertThat(own.canSendTo(at("198.51.100.2:1").getAddress()))
                    .as(port.bound())
                    .isEqualTo(port.ipv4());
            assertThat(own.canSendTo(at("2001:db8::2:1").getAddress()))
                    .as(port.bound())
                    .isEqualTo(port.ipv6());
        }
    }

    @Test
    void goesToTheIpv4AddressThatAPeerTellsOverIpv6() {
        TestNode node = TestNode.bound(network, "2001:db8:1::1:7000", ":::7000");
        node.start();
        InetSocketAddress ipv4 = at("198.51.200.1:7000");
        Outsider there = new Outsider(network, "2001:db8:2::1:7000")
                .answering(request -> new IntroductionResponse(
                        request.style(),
                        request.destination(),
                        IpAddress.UNSPECIFIED,
                        new IpAddress(ipv4),
                        IpAddress.UNSPECIFIED,
                        IpAddress.UNSPECIFIED,
                        0,
                        request.identifier(),
                        new PeerFlags(PeerFlags.RELAY).toExtra()));
        Outsider here = there.movedTo("198.51.200.1:7000").answering();
        node.discovery().walkTo(there.address());
        network.runFor(SOON);

        assertThat(here.received(IntroductionRequest.class)).isNotEmpty();
        assertThat(node.peers().byKey(there.key()).address()).isEqualTo(ipv4);
    }
}

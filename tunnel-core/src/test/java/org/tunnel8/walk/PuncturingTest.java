package org.tunnel8.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tunnel8.walk.TestNode.at;

import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.virtual.Seed;
import org.tunnel8.virtual.VirtualNetwork;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.walk.Puncture;
import org.tunnel8.wire.walk.PunctureRequest;
import org.tunnel8.wire.walk.WalkStyle;

/** What we send when asked to puncture, and what we do not. */
class PuncturingTest {
    private final VirtualNetwork network = new VirtualNetwork(Seed.take(getClass()));
    private final TestNode node = new TestNode(network, at("203.0.113.5:7000"), b -> b.target(1, 0)).start();
    private final Outsider introducer = new Outsider(network, "198.51.100.1:8000");
    private final Outsider walker = new Outsider(network, "192.0.2.9:9000");

    private void settle() {
        network.runFor(Duration.ofMillis(70));
    }

    private void ask(InetSocketAddress lan, InetSocketAddress wan) {
        introducer.send(node, new PunctureRequest(WalkStyle.OLD, new IpAddress(lan), new IpAddress(wan), 4711));
    }

    private void askFor(InetSocketAddress walkerWan) {
        ask(introducer.address(), walkerWan);
    }

    @Test
    void sendsASignedPunctureToTheWalker() {
        askFor(walker.address());
        settle();

        Puncture puncture = walker.last(Puncture.class);
        assertThat(puncture.style()).isEqualTo(WalkStyle.OLD);
        assertThat(puncture.identifier()).isEqualTo(4711);
        assertThat(puncture.sourceLan()).isEqualTo(IpAddress.UNSPECIFIED);
        assertThat(puncture.sourceWan()).isEqualTo(walker.ip());
        assertThat(walker.inbox().get(0).packet().sender())
                .isEqualTo(node.identity().publicKey());
    }

    @Test
    void puncturesInTheStyleOfTheRequest() {
        introducer.send(node, new PunctureRequest(WalkStyle.NEW, introducer.ip(), walker.ip(), 1));
        settle();

        assertThat(walker.last(Puncture.class).style()).isEqualTo(WalkStyle.NEW);
    }

    @Test
    void puncturesInTheDiscoveryOverlayToo() {
        introducer.send(
                node, CommunityId.DISCOVERY, new PunctureRequest(WalkStyle.OLD, introducer.ip(), walker.ip(), 1));
        settle();

        assertThat(walker.inbox().get(0).packet().community()).isEqualTo(CommunityId.DISCOVERY);
    }

    @Test
    void remembersWhomItHasServedOnlyForAsLongAsItMustNotServeHimAgain() {
        for (int i = 1; i <= 10; i++) {
            askFor(at("192.0.2." + i + ":9000"));
            network.runFor(Duration.ofSeconds(1));
        }

        assertThat(node.discovery().tables())
                .filteredOn(table -> table.table().equals("puncture targets"))
                .extracting(TableSize::size)
                .containsExactly(1);
    }

    @Test
    void isNoAmplifierForStrangers() {
        for (int i = 0; i < 1_000; i++) {
            askFor(at("192.0.2." + (1 + i % 200) + ":" + (1000 + i)));
        }
        settle();

        long sent = network.passages().stream()
                .filter(passage -> passage.from().equals(node.address()))
                .count();
        assertThat(sent).isBetween(1L, 5L);
        assertThat(node.drops(DropReason.RATE_LIMITED)).isEqualTo(1_000 - sent);
    }

    @Test
    void letsAPeerAskMoreOftenThanAStranger() {
        introducer.answering().send(node, Outsider.request(node.address(), 1));
        settle();
        network.forgetPassages();
        for (int i = 0; i < 1_000; i++) {
            askFor(at("192.0.2." + (1 + i % 200) + ":" + (1000 + i)));
        }
        settle();

        assertThat(network.passages().stream()
                        .filter(passage -> passage.from().equals(node.address()) && passage.messageId() == 249))
                .hasSizeBetween(8, 10);
    }

    @Test
    void whoFloodsUnderOneKnownAddressDoesNotKeepAnotherFromIntroducing() {
        Outsider other = new Outsider(network, "198.51.101.1:8000").answering();
        introducer.answering().send(node, Outsider.request(node.address(), 1));
        other.send(node, Outsider.request(node.address(), 1));
        settle();
        for (int i = 0; i < 1_000; i++) {
            askFor(at("192.0.2." + (10 + i % 200) + ":" + (1000 + i)));
            network.runFor(Duration.ofMillis(10));
        }
        for (int i = 0; i < 100; i++) {
            askFor(at("192.0.2." + (10 + i) + ":99"));
        }

        other.send(node, new PunctureRequest(WalkStyle.OLD, other.ip(), walker.ip(), 4711));
        settle();
        assertThat(walker.received(Puncture.class)).hasSize(1);
    }

    @Test
    void servesTheSameTargetOnlyNowAndThen() {
        askFor(walker.address());
        askFor(walker.address());
        settle();
        assertThat(walker.received(Puncture.class)).hasSize(1);

        network.runFor(Duration.ofSeconds(1));
        askFor(walker.address());
        settle();
        assertThat(walker.received(Puncture.class)).hasSize(2);
    }

    @Test
    void sendsNothingWhereTheAskerCannotSee() {
        Outsider neighbour = new Outsider(network, "192.168.1.1:80");
        Outsider local = new Outsider(network, "127.0.0.1:80");
        askFor(neighbour.address());
        ask(neighbour.address(), local.address());
        askFor(at("224.0.0.1:80"));
        askFor(at("198.51.100.7:0"));
        askFor(node.address());
        settle();

        assertThat(neighbour.inbox()).isEmpty();
        assertThat(local.inbox()).isEmpty();
        assertThat(node.drops(DropReason.PUNCTURE_REFUSED)).isEqualTo(5);
    }

    @Test
    void doesNotMakeTheAskerOrTheWalkerAPeer() {
        askFor(walker.address());
        network.runFor(Duration.ofSeconds(2));

        assertThat(node.peers().size()).isZero();
    }
}

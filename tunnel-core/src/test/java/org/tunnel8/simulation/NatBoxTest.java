package org.tunnel8.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tunnel8.simulation.Mailbox.at;
import static org.tunnel8.simulation.Mailbox.ip;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class NatBoxTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final SimulatedNetwork network = new SimulatedNetwork(1);
    private final Mailbox known = new Mailbox(network.host(ip("198.51.100.1")), 5000);
    private final Mailbox samesAddress = new Mailbox(known.port.host(), 5001);
    private final Mailbox stranger = new Mailbox(network.host(ip("198.51.100.2")), 5000);

    private NatBox box(NatSettings settings) {
        return network.nat(settings, ip("203.0.113.1"));
    }

    private Mailbox inside(NatBox box, String address) {
        return new Mailbox(network.behind(box, ip(address)), 7000);
    }

    private InetSocketAddress introduce(Mailbox inside) {
        inside.send(known.port.address(), "hello");
        network.runFor(SECOND);
        return known.lastSender();
    }

    @ParameterizedTest
    @CsvSource({
        "FULL_CONE, known same stranger",
        "ADDRESS_RESTRICTED, known same",
        "PORT_RESTRICTED, known",
        "SYMMETRIC, known"
    })
    void eachKindLetsInWhomItShould(NatKind kind, String letIn) {
        Mailbox inside = inside(box(NatSettings.of(kind)), "192.168.1.2");
        InetSocketAddress mapped = introduce(inside);

        known.send(mapped, "known");
        samesAddress.send(mapped, "same");
        stranger.send(mapped, "stranger");
        network.runFor(SECOND);

        assertThat(mapped.getAddress()).isEqualTo(ip("203.0.113.1"));
        assertThat(String.join(" ", inside.texts)).isEqualTo(letIn);
    }

    @ParameterizedTest
    @EnumSource(NatKind.class)
    void onlyASymmetricBoxMapsEachTargetElsewhere(NatKind kind) {
        Mailbox inside = inside(box(NatSettings.of(kind)), "192.168.1.2");
        inside.send(known.port.address(), "a");
        inside.send(samesAddress.port.address(), "b");
        inside.send(stranger.port.address(), "c");
        network.runFor(SECOND);

        Set<InetSocketAddress> seen =
                new LinkedHashSet<>(List.of(known.lastSender(), samesAddress.lastSender(), stranger.lastSender()));
        assertThat(seen).hasSize(kind == NatKind.SYMMETRIC ? 3 : 1);
        if (kind != NatKind.SYMMETRIC) {
            assertThat(seen).containsExactly(at("203.0.113.1:7000"));
        }
    }

    @Test
    void symmetricPortsFollowNoPattern() {
        Mailbox inside = inside(box(NatSettings.of(NatKind.SYMMETRIC)), "192.168.1.2");
        List<Integer> steps = new ArrayList<>();
        int last = 0;
        for (int port = 6000; port < 6010; port++) {
            Mailbox other = new Mailbox(known.port.host(), port);
            inside.send(other.port.address(), "x");
            network.runFor(SECOND);
            int mapped = other.lastSender().getPort();
            steps.add(mapped - last);
            last = mapped;
        }

        assertThat(steps).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @EnumSource(NatKind.class)
    void aMappingEndsUnlessSomethingIsSentOutwards(NatKind kind) {
        NatSettings settings = NatSettings.of(kind).withTimeout(Duration.ofSeconds(30));
        Mailbox inside = inside(box(settings), "192.168.1.2");
        InetSocketAddress mapped = introduce(inside);

        network.runFor(Duration.ofSeconds(20));
        known.send(mapped, "in time");
        network.runFor(Duration.ofSeconds(5));
        inside.send(known.port.address(), "refresh");
        network.runFor(Duration.ofSeconds(20));
        known.send(mapped, "refreshed");
        network.runFor(Duration.ofSeconds(20));
        known.send(mapped, "too late");
        network.runFor(SECOND);

        assertThat(inside.texts).containsExactly("in time", "refreshed");
    }

    @ParameterizedTest
    @CsvSource({"true, hi", "false, ''"})
    void neighboursMeetOutsideOnlyWithHairpinning(boolean hairpin, String received) {
        NatBox box = box(NatSettings.of(NatKind.FULL_CONE).withHairpin(hairpin));
        Mailbox a = inside(box, "192.168.1.2");
        Mailbox b = inside(box, "192.168.1.3");
        InetSocketAddress mappedB = introduce(b);

        a.send(mappedB, "hi");
        network.runFor(SECOND);

        assertThat(String.join(" ", b.texts)).isEqualTo(received);
        if (hairpin) {
            assertThat(b.lastSender().getAddress()).isEqualTo(box.outside());
        }
    }

    @Test
    void neighboursMeetAtTheirInsideAddresses() {
        NatBox box = box(NatSettings.of(NatKind.SYMMETRIC));
        Mailbox a = inside(box, "192.168.1.2");
        Mailbox b = inside(box, "192.168.1.3");

        a.send(b.port.address(), "hi");
        network.runFor(SECOND);

        assertThat(b.texts).containsExactly("hi");
        assertThat(b.lastSender()).isEqualTo(at("192.168.1.2:7000"));
    }

    @Test
    void twoHostsBehindOneBoxGetPortsOfTheirOwn() {
        NatBox box = box(NatSettings.of(NatKind.PORT_RESTRICTED));
        InetSocketAddress a = introduce(inside(box, "192.168.1.2"));
        InetSocketAddress b = introduce(inside(box, "192.168.1.3"));

        assertThat(a).isEqualTo(at("203.0.113.1:7000"));
        assertThat(b.getAddress()).isEqualTo(a.getAddress());
        assertThat(b.getPort()).isNotEqualTo(a.getPort());
    }

    @Test
    void equalAddressesBehindTwoBoxesAreTwoHosts() {
        Mailbox a = inside(box(NatSettings.of(NatKind.PORT_RESTRICTED)), "192.168.1.2");
        NatBox secondBox = network.nat(NatSettings.of(NatKind.PORT_RESTRICTED), ip("203.0.113.2"));
        Mailbox b = inside(secondBox, "192.168.1.2");
        known.send(introduce(a), "a");
        known.send(introduce(b), "b");
        stranger.send(at("192.168.1.2:7000"), "nobody");
        network.runFor(SECOND);

        assertThat(a.texts).containsExactly("a");
        assertThat(b.texts).containsExactly("b");
    }

    @Test
    void aFullBoxMapsNoMoreUntilMappingsEnd() {
        NatBox box = box(new NatSettings(NatKind.SYMMETRIC, Duration.ofSeconds(30), false, 2));
        Mailbox inside = inside(box, "192.168.1.2");
        inside.send(known.port.address(), "1");
        inside.send(samesAddress.port.address(), "2");
        inside.send(stranger.port.address(), "3");
        network.runFor(SECOND);
        assertThat(stranger.texts).isEmpty();
        assertThat(box.refused()).isEqualTo(1);

        network.runFor(Duration.ofSeconds(31));
        inside.send(stranger.port.address(), "4");
        network.runFor(SECOND);
        assertThat(stranger.texts).containsExactly("4");
    }

    @Test
    void aBoxWithAnotherAddressForgetsItsMappings() {
        NatBox box = box(NatSettings.of(NatKind.FULL_CONE));
        Mailbox inside = inside(box, "192.168.1.2");
        introduce(inside);
        box.moveTo(ip("203.0.113.9"));
        known.send(at("203.0.113.9:7000"), "early");
        network.runFor(SECOND);
        assertThat(inside.texts).isEmpty();

        InetSocketAddress mapped = introduce(inside);
        known.send(mapped, "found");
        network.runFor(SECOND);
        assertThat(mapped).isEqualTo(at("203.0.113.9:7000"));
        assertThat(inside.texts).containsExactly("found");
    }
}

package org.tunnel8.transport.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.tunnel8.transport.udp.LoopFixture.until;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The kernel's own errors, its own fragmentation: in network namespaces, as root; skipped elsewhere, with the reason printed. */
class NetworkTroubleTest {
    private static final int DISCARD_PORT = 9;

    @BeforeEach
    void needNamespaces() throws Exception {
        Namespace.assumePossible();
    }

    @ParameterizedTest
    @EnumSource
    void aFirewallsRefusalIsRetriedUntilItIsLifted(TransportLoop.Io io) throws Exception {
        Namespace.assumeFilterPossible();
        try (Namespace namespace = Namespace.open(io)) {
            namespace.inside("ip link set lo up");
            String port = namespace.ask("bind 127.0.0.1");
            refuse(namespace, port);
            namespace.ask("send 127.0.0.1 " + port + " 3 500");
            until(() -> counter(namespace, "retried") > 0);
            assertThat(namespace.ask("received")).isEqualTo("[]");
            namespace.inside("nft flush ruleset");
            until(() -> namespace.ask("received").equals("[500, 500, 500]"));
            assertThat(counter(namespace, "sent")).isEqualTo(3);
            assertThat(namespace.ask("events")).isEqualTo("[]");
        }
    }

    @Test
    void aFirewallsRefusalThatStaysIsReported() throws Exception {
        Namespace.assumeFilterPossible();
        try (Namespace namespace = Namespace.open(TransportLoop.Io.BEST_AVAILABLE)) {
            namespace.inside("ip link set lo up");
            String port = namespace.ask("bind 127.0.0.1");
            refuse(namespace, port);
            namespace.ask("send 127.0.0.1 " + port + " 1 500");
            until(() -> namespace.ask("events").contains("SendFailing[failure=NOT_PERMITTED, datagrams=1]"));
            assertThat(counter(namespace, "retried")).isEqualTo(5);
            assertThat(namespace.ask("counters")).contains("NOT_PERMITTED=1");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aMissingRouteIsRetriedUntilItIsThere(TransportLoop.Io io) throws Exception {
        try (Namespace namespace = Namespace.open(io)) {
            namespace.ask("bind 0.0.0.0");
            namespace.ask("send 198.18.0.2 " + DISCARD_PORT + " 1 500");
            until(() -> counter(namespace, "retried") > 0);
            assertThat(counter(namespace, "sent")).isZero();
            try (Namespace neighbour = Namespace.open(io)) {
                namespace.connect(neighbour, 1_500);
                until(() -> counter(namespace, "sent") == 1);
            }
            assertThat(namespace.ask("events")).isEqualTo("[]");
        }
    }

    @Test
    void aRouteThatStaysMissingIsReported() throws Exception {
        try (Namespace namespace = Namespace.open(TransportLoop.Io.BEST_AVAILABLE)) {
            namespace.ask("bind 0.0.0.0");
            namespace.ask("send 198.18.0.2 " + DISCARD_PORT + " 1 500");
            until(() -> namespace.ask("events").contains("SendFailing[failure=NETWORK_UNREACHABLE, datagrams=1]"));
            assertThat(counter(namespace, "retried")).isEqualTo(5);
        }
    }

    @ParameterizedTest
    @EnumSource
    void datagramsThatExceedTheMtuArriveInFragments(TransportLoop.Io io) throws Exception {
        try (Namespace here = Namespace.open(io);
                Namespace there = Namespace.open(io)) {
            here.connect(there, 1_500);
            here.ask("bind 198.18.0.1");
            String port = there.ask("bind 198.18.0.2");

            here.ask("send 198.18.0.2 " + port + " 1 1472 1473 1800 2048");
            until(() -> there.ask("received").equals("[1472, 1473, 1800, 2048]"));
            here.ask("plain 198.18.0.2 " + port + " 1473 2049 4096 8192 9000 10");
            until(() -> there.ask("received").equals("[1472, 1473, 1800, 2048, 1473, 2049, 4096, 8192, 10]"));

            assertThat(counter(there, "cut")).isEqualTo(1);
            assertThat(reassembled(there))
                    .as("datagrams put together from fragments")
                    .isEqualTo(8);
        }
    }

    @ParameterizedTest
    @EnumSource
    void datagramsMayBeFragmentedOnTheirWay(TransportLoop.Io io) throws Exception {
        assumeTrue(
                io == TransportLoop.Io.BEST_AVAILABLE || Runtime.version().feature() >= 19,
                "NIO can clear DF from JDK 19 on");
        Namespace.assumeFilterPossible();
        try (Namespace namespace = Namespace.open(io)) {
            namespace.inside("ip link set lo up");
            namespace.inside("nft add table ip t");
            namespace.inside("nft add counter ip t withdf");
            namespace.inside("nft add counter ip t every");
            namespace.inside("nft add chain ip t out { type filter hook output priority 0 ; }");
            namespace.inside("nft add rule ip t out ip frag-off & 0x4000 != 0 counter name withdf");
            namespace.inside("nft add rule ip t out counter name every");
            String port = namespace.ask("bind 127.0.0.1");
            namespace.ask("send 127.0.0.1 " + port + " 4 1000 1");
            until(() -> counter(namespace, "received") == 8);
            assertThat(namespace.read("nft list counter ip t every")).doesNotContain("packets 0");
            assertThat(namespace.read("nft list counter ip t withdf")).contains("packets 0");
        }
    }

    @Test
    void segmentsThatExceedTheMtuAreSentSinglyInstead() throws Exception {
        try (Namespace here = Namespace.open(TransportLoop.Io.BEST_AVAILABLE);
                Namespace there = Namespace.open(TransportLoop.Io.BEST_AVAILABLE)) {
            here.connect(there, 1_300);
            here.ask("bind 198.18.0.1");
            String port = there.ask("bind 198.18.0.2");
            here.ask("send 198.18.0.2 " + port + " 10 1400");
            until(() -> counter(there, "received") == 10);
            here.ask("send 198.18.0.2 " + port + " 10 1400");
            until(() -> counter(there, "received") == 20);
            assertThat(counter(here, "segmented")).isZero();
            here.ask("send 198.18.0.2 " + port + " 10 1200");
            until(() -> counter(there, "received") == 30);
            assertThat(counter(here, "sent")).isEqualTo(30);
            assertThat(here.ask("counters")).contains("dropped={}");
        }
    }

    private static void refuse(Namespace namespace, String port) throws Exception {
        namespace.inside("nft add table ip t");
        namespace.inside("nft add chain ip t out { type filter hook output priority 0 ; }");
        namespace.inside("nft add rule ip t out udp dport " + port + " drop");
    }

    private static long counter(Namespace namespace, String name) throws Exception {
        Matcher matcher = Pattern.compile("\\b" + name + "=(\\d+)").matcher(namespace.ask("counters"));
        assertThat(matcher.find()).isTrue();
        return Long.parseLong(matcher.group(1));
    }

    private static long reassembled(Namespace namespace) throws Exception {
        String[] lines = namespace.read("cat /proc/net/snmp").split("\n");
        String[] names = lines[0].split(" ");
        String[] values = lines[1].split(" ");
        for (int i = 0; i < names.length; i++) {
            if (names[i].equals("ReasmOKs")) {
                return Long.parseLong(values[i]);
            }
        }
        throw new AssertionError("the kernel does not count reassembled datagrams");
    }
}

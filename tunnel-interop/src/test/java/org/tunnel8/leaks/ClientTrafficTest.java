package org.tunnel8.leaks;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tunnel8.leaks.ClientTraffic.Kind;

/** What the laboratory takes for a leak, with frames as they are on the cable. */
class ClientTrafficTest {
    private static final LabHost CLIENT = LabHost.parse("host client x 02:00:c6:12:01:01 198.18.1.1");
    private static final int TUNNEL = 40_000;

    private static final String TO_OTHER = "020000000001" + "0200c6120101";
    private static final String FROM_OTHER = "0200c6120101" + "020000000001";
    private static final String TO_ALL = "ffffffffffff" + "020000000001";
    private static final String CLIENT_4 = "c6120101";
    private static final String RELAY_4 = "c6120301";
    private static final String TRACKER_4 = "c6120601";

    private final ClientTraffic traffic = new ClientTraffic(
            CLIENT.mac(),
            CLIENT.allAddresses(),
            Set.of(LabHost.parse("host relay x 02:00:c6:12:03:01 198.18.3.1").endpoint(7000)));

    ClientTrafficTest() {
        traffic.addTunnelPort(TUNNEL);
    }

    private void judge(String ethernet, String... rest) {
        byte[] bytes = HexFormat.of().parseHex(ethernet + String.join("", rest));
        traffic.judge(FrameParser.parse(Instant.EPOCH, bytes));
    }

    private static String ipv4(int protocol, String source, String target) {
        return ipv4(protocol, source, target, 7, 0);
    }

    private static String ipv4(int protocol, String source, String target, int id, int fragment) {
        return "0800" + "45000020" + "%04x%04x40%02x0000".formatted(id, fragment, protocol) + source + target;
    }

    private static String ports(int source, int target) {
        return "%04x%04x00080000".formatted(source, target);
    }

    private static String udp(String source, int sourcePort, String target, int targetPort) {
        return ipv4(17, source, target) + ports(sourcePort, targetPort);
    }

    private static String ipv6(int next, String source, String target) {
        return "86dd" + "60000000" + "0020" + "%02xff".formatted(next) + source + target;
    }

    private static String global(String host) {
        return "20010db800180000" + host;
    }

    private List<String> leaks() {
        return traffic.leaks().stream().map(ClientTraffic.Leak::what).toList();
    }

    @Test
    void takesTheTunnelForWhatItIs() {
        judge(TO_OTHER, udp(CLIENT_4, TUNNEL, RELAY_4, 7000));
        judge(FROM_OTHER, udp(RELAY_4, 7000, CLIENT_4, TUNNEL));
        assertThat(leaks()).isEmpty();
        assertThat(traffic.count(Kind.TUNNEL_OUT)).isEqualTo(1);
        assertThat(traffic.count(Kind.TUNNEL_IN)).isEqualTo(1);
    }

    @Test
    void takesAnyOtherPortOfEitherSideForALeak() {
        judge(TO_OTHER, udp(CLIENT_4, TUNNEL + 1, RELAY_4, 7000));
        judge(TO_OTHER, udp(CLIENT_4, TUNNEL, RELAY_4, 7001));
        judge(FROM_OTHER, udp(RELAY_4, 7001, CLIENT_4, TUNNEL));
        judge(FROM_OTHER, udp(RELAY_4, 7000, CLIENT_4, TUNNEL + 1));
        assertThat(traffic.leaks()).hasSize(4);
    }

    @Test
    void takesAnyOtherHostForALeakEvenFromTheTunnelsPort() {
        judge(TO_OTHER, udp(CLIENT_4, TUNNEL, TRACKER_4, 7000));
        judge(FROM_OTHER, udp(TRACKER_4, 6969, CLIENT_4, TUNNEL));
        assertThat(leaks())
                .containsExactly(
                        "UDP from 198.18.1.1 port 40000 to 198.18.6.1 port 7000",
                        "UDP from 198.18.6.1 port 6969 to 198.18.1.1 port 40000");
    }

    @Test
    void takesTcpForALeakEvenToAMember() {
        judge(TO_OTHER, ipv4(6, CLIENT_4, RELAY_4), ports(TUNNEL, 7000));
        judge(TO_OTHER, ipv6(6, global("0198001800010001"), global("0198001800060001")), ports(TUNNEL, 7000));
        assertThat(leaks())
                .containsExactly(
                        "TCP from 198.18.1.1 port 40000 to 198.18.3.1 port 7000",
                        "TCP from 2001:db8:18:0:198:18:1:1 port 40000 to 2001:db8:18:0:198:18:6:1 port 7000");
    }

    @Test
    void namesWhatANameServerIsAskedFor() {
        String question = "000101000001000000000000" + "07747261636b6572" + "036c6162";
        judge(TO_OTHER, udp(CLIENT_4, 5555, "c6120035", 53), question, "0000010001");
        assertThat(leaks())
                .containsExactly("UDP from 198.18.1.1 port 5555 to 198.18.0.53 port 53, a question for tracker.lab");
    }

    @Test
    void letsTheClientLookForMembersByArpAndForNobodyElse() {
        String arp = "0806" + "0001080006040001" + "0200c6120101";
        judge(TO_OTHER, arp, CLIENT_4, "000000000000", RELAY_4);
        judge(TO_OTHER, arp, CLIENT_4, "000000000000", TRACKER_4);
        assertThat(traffic.count(Kind.ARP)).isEqualTo(1);
        assertThat(leaks()).containsExactly("ARP between 198.18.1.1 and 198.18.6.1");
    }

    @Test
    void letsTheKernelSettleTheClientsOwnAddressesByNeighbourDiscovery() {
        String solicitation = ipv6(58, "0".repeat(32), "ff0200000000000000000001ff000001") + "87000000" + "00000000";
        judge(TO_OTHER, solicitation, "fe800000000000000000c6fffe120101");
        judge(TO_OTHER, solicitation, global("0198001800010001"));
        judge(TO_OTHER, solicitation, global("0198001800060001"));
        assertThat(traffic.count(Kind.NEIGHBOUR_DISCOVERY)).isEqualTo(2);
        assertThat(traffic.leaks()).hasSize(1);
    }

    @Test
    void letsTheKernelListenToItsNeighboursAndNobodyToAnythingElse() {
        String report = ipv6(0, "0".repeat(32), "ff020000000000000000000000000016") + "3a00050200000100" + "8f000000";
        String neighbours = "04000000" + "ff0200000000000000000001ff000001";
        String peerDiscovery = "04000000" + "ff15000000000000000000000efc0988";
        judge(TO_OTHER, report, "00000001", neighbours);
        judge(TO_OTHER, report, "00000002", neighbours, peerDiscovery);
        judge(TO_OTHER, report, "00000002", neighbours);
        assertThat(traffic.count(Kind.NEIGHBOUR_DISCOVERY)).isEqualTo(1);
        assertThat(traffic.leaks()).hasSize(2);
    }

    @Test
    void takesAnAnswerThatNobodyListensForWhatItQuotes() {
        String tunnel = udp(CLIENT_4, TUNNEL, RELAY_4, 7000).substring(4);
        String back = udp(RELAY_4, 7000, CLIENT_4, TUNNEL).substring(4);
        String tracker = udp(CLIENT_4, TUNNEL, TRACKER_4, 6969).substring(4);
        judge(FROM_OTHER, ipv4(1, RELAY_4, CLIENT_4), "0303000000000000", tunnel);
        judge(TO_OTHER, ipv4(1, CLIENT_4, RELAY_4), "0303000000000000", back);
        judge(FROM_OTHER, ipv4(1, TRACKER_4, CLIENT_4), "0303000000000000", tracker);
        judge(FROM_OTHER, ipv4(1, RELAY_4, CLIENT_4), "0303000000000000", tracker);
        judge(TO_OTHER, ipv4(1, CLIENT_4, RELAY_4), "0800000000000000");
        assertThat(traffic.count(Kind.UNDELIVERED)).isEqualTo(2);
        assertThat(traffic.leaks()).hasSize(3);
    }

    @Test
    void takesAFragmentForWhatItsPacketBeganWith() {
        judge(FROM_OTHER, ipv4(17, RELAY_4, CLIENT_4, 1, 0x2000), ports(7000, TUNNEL));
        judge(FROM_OTHER, ipv4(17, RELAY_4, CLIENT_4, 1, 0x00b9), "00112233");
        judge(FROM_OTHER, ipv4(17, RELAY_4, CLIENT_4, 2, 0x00b9), "00112233");
        judge(TO_OTHER, ipv4(17, CLIENT_4, TRACKER_4, 3, 0x2000), ports(TUNNEL, 6969));
        judge(TO_OTHER, ipv4(17, CLIENT_4, TRACKER_4, 3, 0x00b9), "00112233");
        assertThat(traffic.count(Kind.TUNNEL_IN)).isEqualTo(2);
        assertThat(traffic.leaks()).hasSize(3);
    }

    @Test
    void forgetsAFragmentedPacketWhenItsNumberIsTakenByAnother() {
        judge(FROM_OTHER, ipv4(17, RELAY_4, CLIENT_4, 1, 0x2000), ports(7000, TUNNEL));
        judge(FROM_OTHER, ipv4(17, RELAY_4, CLIENT_4, 1, 0x2000), ports(7001, TUNNEL));
        judge(FROM_OTHER, ipv4(17, RELAY_4, CLIENT_4, 1, 0x00b9), "00112233");
        assertThat(traffic.leaks()).hasSize(2);
    }

    @Test
    void leavesOthersAlone() {
        judge(TO_ALL, "0806", "0001080006040001", "020000000001", RELAY_4, "000000000000", TRACKER_4);
        judge("020000000001" + "020000000002", udp(RELAY_4, 7000, TRACKER_4, 6969));
        assertThat(leaks()).isEmpty();
        assertThat(traffic.count(Kind.OTHERS)).isEqualTo(2);
    }

    @Test
    void takesWhatItDoesNotKnowOrCannotReadForALeak() {
        judge(TO_OTHER, "88cc", "0000");
        judge(TO_OTHER, ipv4(2, CLIENT_4, "e0000016"), "2200000000000000");
        judge(TO_OTHER, udp(CLIENT_4, TUNNEL, RELAY_4, 7000).substring(0, 30));
        assertThat(leaks())
                .containsExactly(
                        "a frame of type 0x88cc",
                        "IPv4 protocol 2 from 198.18.1.1 to 224.0.0.22",
                        "a frame of type 0x0800 that cannot be read");
    }

    @Test
    void knowsTheAddressesThatAHostMakesItself() {
        assertThat(CLIENT.allAddresses().stream().map(Object::toString))
                .containsExactly("/198.18.1.1", "/2001:db8:18:0:198:18:1:1", "/fe80:0:0:0:0:c6ff:fe12:101");
    }

    @Test
    void takesNothingForTheTunnelBeforeItHasAPort() {
        ClientTraffic early = new ClientTraffic(
                CLIENT.mac(), CLIENT.allAddresses(), Set.of(new InetSocketAddress("198.18.3.1", 7000)));
        early.judge(FrameParser.parse(
                Instant.EPOCH, HexFormat.of().parseHex(TO_OTHER + udp(CLIENT_4, TUNNEL, RELAY_4, 7000))));
        assertThat(early.leaks()).hasSize(1);
    }
}

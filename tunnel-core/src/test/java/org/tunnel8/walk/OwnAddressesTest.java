package org.tunnel8.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tunnel8.walk.TestNode.at;

import java.net.InetSocketAddress;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tunnel8.time.Deadlines;
import org.tunnel8.walk.OwnAddresses.Introduced;
import org.tunnel8.wire.IpAddress;

class OwnAddressesTest {
    private static final InetSocketAddress STRANGER = at("198.51.1.1:7000");
    private static final InetSocketAddress WAN = at("203.0.113.9:40000");

    private final Deadlines clock = new Deadlines(0);
    private final OwnAddresses behindNat = new OwnAddresses(at("192.168.1.5:7000"), Set.of(), clock);

    private static IpAddress ip(String text) {
        return new IpAddress(at(text));
    }

    private void learnWan() {
        behindNat.reported(at("198.51.1.1:1"), WAN);
        behindNat.reported(at("198.51.2.1:1"), WAN);
    }

    @Test
    void tellsItsLanAddressOnlyWithinItsNetwork() {
        assertThat(behindNat.lanFor(STRANGER)).isEqualTo(IpAddress.UNSPECIFIED);
        assertThat(behindNat.lanFor(at("192.168.1.9:7000"))).isEqualTo(ip("192.168.1.5:7000"));
        assertThat(behindNat.lanFor(at("203.0.113.9:55555"))).isEqualTo(IpAddress.UNSPECIFIED);

        learnWan();
        assertThat(behindNat.lanFor(at("203.0.113.9:55555"))).isEqualTo(ip("192.168.1.5:7000"));
        assertThat(behindNat.lanFor(STRANGER)).isEqualTo(IpAddress.UNSPECIFIED);
    }

    @Test
    void tellsItsWanAddressOnceItIsAgreedOn() {
        assertThat(behindNat.wanFor(STRANGER)).isEqualTo(IpAddress.UNSPECIFIED);
        learnWan();
        assertThat(behindNat.wanFor(STRANGER)).isEqualTo(new IpAddress(WAN));
    }

    @Test
    void choosesALanAddressAmongTheInterfacesWhenBoundToAll() {
        OwnAddresses boundToAll = new OwnAddresses(
                at("0.0.0.0:7000"),
                Set.of(
                        at("127.0.0.1:1").getAddress(),
                        at("192.168.1.5:1").getAddress(),
                        at("10.0.0.2:1").getAddress()),
                clock);

        assertThat(boundToAll.lan()).isEqualTo(at("10.0.0.2:7000"));
        assertThat(boundToAll.isOwn(at("192.168.1.5:7000"))).isTrue();
        assertThat(boundToAll.isOwn(at("192.168.1.5:7001"))).isFalse();
        assertThat(boundToAll.isOwn(at("192.168.1.6:7000"))).isFalse();
    }

    @Test
    void triesTheWanAddressOfSomebodyElsewhere() {
        learnWan();

        assertThat(behindNat.toTry(ip("192.168.7.7:7000"), ip("198.51.2.2:7000"), STRANGER))
                .containsExactly(at("198.51.2.2:7000"));
    }

    @Test
    void triesTheLanAddressOfANeighbourBehindTheSameRouter() {
        learnWan();

        assertThat(behindNat.toTry(ip("192.168.1.7:7000"), ip("203.0.113.9:40001"), STRANGER))
                .containsExactly(at("192.168.1.7:7000"));
    }

    @Test
    void triesBothWhileItIsNotSureOfItsWanAddress() {
        behindNat.reported(at("198.51.1.1:1"), WAN);

        assertThat(behindNat.toTry(ip("192.168.1.7:7000"), ip("203.0.113.9:40001"), STRANGER))
                .containsExactly(at("192.168.1.7:7000"), at("203.0.113.9:40001"));
    }

    @Test
    void aSingleWordOfAnotherWanAddressOpensTheLanToNobodyOnceThereIsAgreement() {
        learnWan();
        behindNat.reported(at("198.51.3.3:1"), at("198.51.2.2:7000"));

        assertThat(behindNat.toTry(ip("192.168.1.1:53"), ip("198.51.2.2:7001"), STRANGER))
                .containsExactly(at("198.51.2.2:7001"));
    }

    @Test
    void triesTheSameHostForANeighbourWithoutLanAddress() {
        learnWan();

        assertThat(behindNat.toTry(IpAddress.UNSPECIFIED, ip("203.0.113.9:40001"), STRANGER))
                .containsExactly(at("203.0.113.9:40001"), at("192.168.1.5:40001"));
    }

    @Test
    void isNotSentIntoItsOwnNetworkByAStranger() {
        assertThat(behindNat.toTry(ip("192.168.1.1:80"), ip("198.51.2.2:7000"), STRANGER))
                .containsExactly(at("198.51.2.2:7000"));
        assertThat(behindNat.toTry(IpAddress.UNSPECIFIED, ip("192.168.1.1:80"), STRANGER))
                .isEmpty();
        assertThat(behindNat.toTry(ip("127.0.0.1:80"), ip("127.0.0.1:80"), STRANGER))
                .isEmpty();
        assertThat(behindNat.toTry(ip("127.0.0.1:80"), ip("127.0.0.1:80"), at("192.168.1.7:7000")))
                .isEmpty();
    }

    @Test
    void believesANeighbourAboutTheNetworkTheyShare() {
        assertThat(behindNat.toTry(IpAddress.UNSPECIFIED, ip("192.168.1.8:7000"), at("192.168.1.7:7000")))
                .containsExactly(at("192.168.1.8:7000"));
        assertThat(behindNat.toTry(ip("192.168.1.8:7000"), ip("0.0.0.0:7000"), at("192.168.1.7:7000")))
                .containsExactly(at("192.168.1.8:7000"));
    }

    @Test
    void worksOnLoopbackWhereAllShareOneAddress() {
        OwnAddresses own = new OwnAddresses(at("127.0.0.1:7000"), Set.of(), clock);

        assertThat(own.toTry(ip("127.0.0.1:7001"), ip("127.0.0.1:7001"), at("127.0.0.1:6421")))
                .containsExactly(at("127.0.0.1:7001"));
        assertThat(own.toTry(ip("127.0.0.1:7001"), ip("0.0.0.0:7001"), at("127.0.0.1:6421")))
                .containsExactly(at("127.0.0.1:7001"));
        assertThat(own.toTry(IpAddress.UNSPECIFIED, ip("127.4.5.6:7001"), at("127.0.0.1:6421")))
                .containsExactly(at("127.4.5.6:7001"));
    }

    @Test
    void neverTriesItself() {
        OwnAddresses own = new OwnAddresses(at("127.0.0.1:7000"), Set.of(), clock);

        assertThat(own.toTry(ip("127.0.0.1:7000"), ip("127.0.0.1:7000"), at("127.0.0.1:6421")))
                .isEmpty();
    }

    @Test
    void neverTriesItsOwnWanAddress() {
        learnWan();

        assertThat(behindNat.toTry(IpAddress.UNSPECIFIED, new IpAddress(WAN), STRANGER))
                .doesNotContain(WAN);
    }

    @Test
    void triesNothingWhenNobodyIsIntroduced() {
        assertThat(behindNat.toTry(IpAddress.UNSPECIFIED, IpAddress.UNSPECIFIED, STRANGER))
                .isEmpty();
    }

    @Test
    void introducesALanAddressOnlyToThoseWhoShareTheWanAddress() {
        OwnAddresses own = new OwnAddresses(at("198.51.100.1:7000"), Set.of(), clock);
        InetSocketAddress peer = at("203.0.113.9:40001");

        assertThat(own.introduced(peer, at("192.168.1.7:7000"), false, STRANGER))
                .isEqualTo(new Introduced(IpAddress.UNSPECIFIED, new IpAddress(peer)));
        assertThat(own.introduced(peer, at("192.168.1.7:7000"), false, at("203.0.113.9:40002")))
                .isEqualTo(new Introduced(ip("192.168.1.7:7000"), new IpAddress(peer)));
    }

    @Test
    void introducesNobodyThatTheRequesterCannotReach() {
        assertThat(behindNat.introduced(at("192.168.1.7:7000"), null, false, STRANGER))
                .isNull();
        assertThat(behindNat.introduced(at("127.0.0.1:7000"), null, false, at("192.168.1.7:7000")))
                .isNull();
    }

    @Test
    void introducesAPeerOnItsOwnHostByItsWanAddress() {
        learnWan();

        assertThat(behindNat.introduced(at("192.168.1.5:7001"), null, false, STRANGER))
                .isEqualTo(new Introduced(IpAddress.UNSPECIFIED, ip("203.0.113.9:7001")));
        assertThat(behindNat.introduced(at("192.168.1.5:7001"), null, false, at("192.168.1.7:7000")))
                .isEqualTo(new Introduced(ip("192.168.1.5:7001"), ip("203.0.113.9:7001")));
    }

    @Test
    void believesNoIpv6AddressSinceControlRunsOverIpv4() {
        assertThat(behindNat.toTry(IpAddress.UNSPECIFIED, ip("2001:db8::1:7000"), STRANGER))
                .isEmpty();
    }
}

package org.tunnel8.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tunnel8.walk.TestNode.at;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

class WanEstimatorTest {
    private static final InetSocketAddress OWN = at("203.0.113.9:7000");
    private static final InetAddress IPV4 = OWN.getAddress();

    private final WanEstimator estimator = new WanEstimator();

    @Test
    void needsAgreement() {
        estimator.vote(at("198.51.1.1:1"), OWN, 0);
        assertThat(estimator.estimate(IPV4, 0)).isNull();
        assertThat(estimator.wasReported(IPV4, 0)).isTrue();

        estimator.vote(at("198.51.2.1:1"), OWN, 0);
        assertThat(estimator.estimate(IPV4, 0)).isEqualTo(OWN);
        assertThat(estimator.isOwn(IPV4, 0)).isTrue();
    }

    @Test
    void countsOneVoterPerIp() {
        estimator.vote(at("198.51.1.1:1"), OWN, 0);
        estimator.vote(at("198.51.1.1:2"), OWN, 0);

        assertThat(estimator.estimate(IPV4, 0)).isNull();
    }

    @Test
    void countsOneVoterPerPortOnLoopback() {
        InetSocketAddress own = at("127.0.0.1:7000");
        estimator.vote(at("127.0.0.1:1"), own, 0);
        estimator.vote(at("127.0.0.1:2"), own, 0);

        assertThat(estimator.estimate(IPV4, 0)).isEqualTo(own);
    }

    @Test
    void isNotMovedByAMinority() {
        estimator.vote(at("198.51.1.1:1"), OWN, 0);
        estimator.vote(at("198.51.2.1:1"), OWN, 0);
        estimator.vote(at("198.51.3.1:1"), OWN, 0);
        estimator.vote(at("198.51.4.1:1"), at("192.0.2.66:6"), 0);
        estimator.vote(at("198.51.5.1:1"), at("192.0.2.66:6"), 0);

        assertThat(estimator.estimate(IPV4, 0)).isEqualTo(OWN);
    }

    @Test
    void knowsNothingWhenVotersAreDividedEvenly() {
        estimator.vote(at("198.51.1.1:1"), OWN, 0);
        estimator.vote(at("198.51.2.1:1"), OWN, 0);
        estimator.vote(at("198.51.3.1:1"), at("192.0.2.66:6"), 0);
        estimator.vote(at("198.51.4.1:1"), at("192.0.2.66:6"), 0);

        assertThat(estimator.estimate(IPV4, 0)).isNull();
    }

    @Test
    void takesThePortNamedMostOften() {
        estimator.vote(at("198.51.1.1:1"), at("203.0.113.9:1001"), 0);
        estimator.vote(at("198.51.2.1:1"), at("203.0.113.9:1002"), 0);
        estimator.vote(at("198.51.3.1:1"), at("203.0.113.9:1002"), 0);

        assertThat(estimator.estimate(IPV4, 0)).isEqualTo(at("203.0.113.9:1002"));
    }

    @Test
    void takesNoPrivateAddressAndNoneThatTheVoterCannotSee() {
        estimator.vote(at("192.168.1.1:1"), at("192.168.1.5:7000"), 0);
        estimator.vote(at("192.168.1.2:1"), at("192.168.1.5:7000"), 0);
        estimator.vote(at("198.51.1.1:1"), at("127.0.0.1:7000"), 0);
        estimator.vote(at("198.51.2.1:1"), at("127.0.0.1:7000"), 0);

        assertThat(estimator.estimate(IPV4, 0)).isNull();
        assertThat(estimator.wasReported(at("127.0.0.1:1").getAddress(), 0)).isFalse();
    }

    @Test
    void forgetsOldVotes() {
        estimator.vote(at("198.51.1.1:1"), OWN, 0);
        estimator.vote(at("198.51.2.1:1"), OWN, 0);

        assertThat(estimator.estimate(IPV4, WanEstimator.VOTE_LIFE_NANOS)).isNull();
    }

    @Test
    void followsAChangeOfAddress() {
        InetSocketAddress next = at("203.0.113.77:7000");
        for (int i = 1; i <= 3; i++) {
            estimator.vote(at("198.51." + i + ".1:1"), OWN, 0);
        }
        for (int i = 1; i <= 3; i++) {
            estimator.vote(at("198.51." + i + ".1:1"), next, 1);
        }

        assertThat(estimator.estimate(IPV4, 1)).isEqualTo(next);
    }

    @Test
    void keepsTheFamiliesApart() {
        estimator.vote(at("198.51.1.1:1"), OWN, 0);
        estimator.vote(at("198.51.2.1:1"), OWN, 0);

        assertThat(estimator.estimate(at("2001:db8::1:1").getAddress(), 0)).isNull();
    }

    @Test
    void remembersOnlyTheLatestVoters() {
        estimator.vote(at("198.51.0.1:1"), OWN, 0);
        estimator.vote(at("198.51.1.1:1"), OWN, 0);
        for (int i = 2; i < 2 + WanEstimator.MAX_VOTERS; i++) {
            estimator.vote(at("198.51." + i + ".1:1"), at("192.0.2." + i + ":6"), 0);
        }

        assertThat(estimator.wasReported(IPV4, 0)).isFalse();
    }
}

package org.tunnel8.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tunnel8.walk.TestNode.at;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tunnel8.time.Deadlines;
import org.tunnel8.virtual.Seed;

class NatTypeEstimatorTest {
    private static final String WAN = "203.0.113.9:";
    private static final InetSocketAddress INSIDE = at("192.168.1.5:7000");

    private final Deadlines clock = new Deadlines(0);
    private final SplittableRandom random = new SplittableRandom(Seed.take(getClass()));
    private final List<String> events = new ArrayList<>();
    private OwnAddresses own = new OwnAddresses(INSIDE, Set.of(), clock);
    private NatTypeEstimator estimator = new NatTypeEstimator(own, clock, new Events());
    private int voters;

    private final class Events implements DiscoveryListener {
        @Override
        public void resolve(String host) {
            throw new AssertionError("nobody asked for " + host);
        }

        @Override
        public void natTypeChanged(NatType type, NatEvidence evidence) {
            events.add(type.name());
        }

        @Override
        public void puncturesFailing(boolean failing, NatEvidence evidence) {
            events.add((failing ? "failing " : "recovered ") + evidence.failedPunctures() + "/" + evidence.punctures());
        }
    }

    private void bindTo(String local) {
        own = new OwnAddresses(at(local), Set.of(), clock);
        estimator = new NatTypeEstimator(own, clock, new Events());
    }

    private NatType vote(int port) {
        voters++;
        own.reported(at("198.51." + voters % 250 + ".1:1"), at(WAN + port));
        estimator.voted();
        return estimator.type();
    }

    private void puncture(int introducer, boolean succeeded) {
        estimator.punctured(at("198.51." + introducer + ".1:1").getAddress(), succeeded);
    }

    @Test
    void knowsNothingFromOneVoter() {
        assertThat(vote(40_000)).isEqualTo(NatType.UNKNOWN);
        assertThat(events).isEmpty();
    }

    @Test
    void isOpenIfOthersSeeTheAddressOfThePort() {
        bindTo(WAN + 7000);

        vote(7000);
        assertThat(vote(7000)).isEqualTo(NatType.OPEN);
        assertThat(estimator.evidence()).isEqualTo(new NatEvidence(2, 2, 1, true, 0, 0));
        assertThat(events).containsExactly("OPEN");
    }

    @Test
    void isOpenIfThePortIsBoundToAllInterfacesAndOneHasTheAddressOthersSee() {
        own = new OwnAddresses(at("0.0.0.0:7000"), Set.of(at(WAN + 1).getAddress()), clock);
        estimator = new NatTypeEstimator(own, clock, new Events());

        vote(7000);
        assertThat(vote(7000)).isEqualTo(NatType.OPEN);
    }

    @Test
    void isConeIfOthersSeeOneOtherAddress() {
        vote(40_000);
        assertThat(vote(40_000)).isEqualTo(NatType.CONE);
        assertThat(estimator.isRelayOnly()).isFalse();
    }

    @Test
    void isSymmetricIfEachSeesAnotherPort() {
        vote(40_000);
        assertThat(vote(40_001)).isEqualTo(NatType.UNKNOWN);
        assertThat(vote(40_002)).isEqualTo(NatType.SYMMETRIC);
        assertThat(estimator.isRelayOnly()).isTrue();
    }

    @Test
    void isMisledByFewLiarsInNeitherWay() {
        for (int round = 0; round < 200; round++) {
            bindTo("192.168.1.5:7000");
            boolean symmetric = round % 2 == 0;
            for (int i = 0; i < 20; i++) {
                boolean lies = i % 5 == 4;
                int lie = symmetric ? 50_000 : 50_000 + random.nextInt(10_000);
                vote(lies ? lie : symmetric ? 40_000 + 100 * round % 5_000 + i : 40_000);
            }
            assertThat(estimator.type()).isEqualTo(symmetric ? NatType.SYMMETRIC : NatType.CONE);
        }
    }

    @Test
    void staysConeWhenTheMappingChanges() {
        for (int mapping = 0; mapping < 20; mapping++) {
            int answers = 3 + random.nextInt(10);
            for (int i = 0; i < answers; i++) {
                NatType type = vote(40_000 + mapping);
                assertThat(type).as("answer %d of mapping %d", i, mapping).isNotEqualTo(NatType.SYMMETRIC);
            }
        }
        assertThat(events).containsExactly("CONE");
    }

    @Test
    void followsAChangeFromOneNetworkToAnother() {
        for (int i = 0; i < 12; i++) {
            vote(40_000);
        }
        for (int i = 0; i < 12; i++) {
            vote(41_000 + i);
        }
        assertThat(estimator.type()).isEqualTo(NatType.SYMMETRIC);

        for (int i = 0; i < 5; i++) {
            vote(42_000);
        }
        assertThat(estimator.type()).isEqualTo(NatType.CONE);
    }

    @Test
    void goesByPuncturesWhereTooFewTellWhatTheySee() {
        for (int i = 0; i < NatTypeEstimator.MIN_PUNCTURES; i++) {
            assertThat(estimator.type()).isEqualTo(NatType.UNKNOWN);
            puncture(i, i < 4);
        }
        assertThat(estimator.type()).isEqualTo(NatType.SYMMETRIC);
        assertThat(events).containsExactly("SYMMETRIC", "failing 6/10");
    }

    @Test
    void warnsOfFailingPuncturesOnceAndTellsWhenTheyRecover() {
        vote(40_000);
        vote(40_000);
        for (int i = 0; i < 20; i++) {
            puncture(i % 8, i % 5 == 0);
        }
        assertThat(estimator.isFailing()).isTrue();
        assertThat(estimator.type()).isEqualTo(NatType.CONE);

        for (int i = 0; i < 24; i++) {
            puncture(i % 8, true);
        }
        assertThat(estimator.isFailing()).isFalse();
        assertThat(events).containsExactly("CONE", "failing 8/10", "recovered 12/32");
    }

    @Test
    void needsMoreThanOneIntroducerForAWarning() {
        for (int i = 0; i < 100; i++) {
            puncture(1, false);
            puncture(2, false);
        }
        assertThat(estimator.evidence().punctures()).isEqualTo(2 * PunctureRecord.MAX_OF_ONE_INTRODUCER);
        assertThat(events).isEmpty();
    }

    @Test
    void forgetsWhatPuncturesSaidOfAnotherNetwork() {
        vote(40_000);
        vote(40_000);
        for (int i = 0; i < 20; i++) {
            puncture(i % 8, false);
        }
        for (int i = 0; i < 5; i++) {
            own.reported(at("198.51." + (100 + i) + ".1:1"), at("203.0.113.77:5000"));
            estimator.voted();
        }
        assertThat(estimator.evidence().punctures()).isZero();
        assertThat(estimator.isFailing()).isFalse();
    }
}

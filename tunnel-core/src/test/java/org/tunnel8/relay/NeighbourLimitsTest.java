package org.tunnel8.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.peer.Sighting;
import org.tunnel8.relay.RelayFixture.Owner;
import org.tunnel8.shaping.TrafficLimits;
import org.tunnel8.wire.cell.Destroy;
import org.tunnel8.wire.cell.Ping;
import org.tunnel8.wire.cell.Pong;
import org.tunnel8.wire.walk.PeerFlags;

/** How the places for others' circuits are shared out, and what a sender of made-up creates can do to a third. */
class NeighbourLimitsTest {
    private static final int PLACES = 40;
    private static final int PER_ADDRESS = 10;
    private static final int PER_NEIGHBOUR = 5;
    private static final int UNPROVEN = 20;
    private static final int UNPROVEN_PER_PEER = 3;
    private static final int CREATES = 200;
    private static final int CREATES_PER_ADDRESS = 20;

    private final RelayFixture fixture = new RelayFixture(new RelaySettings(
                    new PeerFlags(RelayFixture.RELAY),
                    PLACES,
                    CREATES,
                    RelaySettings.DEFAULT_IDLE_LIMIT,
                    RelaySettings.DEFAULT_AGE_LIMIT,
                    RelaySettings.DEFAULT_EXTEND_WINDOW,
                    RelaySettings.DEFAULT_TRAFFIC_LIMIT_BYTES)
            .withJoining(new JoinLimits(PER_ADDRESS, PER_NEIGHBOUR, UNPROVEN, UNPROVEN_PER_PEER, CREATES_PER_ADDRESS)));
    private int nextId = 1;

    private Owner at(String host) {
        return fixture.new Owner(host, nextId++);
    }

    private Owner at(String host, IdentityKey key) {
        return fixture.new Owner(host, nextId++, key);
    }

    /** Joins and shows to have had the created. */
    private void prove(Owner owner) {
        owner.joined();
        owner.send(new Ping(1), false);
        assertThat(owner.open(fixture.onlySent())).isEqualTo(new Pong(1));
    }

    private boolean isAnswered(Owner owner) {
        owner.sendCreate();
        boolean answered = !fixture.sent.isEmpty();
        fixture.sent.clear();
        return answered;
    }

    private void takeHalf() {
        for (int i = 1; i <= PLACES / 2; i++) {
            prove(at("192.0.2." + i));
        }
    }

    private void known(Owner owner) {
        fixture.peers.admit(new Sighting(
                owner.key.publicKey(), owner.address, true, null, true, new PeerFlags(RelayFixture.RELAY)));
    }

    @Test
    void aSingleAddressMayTakeHalfOfThePlacesAndThenItsShareBinds() {
        for (int i = 0; i < PLACES / 2; i++) {
            prove(at("192.0.2.1"));
        }

        assertThat(isAnswered(at("192.0.2.1"))).isFalse();
        assertThat(fixture.drops(DropReason.NEIGHBOUR_LIMIT)).isEqualTo(1);
        prove(at("192.0.2.2"));
        assertThat(fixture.service.joinedCircuits()).as("nobody lost one").isEqualTo(PLACES / 2 + 1);
    }

    @Test
    void onceHalfIsTakenAnAddressGetsItsShareAndAKeyThereItsOwn() {
        takeHalf();
        IdentityKey key = IdentityKey.generate(fixture.random);
        for (int i = 0; i < PER_NEIGHBOUR; i++) {
            prove(at("198.51.100.1", key));
        }
        assertThat(isAnswered(at("198.51.100.1", key))).isFalse();

        for (int i = PER_NEIGHBOUR; i < PER_ADDRESS; i++) {
            prove(at("198.51.100.1"));
        }
        assertThat(isAnswered(at("198.51.100.1"))).isFalse();
        assertThat(fixture.drops(DropReason.NEIGHBOUR_LIMIT)).isEqualTo(2);
    }

    @Test
    void whoGivesAPlaceBackGetsAnother() {
        takeHalf();
        IdentityKey key = IdentityKey.generate(fixture.random);
        List<Owner> owners = new ArrayList<>();
        for (int i = 0; i < PER_NEIGHBOUR; i++) {
            owners.add(at("198.51.100.1", key));
            prove(owners.get(i));
        }
        fixture.deliverDestroy(owners.get(0).circuitId, key, Destroy.REASON_UNNEEDED);

        prove(at("198.51.100.1", key));
    }

    @Test
    void aKeyThatSomebodyElseClaimsIsAnotherNeighbour() {
        takeHalf();
        IdentityKey third = IdentityKey.generate(fixture.random);
        for (int i = 0; i < PER_NEIGHBOUR; i++) {
            prove(at("198.51.100.66", third));
        }

        prove(at("198.51.100.1", third));
    }

    @Test
    void createsFromAMadeUpAddressCostItsOwnerNoPlace() {
        takeHalf();
        for (int i = 0; i < UNPROVEN / 2; i++) {
            assertThat(isAnswered(at("198.51.100.1"))).isTrue();
        }

        prove(at("198.51.100.1"));
        assertThat(fixture.drops(DropReason.NEIGHBOUR_LIMIT)).isZero();
    }

    @Test
    void aFloodFromMadeUpSourcesLeavesHalfOfThePlacesAndRoomForPeers() {
        Owner before = at("203.0.113.1");
        prove(before);
        for (int second = 0; second < 10; second++) {
            for (int i = 0; i < CREATES; i++) {
                isAnswered(at("100." + second + ".0." + i));
            }
            fixture.runFor(Duration.ofSeconds(1));
        }
        assertThat(fixture.service.joinedCircuits()).isEqualTo(1 + UNPROVEN);
        assertThat(isAnswered(at("198.51.100.1"))).as("a stranger").isFalse();
        assertThat(fixture.drops(DropReason.UNPROVEN_LIMIT)).isPositive();

        Owner peer = at("198.51.100.2");
        known(peer);
        prove(peer);
        before.send(new Ping(2), false);
        assertThat(before.open(fixture.onlySent())).isEqualTo(new Pong(2));
    }

    @Test
    void whoSendsUnderAPeersAddressTakesThatPeersRoomAndNobodyElses() {
        for (int i = 0; i < UNPROVEN; i++) {
            assertThat(isAnswered(at("100.0.0." + i))).isTrue();
        }
        Owner victim = at("198.51.100.2");
        known(victim);
        for (int i = 0; i < 3 * UNPROVEN_PER_PEER; i++) {
            isAnswered(at("198.51.100.2"));
        }
        assertThat(fixture.service.joinedCircuits()).isEqualTo(UNPROVEN + UNPROVEN_PER_PEER);

        Owner other = at("198.51.100.3");
        known(other);
        prove(other);
    }

    @Test
    void circuitsWithoutACellMakeRoomWhenTheyAreForgotten() {
        for (int i = 0; i < UNPROVEN; i++) {
            assertThat(isAnswered(at("100.0.0." + i))).isTrue();
        }
        assertThat(isAnswered(at("198.51.100.1"))).isFalse();

        fixture.runFor(Duration.ofSeconds(26));
        assertThat(isAnswered(at("198.51.100.1"))).isTrue();
    }

    /** A relay with room enough for the rate alone to bind. */
    private static RelayFixture roomy() {
        return new RelayFixture(new RelaySettings(
                        new PeerFlags(RelayFixture.RELAY),
                        20_000,
                        CREATES,
                        RelaySettings.DEFAULT_IDLE_LIMIT,
                        RelaySettings.DEFAULT_AGE_LIMIT,
                        RelaySettings.DEFAULT_EXTEND_WINDOW,
                        RelaySettings.DEFAULT_TRAFFIC_LIMIT_BYTES)
                .withJoining(JoinLimits.of(20_000, CREATES).withCreates(CREATES_PER_ADDRESS)));
    }

    private int answered(RelayFixture relay, String host, int creates) {
        for (int i = 0; i < creates; i++) {
            relay.new Owner(host, nextId++).sendCreate();
        }
        int answers = relay.sent.size();
        relay.sent.clear();
        return answers;
    }

    @Test
    void oneAddressThatFloodsGetsHalfOfTheRateAndItsShare() {
        RelayFixture relay = roomy();

        assertThat(answered(relay, "100.0.0.1", 5 * CREATES)).isEqualTo(CREATES / 2 + CREATES_PER_ADDRESS);
        assertThat(answered(relay, "100.0.0.2", 10)).isEqualTo(10);
        relay.runFor(Duration.ofMillis(100));
        assertThat(answered(relay, "100.0.0.1", 100))
                .as("in a tenth of a second")
                .isEqualTo(CREATES_PER_ADDRESS / 10);
    }

    @Test
    void whoSendsUnderAnAddressKeepsItsOwnerFromBeingAnsweredOnlyByUsingUpHalfOfTheRate() {
        RelayFixture relay = roomy();
        for (int tenth = 0; tenth < 50; tenth++) {
            answered(relay, "198.51.100.1", CREATES / 10 - 2);
            relay.runFor(Duration.ofMillis(100));
            assertThat(answered(relay, "198.51.100.1", 1)).isEqualTo(1);
        }
    }

    @Test
    void aFloodOfCreatesLeavesThreeQuartersOfALimitedLineToCircuits() {
        long bandwidth = 40_000;
        RelayFixture relay = new RelayFixture(new RelaySettings(
                        new PeerFlags(RelayFixture.RELAY),
                        20_000,
                        CREATES,
                        RelaySettings.DEFAULT_IDLE_LIMIT,
                        RelaySettings.DEFAULT_AGE_LIMIT,
                        RelaySettings.DEFAULT_EXTEND_WINDOW,
                        RelaySettings.DEFAULT_TRAFFIC_LIMIT_BYTES)
                .withTraffic(new TrafficLimits(bandwidth)));
        long bytes = 0;
        for (int milli = 0; milli < 10_000; milli += 5) {
            relay.new Owner("100.0." + milli / 250 + "." + milli % 250, nextId++).sendCreate();
            bytes += relay.sent.stream().mapToLong(sent -> sent.bytes().length).sum();
            relay.sent.clear();
            relay.runFor(Duration.ofMillis(5));
        }

        assertThat(bytes).isBetween(10 * bandwidth / 4 * 9 / 10, 10 * bandwidth / 4 * 11 / 10);
        assertThat(relay.drops(DropReason.RATE_LIMITED)).isPositive();
    }

    @Test
    void anAddressOfIpv6IsTheHostsWholeNetwork() {
        takeHalf();
        for (int i = 0; i < PER_ADDRESS; i++) {
            prove(at("2001:db8:1:2::" + (i + 1)));
        }

        assertThat(isAnswered(at("2001:db8:1:2::ffff"))).isFalse();
        prove(at("2001:db8:1:3::1"));
    }
}

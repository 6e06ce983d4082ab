package org.tunnel8.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.peer.RemovalReason;
import org.tunnel8.peer.Sighting;
import org.tunnel8.relay.RelayFixture.Owner;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.cell.Create;
import org.tunnel8.wire.cell.Destroy;
import org.tunnel8.wire.cell.Ping;
import org.tunnel8.wire.cell.Pong;
import org.tunnel8.wire.cell.SpeedTestForm;
import org.tunnel8.wire.cell.TestRequest;
import org.tunnel8.wire.cell.TestResponse;
import org.tunnel8.wire.walk.PeerFlags;

/** Whom a node lets use it as a hop, what it offers them, and when it forgets them (PROTOCOL.md §8, §9). */
class JoiningTest {
    private final RelayFixture fixture = RelayFixture.withFlags(RelayFixture.RELAY);

    private static RelaySettings limits(int maxJoined, int createsPerSecond) {
        return new RelaySettings(
                new PeerFlags(RelayFixture.RELAY),
                maxJoined,
                createsPerSecond,
                RelaySettings.DEFAULT_IDLE_LIMIT,
                RelaySettings.DEFAULT_AGE_LIMIT,
                RelaySettings.DEFAULT_EXTEND_WINDOW,
                RelaySettings.DEFAULT_TRAFFIC_LIMIT_BYTES);
    }

    @Test
    void aNodeWithoutFlagsJoinsNothing() {
        RelayFixture client = RelayFixture.withFlags(0);

        client.owner(1).sendCreate();

        assertThat(client.sent).isEmpty();
        assertThat(client.drops(DropReason.ROLE_MISSING)).isEqualTo(1);
    }

    @Test
    void offersAtMostFourRelaysThatAreNoExitsAndNeverTheAsker() {
        Set<PublicKey> relays = new HashSet<>();
        for (int i = 0; i < 9; i++) {
            relays.add(fixture.peer(RelayFixture.RELAY));
        }
        fixture.peer(RelayFixture.RELAY | PeerFlags.EXIT_BT);
        fixture.peer(PeerFlags.SPEED_TEST);
        Set<PublicKey> offered = new HashSet<>();

        for (int i = 1; i <= 40; i++) {
            Owner owner = fixture.owner(i);
            fixture.peers.admit(new Sighting(
                    owner.key.publicKey(), owner.address, true, null, true, new PeerFlags(RelayFixture.RELAY)));
            owner.sendCreate();
            List<PublicKey> list = owner.takeCreated().relays();
            assertThat(list).hasSize(4).doesNotHaveDuplicates().doesNotContain(owner.key.publicKey());
            offered.addAll(list);
            fixture.peers.remove(fixture.peers.byKey(owner.key.publicKey()), RemovalReason.SILENT);
        }

        assertThat(offered).as("drawn at random, not the first four").isEqualTo(relays);
    }

    @Test
    void aRepeatedCreateIsNotAnsweredForAMinuteEvenOnceTheCircuitIsGone() {
        Owner owner = fixture.owner(1).joined();
        owner.sendCreate();
        fixture.deliverDestroy(owner.circuitId, owner.key, Destroy.REASON_UNNEEDED);
        assertThat(fixture.service.joinedCircuits()).isZero();

        fixture.runFor(Duration.ofSeconds(59));
        owner.sendCreate();
        assertThat(fixture.sent).isEmpty();
        assertThat(fixture.drops(DropReason.DUPLICATE_CREATE)).isEqualTo(1);

        fixture.runFor(Duration.ofSeconds(2));
        owner.sendCreate();
        owner.takeCreated();
    }

    @Test
    void aCreateForAnIdInUseIsRefused() {
        Owner owner = fixture.owner(1).joined();
        Owner other = fixture.new Owner("203.0.113.99", owner.circuitId);

        other.sendCreate();

        assertThat(fixture.sent).isEmpty();
        owner.send(new Ping(3), false);
        assertThat(owner.open(fixture.onlySent())).isEqualTo(new Pong(3));
    }

    @Test
    void joinsNoMoreCircuitsThanItMay() {
        RelayFixture small = new RelayFixture(limits(3, 100));
        for (int i = 1; i <= 3; i++) {
            small.owner(i).joined();
        }

        Owner refused = small.owner(4);
        refused.sendCreate();
        assertThat(small.sent).isEmpty();
        assertThat(small.drops(DropReason.CIRCUIT_LIMIT)).isEqualTo(1);

        // One that was refused is not remembered: it is answered once there is room.
        small.runFor(Duration.ofSeconds(26));
        refused.sendCreate();
        refused.takeCreated();
    }

    @Test
    void answersNoMoreCreatesPerSecondThanItMay() {
        RelayFixture slow = new RelayFixture(limits(1_000, 5));
        for (int i = 1; i <= 20; i++) {
            slow.owner(i).sendCreate();
        }
        assertThat(slow.sent).hasSize(5);
        assertThat(slow.drops(DropReason.RATE_LIMITED)).isEqualTo(15);

        slow.sent.clear();
        slow.runFor(Duration.ofSeconds(1));
        for (int i = 21; i <= 30; i++) {
            slow.owner(i).sendCreate();
        }
        assertThat(slow.sent).hasSize(5);
    }

    @Test
    void refusesCreatesWithKeysOfNoUse() {
        Owner owner = fixture.owner(1);
        Create good = owner.create();

        fixture.deliverPlain(owner.address, 1, new Create(7, ByteString.of(new byte[74]), good.ephemeralKey()));
        fixture.deliverPlain(owner.address, 2, new Create(7, good.nodePublicKey(), ByteString.of(new byte[32])));
        fixture.deliverPlain(owner.address, 3, new Create(7, good.nodePublicKey(), ByteString.of(new byte[5])));

        assertThat(fixture.sent).isEmpty();
        assertThat(fixture.drops(DropReason.BAD_KEY)).isEqualTo(3);
        assertThat(fixture.table.size()).isZero();
    }

    @Test
    void forgetsACircuitThatIsIdle() {
        Owner owner = fixture.owner(1).joined();
        for (int i = 0; i < 8; i++) {
            fixture.runFor(Duration.ofMillis(7_500));
            owner.send(new Ping(i), false);
        }
        assertThat(fixture.service.joinedCircuits()).isEqualTo(1);

        fixture.runFor(Duration.ofSeconds(26));
        assertThat(fixture.service.joinedCircuits()).isZero();
        assertThat(fixture.closedPaths).isEqualTo(1);
        assertThat(fixture.table.size()).isZero();
    }

    @Test
    void cellsThatDoNotOpenKeepNoCircuitAlive() {
        Owner owner = fixture.owner(1).joined();
        for (int i = 0; i < 6; i++) {
            fixture.runFor(Duration.ofSeconds(5));
            fixture.deliver(owner.address, RelayFixture.frame(owner.circuitId, false, false, new byte[60]));
        }

        assertThat(fixture.drops(DropReason.BAD_LAYER)).isEqualTo(4);
        assertThat(fixture.drops(DropReason.UNKNOWN_CIRCUIT)).isEqualTo(2);
        assertThat(fixture.service.joinedCircuits()).isZero();
    }

    @Test
    void forgetsACircuitAfterAnHourHoweverBusy() {
        Owner owner = fixture.owner(1).joined();
        for (int i = 0; i < 363; i++) {
            fixture.runFor(Duration.ofSeconds(10));
            owner.send(new Ping(i), false);
        }

        assertThat(fixture.service.joinedCircuits()).isZero();
    }

    @Test
    void aCircuitBeyondItsTrafficLimitIsDestroyed() {
        RelayFixture counting = new RelayFixture(new RelaySettings(
                new PeerFlags(RelayFixture.RELAY),
                100,
                100,
                RelaySettings.DEFAULT_IDLE_LIMIT,
                RelaySettings.DEFAULT_AGE_LIMIT,
                RelaySettings.DEFAULT_EXTEND_WINDOW,
                500));
        Owner owner = counting.owner(1).joined();
        for (int i = 0; i < 10; i++) {
            owner.send(new Ping(i), false);
        }
        counting.sent.clear();

        counting.runFor(Duration.ofSeconds(6));

        assertThat(counting.onlySent().isCell()).isFalse();
        assertThat(counting.service.joinedCircuits()).isZero();
    }

    @Test
    void whatASpeedTestSendsBackCountsTowardsTheTrafficLimit() {
        RelayFixture counting = new RelayFixture(new RelaySettings(
                new PeerFlags(RelayFixture.RELAY),
                100,
                100,
                RelaySettings.DEFAULT_IDLE_LIMIT,
                RelaySettings.DEFAULT_AGE_LIMIT,
                RelaySettings.DEFAULT_EXTEND_WINDOW,
                10_000));
        Owner owner = counting.owner(1).joined();
        for (int i = 0; i < 10; i++) {
            owner.send(new TestRequest(SpeedTestForm.PYTHON, i, 1_500, ByteString.of(new byte[1])), false);
        }
        counting.sent.clear();

        counting.runFor(Duration.ofSeconds(6));

        assertThat(counting.service.joinedCircuits()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void answersSpeedTestsOfBothForms(SpeedTestForm form) {
        Owner owner = fixture.owner(1).joined();

        owner.send(new TestRequest(form, 0x1234, 700, ByteString.of(new byte[300])), false);

        TestResponse response = (TestResponse) owner.open(fixture.onlySent());
        assertThat(response.form()).isEqualTo(form);
        assertThat(response.identifier()).isEqualTo(0x1234);
        assertThat(response.data().length()).isEqualTo(700);
    }

    @ParameterizedTest
    @EnumSource
    void aSpeedTestForMoreThanADatagramHoldsGetsADatagramFull(SpeedTestForm form) {
        Owner owner = fixture.owner(1).joined();

        owner.send(new TestRequest(form, 1, 65_535, ByteString.of(new byte[1])), false);

        assertThat(fixture.onlySent().bytes().length).isBetween(1_900, 2_048 - 2 * 24);
    }

    @Test
    void aNodeWithoutTheRoleAnswersNoSpeedTest() {
        RelayFixture plain = RelayFixture.withFlags(PeerFlags.RELAY);
        Owner owner = plain.owner(1).joined();

        owner.send(new TestRequest(SpeedTestForm.PYTHON, 1, 100, ByteString.of(new byte[1])), false);

        assertThat(plain.sent).isEmpty();
        assertThat(plain.drops(DropReason.ROLE_MISSING)).isEqualTo(1);
    }

    @Test
    void stoppingTellsEveryNeighbour() {
        fixture.owner(1).joined();
        fixture.owner(2).joined();

        fixture.service.stop();

        assertThat(fixture.sent).hasSize(2).noneMatch(RelayFixture.Sent::isCell);
        assertThat(fixture.table.size()).isZero();
        assertThat(fixture.closedPaths).isEqualTo(2);
    }
}

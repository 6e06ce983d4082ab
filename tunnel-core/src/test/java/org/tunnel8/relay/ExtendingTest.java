package org.tunnel8.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tunnel8.crypto.EphemeralKey;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.LayerCipher;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.relay.RelayFixture.Owner;
import org.tunnel8.relay.RelayFixture.Sent;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.cell.CellFrame;
import org.tunnel8.wire.cell.Create;
import org.tunnel8.wire.cell.Created;
import org.tunnel8.wire.cell.Destroy;
import org.tunnel8.wire.cell.Extend;
import org.tunnel8.wire.cell.Extended;
import org.tunnel8.wire.cell.Ping;
import org.tunnel8.wire.cell.Pong;
import org.tunnel8.wire.walk.PeerFlags;

/** Which extends a relay honours, and what becomes of their answers (PROTOCOL.md §8, D5, D18). */
class ExtendingTest {
    private static final InetSocketAddress ELSEWHERE = RelayFixture.at("198.51.100.200", 7_000);

    private final RelayFixture fixture = RelayFixture.withFlags(RelayFixture.RELAY);
    private final IdentityKey next = IdentityKey.generate(fixture.random);
    private final Owner owner = fixture.owner(1).joined();

    private Created created(Create create, int listBytes) {
        return new Created(
                create.identifier(),
                ByteString.of(EphemeralKey.generate(fixture.random).publicKey()),
                ByteString.of(new byte[32]),
                ByteString.of(new byte[listBytes]));
    }

    private Sent extended(int identifier) {
        owner.extend(identifier, next.publicKey(), new IpAddress(ELSEWHERE));
        return fixture.onlySent();
    }

    private void assertRefused(DropReason reason) {
        assertThat(fixture.sent).isEmpty();
        assertThat(fixture.drops(reason)).isEqualTo(1);
        assertThat(fixture.table.size()).isEqualTo(1);
        // The circuit itself is none the worse for it.
        owner.send(new Ping(5), false);
        assertThat(owner.open(fixture.onlySent())).isEqualTo(new Pong(5));
    }

    @Test
    void sendsACreateUnderANewIdAndIdentifierAndTheSameX() {
        ByteString x = ByteString.of(EphemeralKey.generate(fixture.random).publicKey());
        owner.send(new Extend(9, ByteString.of(next.publicKey().toBytes()), x, new IpAddress(ELSEWHERE)), true);

        Sent create = fixture.onlySent();
        assertThat(create.to()).isEqualTo(ELSEWHERE);
        assertThat(create.circuitId()).isNotEqualTo(owner.circuitId);
        Create message = (Create) create.plain();
        assertThat(message.identifier()).isNotEqualTo(9);
        assertThat(message.ephemeralKey()).isEqualTo(x);
        assertThat(message.nodePublicKey())
                .isEqualTo(ByteString.of(fixture.identity.publicKey().toBytes()));
    }

    @Test
    void passesTheAnswerOnAndRelaysFromThenOn() {
        Sent create = extended(9);
        Created created = created((Create) create.plain(), 100);
        fixture.deliverPlain(ELSEWHERE, create.circuitId(), created);

        assertThat(owner.open(fixture.onlySent()))
                .isEqualTo(new Extended(9, created.ephemeralKey(), created.auth(), created.sealedCandidates()));
        assertThat(fixture.service.relayedCircuits()).isEqualTo(1);
        assertThat(fixture.service.joinedCircuits()).isZero();

        owner.sendSealed(new byte[40], false);
        Sent passed = fixture.onlySent();
        assertThat(passed.to()).isEqualTo(ELSEWHERE);
        assertThat(passed.circuitId()).isEqualTo(create.circuitId());
        assertThat(passed.bytes()).hasSize(29 + 40);
    }

    @Test
    void refusesAnExtendWithoutTheRelayEarlyFlag() {
        owner.send(
                new Extend(
                        9,
                        ByteString.of(next.publicKey().toBytes()),
                        ByteString.of(new byte[32]),
                        new IpAddress(ELSEWHERE)),
                false);

        assertRefused(DropReason.EXTEND_REFUSED);
    }

    @Test
    void refusesAnExtendAfterTheWindow() {
        for (int i = 0; i < 7; i++) {
            fixture.runFor(Duration.ofSeconds(9));
            owner.send(new Ping(i), false);
        }
        fixture.sent.clear();

        owner.extend(9, next.publicKey(), new IpAddress(ELSEWHERE));

        assertRefused(DropReason.EXTEND_REFUSED);
    }

    @Test
    void refusesToExtendToItself() {
        owner.extend(9, fixture.identity.publicKey(), new IpAddress(ELSEWHERE));

        assertRefused(DropReason.EXTEND_REFUSED);
    }

    @Test
    void refusesToExtendToThePreviousHop() {
        owner.extend(9, owner.key.publicKey(), new IpAddress(ELSEWHERE));

        assertRefused(DropReason.EXTEND_REFUSED);
    }

    @Test
    void refusesToExtendToThePreviousHopsAddressUnderAnyKey() {
        owner.extend(9, next.publicKey(), new IpAddress(owner.address));

        assertRefused(DropReason.EXTEND_REFUSED);
    }

    @Test
    void refusesAddressesThatAreNotForStrangers() {
        owner.extend(9, next.publicKey(), new IpAddress(RelayFixture.at("192.168.1.1", 80)));

        assertRefused(DropReason.EXTEND_REFUSED);
    }

    @Test
    void refusesAnUnknownKeyWithoutAddress() {
        owner.extend(9, next.publicKey(), IpAddress.UNSPECIFIED);

        assertRefused(DropReason.EXTEND_REFUSED);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 31, 33, 1_990, 6_000})
    void refusesAnEphemeralKeyOfAnotherLength(int length) {
        owner.send(
                new Extend(
                        9,
                        ByteString.of(next.publicKey().toBytes()),
                        ByteString.of(new byte[length]),
                        new IpAddress(ELSEWHERE)),
                true);

        assertRefused(DropReason.MALFORMED);
    }

    @Test
    void aNodeWithoutTheRoleExtendsNothing() {
        RelayFixture exitOnly = RelayFixture.withFlags(PeerFlags.EXIT_BT);
        Owner asker = exitOnly.owner(1).joined();

        asker.extend(9, next.publicKey(), new IpAddress(ELSEWHERE));

        assertThat(exitOnly.sent).isEmpty();
        assertThat(exitOnly.drops(DropReason.ROLE_MISSING)).isEqualTo(1);
    }

    @Test
    void prefersTheAddressItKnowsToTheOneItIsGiven() {
        PublicKey known = fixture.peer(RelayFixture.RELAY);

        owner.extend(9, known, new IpAddress(ELSEWHERE));

        assertThat(fixture.onlySent().to()).isEqualTo(fixture.peers.byKey(known).address());
    }

    @Test
    void aCandidateThatWasOfferedNeedsNoAddress() {
        PublicKey offered = fixture.peer(RelayFixture.RELAY);
        Owner second = fixture.owner(2);
        second.sendCreate();
        assertThat(second.takeCreated().relays()).containsExactly(offered);

        second.extend(9, offered, IpAddress.UNSPECIFIED);

        assertThat(fixture.onlySent().to())
                .isEqualTo(fixture.peers.byKey(offered).address());
    }

    @Test
    void repeatsAnUnansweredCreateUnchangedAndGivesItUpAfterTenSeconds() {
        Sent create = extended(9);

        fixture.runFor(Duration.ofSeconds(9));
        List<Sent> repeated = List.copyOf(fixture.sent);
        assertThat(repeated)
                .hasSizeBetween(3, 6)
                .allSatisfy(again -> assertThat(again.bytes()).isEqualTo(create.bytes()));
        fixture.sent.clear();

        fixture.runFor(Duration.ofSeconds(2));
        assertThat(fixture.onlyDestroy(ELSEWHERE).circuitId())
                .as("who may have joined all the same is told")
                .isEqualTo(create.circuitId());
        fixture.deliverPlain(ELSEWHERE, create.circuitId(), created((Create) create.plain(), 100));
        assertThat(fixture.sent).isEmpty();
        assertThat(fixture.drops(DropReason.UNKNOWN_CIRCUIT)).isEqualTo(1);
        assertThat(fixture.service.joinedCircuits()).isEqualTo(1);
    }

    @Test
    void aLaterExtendSupersedesAnEarlierOneWhoseLateAnswerFindsNothing() {
        Sent first = extended(9);
        owner.extend(10, next.publicKey(), new IpAddress(ELSEWHERE));
        assertThat(fixture.onlyDestroy(ELSEWHERE).circuitId()).isEqualTo(first.circuitId());
        Sent second = fixture.onlySent();
        assertThat(second.circuitId()).isNotEqualTo(first.circuitId());

        fixture.deliverPlain(ELSEWHERE, first.circuitId(), created((Create) first.plain(), 100));
        assertThat(fixture.sent).isEmpty();
        assertThat(fixture.drops(DropReason.UNKNOWN_CIRCUIT)).isEqualTo(1);

        fixture.deliverPlain(ELSEWHERE, second.circuitId(), created((Create) second.plain(), 100));
        assertThat(((Extended) owner.open(fixture.onlySent())).identifier()).isEqualTo(10);
    }

    @Test
    void ignoresACreatedWithAnotherIdentifier() {
        Sent create = extended(9);
        Create asked = (Create) create.plain();
        Created forged =
                created(new Create((asked.identifier() + 1) & 0xffff, asked.nodePublicKey(), asked.ephemeralKey()), 9);

        fixture.deliverPlain(ELSEWHERE, create.circuitId(), forged);

        assertThat(fixture.sent).isEmpty();
        assertThat(fixture.drops(DropReason.UNSOLICITED)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1_920, 7_000})
    void dropsAnAnswerThatFitsIntoNoCellBackAndTakesTheNext(int listBytes) {
        Sent create = extended(9);

        fixture.deliverPlain(ELSEWHERE, create.circuitId(), created((Create) create.plain(), listBytes));

        assertThat(fixture.sent).isEmpty();
        assertThat(fixture.drops(DropReason.MALFORMED)).isEqualTo(1);
        fixture.deliverPlain(ELSEWHERE, create.circuitId(), created((Create) create.plain(), 100));
        assertThat(owner.open(fixture.onlySent())).isInstanceOf(Extended.class);
    }

    @Test
    void anEmptyCellIsNotPassedOn() {
        Sent create = extended(9);
        fixture.deliverPlain(ELSEWHERE, create.circuitId(), created((Create) create.plain(), 100));
        fixture.sent.clear();

        owner.sendSealed(new byte[0], false);

        assertThat(fixture.sent).isEmpty();
        assertThat(fixture.drops(DropReason.MALFORMED)).isEqualTo(1);
    }

    @Test
    void aDestroyOfThePreviousHopReachesTheNextWithItsReason() {
        Sent create = extended(9);
        fixture.deliverPlain(ELSEWHERE, create.circuitId(), created((Create) create.plain(), 100));
        fixture.sent.clear();

        fixture.deliverDestroy(owner.circuitId, next, Destroy.REASON_UNNEEDED);
        assertThat(fixture.sent).isEmpty();
        assertThat(fixture.drops(DropReason.DESTROY_REFUSED)).isEqualTo(1);

        fixture.deliverDestroy(owner.circuitId, owner.key, Destroy.REASON_UNNEEDED);
        Sent destroy = fixture.onlySent();
        assertThat(destroy.to()).isEqualTo(ELSEWHERE);
        assertThat(destroy.isCell()).isFalse();
        assertThat(fixture.service.relayedCircuits()).isZero();
        assertThat(fixture.table.size()).isZero();
    }

    @Test
    void aDestroyWithoutReasonIsNotPassedOn() {
        Sent create = extended(9);
        fixture.deliverPlain(ELSEWHERE, create.circuitId(), created((Create) create.plain(), 100));
        fixture.sent.clear();

        fixture.deliverDestroy(create.circuitId(), next, 0);

        assertThat(fixture.sent).isEmpty();
        assertThat(fixture.service.relayedCircuits()).isZero();
    }

    @Test
    void atMostSevenFlaggedCellsPass() {
        Sent create = extended(9);
        fixture.deliverPlain(ELSEWHERE, create.circuitId(), created((Create) create.plain(), 100));
        fixture.sent.clear();

        for (int i = 0; i < 9; i++) {
            owner.sendSealed(new byte[40], true);
        }
        assertThat(fixture.sent).hasSize(7);
        assertThat(fixture.drops(DropReason.RELAY_EARLY_LIMIT)).isEqualTo(2);

        owner.sendSealed(new byte[40], false);
        assertThat(fixture.sent).hasSize(8);
    }

    @Test
    void whatComesAndGoesForAnExtendIsCountedAsCarriedForOthers() {
        long before = carriedBytes();
        Sent create = extended(1);
        long out = create.bytes().length;
        fixture.deliverPlain(ELSEWHERE, create.circuitId(), created((Create) create.plain(), 30));
        Sent back = fixture.onlySent();
        out += back.bytes().length;

        // As long as the created is the extended that it becomes, but for that one's layer.
        long in = back.bytes().length - LayerCipher.OVERHEAD_BYTES;
        long extend = extendBytes();
        assertThat(carriedBytes() - before).isEqualTo(extend + out + in);
    }

    private long carriedBytes() {
        return fixture.service.cells().others().carriedBytes();
    }

    private long extendBytes() {
        Extend extend = new Extend(
                1,
                ByteString.of(next.publicKey().toBytes()),
                ByteString.of(new byte[EphemeralKey.LENGTH_BYTES]),
                new IpAddress(ELSEWHERE));
        return CellFrame.HEADER_BYTES + RelayFixture.encode(extend).length + LayerCipher.OVERHEAD_BYTES;
    }
}

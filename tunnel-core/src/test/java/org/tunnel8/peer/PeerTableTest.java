package org.tunnel8.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.tunnel8.crypto.CryptoFailure;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.time.Deadlines;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.walk.PeerFlags;

class PeerTableTest {
    private static final int CAPACITY = 10;
    private static final long SECOND = 1_000_000_000;
    private static final PeerFlags RELAY = new PeerFlags(PeerFlags.RELAY);
    private static final PeerFlags EXIT = new PeerFlags(PeerFlags.RELAY | PeerFlags.EXIT_BT);

    /** A key as a bootstrap server of the reference has it: sect163k1, from the project's vectors. */
    private static final String SECT163K1 = "3040301006072a8648ce3d020106052b81040001032c0004"
            + "04aae3db63af90d5b01e5be72cbcc572727594535e03f4608a922a7942e26fc579820137b2bbb058a719";

    private final SplittableRandom random = new SplittableRandom(7);
    private final Deadlines clock = new Deadlines(0);
    private final PeerTable table = new PeerTable(CAPACITY, clock);
    private final List<String> events = new ArrayList<>();

    private static InetSocketAddress at(int network, int host) {
        return ((IpAddress) Address.parse("198." + network + ".0." + host, 7000)).endpoint();
    }

    private PublicKey newKey() {
        return IdentityKey.generate(random).publicKey();
    }

    private Sighting asked(PublicKey key, InetSocketAddress address, PeerFlags flags) {
        return new Sighting(key, address, true, null, false, flags);
    }

    private Sighting unasked(PublicKey key, InetSocketAddress address) {
        return Sighting.ofRequest(key, address, null, false, RELAY, null);
    }

    private Peer addConfirmed(int network, int host, PeerFlags flags) {
        PublicKey key = newKey();
        assertThat(table.admit(asked(key, at(network, host), flags))).isEqualTo(Admission.ADDED);
        return table.byKey(key);
    }

    private void listen() {
        table.addListener(new PeerTable.Listener() {
            @Override
            public void peerAdded(Peer peer) {
                events.add("added " + peer.address().getAddress().getHostAddress());
            }

            @Override
            public void peerRemoved(Peer peer, RemovalReason reason) {
                events.add(reason + " " + peer.address().getAddress().getHostAddress());
            }
        });
    }

    @Test
    void findsPeersByKeyAndAddress() {
        Peer peer = addConfirmed(1, 1, RELAY);

        assertThat(table.byAddress(at(1, 1))).isSameAs(peer);
        assertThat(table.byKey(peer.key())).isSameAs(peer);
        assertThat(table.byAddress(at(1, 2))).isNull();
        assertThat(table.all()).containsExactly(peer);
    }

    @Test
    void takesTheNewestFlags() {
        Peer peer = addConfirmed(1, 1, EXIT);
        table.admit(Sighting.ofRequest(peer.key(), at(1, 1), at(2, 2), true, RELAY, null));

        assertThat(peer.flags()).isEqualTo(RELAY);
        assertThat(peer.lanAddress()).isEqualTo(at(2, 2));
        assertThat(peer.speaksNewStyle()).isTrue();
    }

    @Test
    void keepsTheStyleOnceItWasNew() {
        Peer peer = addConfirmed(1, 1, EXIT);
        table.admit(new Sighting(peer.key(), at(1, 1), true, null, true, RELAY));
        table.admit(new Sighting(peer.key(), at(1, 1), true, null, false, RELAY));

        assertThat(peer.speaksNewStyle()).isTrue();
    }

    @Test
    void offersOnlyTunnelKeysWithAllAskedFlagsAsCandidates() throws CryptoFailure {
        Peer relay = addConfirmed(1, 1, RELAY);
        Peer exit = addConfirmed(1, 2, EXIT);
        addConfirmed(1, 3, PeerFlags.NONE);
        PublicKey sect = PublicKey.parse(HexFormat.of().parseHex(SECT163K1));
        table.admit(asked(sect, at(1, 4), EXIT));

        assertThat(table.candidates(PeerFlags.RELAY)).containsExactly(relay, exit);
        assertThat(table.candidates(PeerFlags.RELAY | PeerFlags.EXIT_BT)).containsExactly(exit);
        assertThat(table.candidates(0)).hasSize(3);
        assertThat(table.candidateCount(PeerFlags.RELAY)).isEqualTo(2);
        assertThat(table.exits()).isEqualTo(1);
        assertThat(table.byKey(sect)).isNotNull();
    }

    /** The table counts its exits as they come and go; whoever counts them anew has to come to the same. */
    @RepeatedTest(20)
    void countsTheExitsThatCanBeHopsWhateverHappens(RepetitionInfo repetition) {
        SplittableRandom chance = new SplittableRandom(repetition.getCurrentRepetition());
        Set<Integer> counts = new HashSet<>();
        List<PublicKey> keys = IntStream.range(0, 40).mapToObj(i -> newKey()).toList();
        for (int i = 0; i < 2_000; i++) {
            PublicKey key = keys.get(chance.nextInt(keys.size()));
            Peer peer = table.byKey(key);
            switch (peer == null ? 0 : chance.nextInt(8)) {
                case 0, 1, 2 -> {
                    InetSocketAddress from = at(1 + chance.nextInt(8), 1 + chance.nextInt(8));
                    PeerFlags flags = chance.nextInt(3) == 0 ? EXIT : RELAY;
                    table.admit(
                            chance.nextBoolean()
                                    ? asked(key, from, flags)
                                    : Sighting.ofRequest(key, from, null, false, flags, null));
                }
                case 3, 4 -> table.unreachable(peer);
                case 5 -> table.heard(peer);
                case 6 -> table.remove(peer, RemovalReason.SILENT);
                default -> table.markIncompatible(key);
            }
            assertThat(table.exits())
                    .as("after %d steps of repetition %d", i + 1, repetition.getCurrentRepetition())
                    .isEqualTo(table.candidateCount(PeerFlags.EXIT_BT));
            counts.add(table.exits());
        }
        assertThat(counts).hasSizeGreaterThan(5);
    }

    @Test
    void takesUnreachablePeersOutOfTheCandidatesUntilTheyAreHeard() {
        Peer relay = addConfirmed(1, 1, RELAY);

        table.unreachable(relay);
        assertThat(table.candidates(PeerFlags.RELAY)).isEmpty();

        table.heard(relay);
        assertThat(table.candidates(PeerFlags.RELAY)).containsExactly(relay);
    }

    @Test
    void doesNotMoveAPeerOnARequestThatMayBeReplayed() {
        Peer peer = addConfirmed(1, 1, RELAY);

        assertThat(table.admit(unasked(peer.key(), at(6, 6)))).isEqualTo(Admission.CONTESTED);
        assertThat(peer.address()).isEqualTo(at(1, 1));
        assertThat(table.byAddress(at(6, 6))).isNull();
    }

    @Test
    void movesAPeerThatAnswersFromItsNewAddressOnceItIsSilentAtTheOld() {
        Peer peer = addConfirmed(1, 1, RELAY);
        assertThat(table.admit(asked(peer.key(), at(6, 6), RELAY))).isEqualTo(Admission.UPDATED);
        assertThat(peer.address())
                .as("somebody may have passed our question on")
                .isEqualTo(at(1, 1));
        assertThat(table.byAddress(at(6, 6))).isSameAs(peer);

        clock.advance(PeerTable.MOVE_NANOS);
        table.admit(unasked(peer.key(), at(6, 6)));
        assertThat(peer.address()).isEqualTo(at(6, 6));
    }

    @Test
    void movesAPeerAtOnceThatWasSilentAtItsOldAddress() {
        Peer peer = addConfirmed(1, 1, RELAY);
        clock.advance(PeerTable.MOVE_NANOS);

        table.admit(asked(peer.key(), at(6, 6), RELAY));
        assertThat(peer.address()).isEqualTo(at(6, 6));
    }

    @Test
    void recognizesAPeerAtTheAddressItHadBefore() {
        Peer peer = addConfirmed(1, 1, RELAY);
        clock.advance(PeerTable.MOVE_NANOS);
        table.admit(asked(peer.key(), at(6, 6), RELAY));
        assertThat(table.byAddress(at(1, 1))).isSameAs(peer);
        assertThat(table.admit(unasked(peer.key(), at(1, 1)))).isEqualTo(Admission.UPDATED);
        assertThat(peer.address()).isEqualTo(at(6, 6));

        table.admit(asked(peer.key(), at(7, 7), RELAY));
        assertThat(table.byAddress(at(1, 1))).isNull();
        table.remove(peer, RemovalReason.SILENT);
        assertThat(table.byAddress(at(6, 6))).isNull();
        assertThat(table.byAddress(at(7, 7))).isNull();
    }

    @Test
    void staysWithTheAddressInItsOwnNetworkWhileThatOneWorks() {
        InetSocketAddress lan = ((IpAddress) Address.parse("192.168.1.7", 7000)).endpoint();
        Peer peer = addConfirmed(1, 1, RELAY);
        table.admit(asked(peer.key(), lan, RELAY));
        assertThat(peer.address()).isEqualTo(lan);

        table.admit(asked(peer.key(), at(1, 1), RELAY));
        assertThat(peer.address()).isEqualTo(lan);

        clock.advance(PeerTable.MOVE_NANOS);
        table.admit(asked(peer.key(), at(1, 1), RELAY));
        assertThat(peer.address()).isEqualTo(at(1, 1));
    }

    @Test
    void givesAFormerAddressAwayWithoutLosingThePeer() {
        Peer peer = addConfirmed(1, 1, RELAY);
        clock.advance(PeerTable.MOVE_NANOS);
        table.admit(asked(peer.key(), at(6, 6), RELAY));
        PublicKey successor = newKey();

        assertThat(table.admit(asked(successor, at(1, 1), RELAY))).isEqualTo(Admission.ADDED);
        assertThat(table.byAddress(at(1, 1))).isSameAs(table.byKey(successor));
        assertThat(table.byAddress(at(6, 6))).isSameAs(peer);
    }

    @Test
    void doesNotGiveAnAddressAwayOnARequestWhoseSourceMayBeMadeUp() {
        Peer peer = addConfirmed(1, 1, RELAY);

        assertThat(table.admit(unasked(newKey(), at(1, 1)))).isEqualTo(Admission.CONTESTED);
        assertThat(table.all()).containsExactly(peer);
    }

    @Test
    void givesAPeersAddressToTheKeyThatAnswersFromItTwiceInARow() {
        listen();
        addConfirmed(1, 1, RELAY);
        PublicKey restarted = newKey();

        assertThat(table.admit(asked(restarted, at(1, 1), RELAY))).isEqualTo(Admission.CONTESTED);
        assertThat(table.admit(asked(restarted, at(1, 1), RELAY))).isEqualTo(Admission.ADDED);
        assertThat(table.all()).singleElement().extracting(Peer::key).isEqualTo(restarted);
        assertThat(events).containsExactly("added 198.1.0.1", "REPLACED 198.1.0.1", "added 198.1.0.1");
    }

    @Test
    void doesNotAddUpAnswersBetweenWhichThePeerItselfAnswered() {
        Peer peer = addConfirmed(1, 1, RELAY);
        PublicKey guessing = newKey();

        for (int i = 0; i < 3; i++) {
            assertThat(table.admit(asked(guessing, at(1, 1), RELAY))).isEqualTo(Admission.CONTESTED);
            table.admit(asked(peer.key(), at(1, 1), RELAY));
        }
        for (int i = 0; i < 3; i++) {
            assertThat(table.admit(asked(newKey(), at(1, 1), RELAY))).isEqualTo(Admission.CONTESTED);
        }
        assertThat(table.admit(asked(guessing, at(1, 1), RELAY))).isEqualTo(Admission.CONTESTED);
        clock.advance(AddressClaims.LIFE_NANOS);
        assertThat(table.admit(asked(guessing, at(1, 1), RELAY))).isEqualTo(Admission.CONTESTED);
        assertThat(table.all()).containsExactly(peer);
    }

    @Test
    void givesAnAddressThatWasNeverProvenToWhoeverAnswersFromIt() {
        PublicKey madeUp = newKey();
        table.admit(unasked(madeUp, at(1, 1)));
        PublicKey real = newKey();

        assertThat(table.admit(asked(real, at(1, 1), RELAY))).isEqualTo(Admission.ADDED);
        assertThat(table.all()).singleElement().extracting(Peer::key).isEqualTo(real);
    }

    @Test
    void letsAPeerTakeTheAddressOfAnother() {
        Peer one = addConfirmed(1, 1, RELAY);
        Peer other = addConfirmed(2, 2, RELAY);

        table.admit(asked(one.key(), at(2, 2), RELAY));
        table.admit(asked(one.key(), at(2, 2), RELAY));

        assertThat(table.byAddress(at(2, 2))).isSameAs(one);
        assertThat(table.byKey(other.key())).isNull();
    }

    @Test
    void givesStrangersHalfOfThePlaces() {
        for (int i = 0; i < 100; i++) {
            table.admit(unasked(newKey(), at(i, 1)));
        }

        assertThat(table.size()).isEqualTo(CAPACITY / 2);
    }

    @Test
    void keepsAStrangersPlaceWhileItIsHeard() {
        PublicKey first = newKey();
        table.admit(unasked(first, at(200, 1)));
        for (int i = 0; i < 100; i++) {
            table.admit(unasked(newKey(), at(i, 1)));
        }

        assertThat(table.byKey(first)).isNotNull();
        assertThat(table.admit(unasked(newKey(), at(201, 1)))).isEqualTo(Admission.REFUSED);
    }

    @Test
    void givesASilentStrangersPlaceToAnother() {
        List<PublicKey> keys = new ArrayList<>();
        for (int i = 0; i < CAPACITY / 2; i++) {
            keys.add(newKey());
            table.admit(unasked(keys.get(i), at(i, 1)));
        }
        clock.advance(PeerTable.SILENT_NANOS);
        table.admit(unasked(keys.get(1), at(1, 1)));

        assertThat(table.admit(unasked(newKey(), at(201, 1)))).isEqualTo(Admission.ADDED);
        assertThat(table.byKey(keys.get(0))).isNull();
        assertThat(table.byKey(keys.get(1))).isNotNull();
    }

    @Test
    void letsStrangersOfOneNetworkCrowdOutEachOtherOnly() {
        PublicKey lonely = newKey();
        table.admit(unasked(lonely, at(200, 1)));
        for (int i = 1; i < 20; i++) {
            table.admit(unasked(newKey(), at(66, i)));
        }

        PublicKey another = newKey();
        assertThat(table.admit(unasked(another, at(201, 1)))).isEqualTo(Admission.ADDED);
        assertThat(table.byKey(lonely)).isNotNull();
        assertThat(table.byKey(another)).isNotNull();
    }

    @Test
    void prefersPeersThatAnsweredToStrangers() {
        for (int i = 0; i < CAPACITY / 2; i++) {
            table.admit(unasked(newKey(), at(i, 1)));
        }
        for (int i = 0; i < CAPACITY; i++) {
            assertThat(table.admit(asked(newKey(), at(100 + i, 1), RELAY))).isEqualTo(Admission.ADDED);
        }

        assertThat(table.all()).hasSize(CAPACITY).allMatch(Peer::isConfirmed);
    }

    @Test
    void keepsExitsAndGoodRelaysWhenFull() {
        Peer exit = addConfirmed(1, 1, EXIT);
        Peer useless = addConfirmed(2, 1, PeerFlags.NONE);
        Peer badRelay = addConfirmed(3, 1, RELAY);
        badRelay.reliability().failed(PeerRole.RELAY, 1, 0);
        for (int i = 4; i <= CAPACITY; i++) {
            addConfirmed(i, 1, RELAY);
        }

        assertThat(table.admit(asked(newKey(), at(21, 1), RELAY))).isEqualTo(Admission.ADDED);
        assertThat(table.byKey(useless.key())).isNull();
        assertThat(table.admit(asked(newKey(), at(22, 1), RELAY))).isEqualTo(Admission.ADDED);
        assertThat(table.byKey(badRelay.key())).isNull();
        assertThat(table.admit(asked(newKey(), at(23, 1), RELAY))).isEqualTo(Admission.REFUSED);
        assertThat(table.byKey(exit.key())).isNotNull();
    }

    @Test
    void makesRoomInANetworkThatHoldsMoreThanItsPart() {
        for (int i = 1; i <= CAPACITY; i++) {
            addConfirmed(66, i, RELAY);
        }
        for (int i = 1; i < CAPACITY; i++) {
            assertThat(table.admit(asked(newKey(), at(i, 1), RELAY))).isEqualTo(Admission.ADDED);
        }

        assertThat(table.admit(asked(newKey(), at(66, 99), EXIT)))
                .as("a better one, which takes the place of the last of its network")
                .isEqualTo(Admission.ADDED);
        assertThat(Diversity.crowds(table.all()))
                .hasSize(CAPACITY)
                .allSatisfy((network, peers) -> assertThat(peers).isEqualTo(1));
    }

    @Test
    void doesNotMakeRoomInACrowdedNetworkAtTheExpenseOfExits() {
        for (int i = 1; i <= CAPACITY; i++) {
            addConfirmed(66, i, EXIT);
        }

        assertThat(table.admit(asked(newKey(), at(1, 1), RELAY))).isEqualTo(Admission.REFUSED);
        assertThat(table.admit(asked(newKey(), at(1, 1), EXIT))).isEqualTo(Admission.ADDED);
    }

    @Test
    void takesAddressesThatAreNotPublicForNoNetwork() {
        for (int i = 1; i <= CAPACITY; i++) {
            InetSocketAddress local = ((IpAddress) Address.parse("127.0.0.1", 7000 + i)).endpoint();
            table.admit(asked(newKey(), local, RELAY));
        }

        assertThat(table.admit(asked(newKey(), at(1, 1), RELAY))).isEqualTo(Admission.REFUSED);
        assertThat(Diversity.crowds(table.all())).hasSize(CAPACITY);
    }

    @Test
    void countsAnIpv6NetworkByItsFirst32Bits() {
        InetSocketAddress one = ((IpAddress) Address.parse("2001:db8:1::1", 7000)).endpoint();
        InetSocketAddress sameNetwork = ((IpAddress) Address.parse("2001:db8:ffff::1", 7001)).endpoint();
        InetSocketAddress another = ((IpAddress) Address.parse("2001:db9:1::1", 7000)).endpoint();

        assertThat(NetworkPrefix.of(one))
                .isEqualTo(NetworkPrefix.of(sameNetwork))
                .isNotEqualTo(NetworkPrefix.of(another));
    }

    @Test
    void drawsFromEachNetworkBeforeItDrawsTwiceFromOne() {
        for (int i = 1; i <= 7; i++) {
            addConfirmed(66, i, RELAY);
        }
        Peer one = addConfirmed(1, 1, RELAY);
        Peer other = addConfirmed(2, 1, RELAY);
        int crowdFirst = 0;
        for (int i = 0; i < 300; i++) {
            List<Peer> drawn = Diversity.draw(table.all(), 4, random);
            assertThat(drawn).hasSize(4).doesNotHaveDuplicates().contains(one, other);
            crowdFirst += drawn.get(0) != one && drawn.get(0) != other ? 1 : 0;
        }

        assertThat(crowdFirst).as("of 300 first draws from three networks").isBetween(60, 140);
        assertThat(Diversity.draw(table.all(), 40, random)).hasSize(9);
    }

    @Test
    void letsStrangersWhoOnlyAnsweredOurCheckTakeNoMoreThanTheirHalf() {
        for (int i = 0; i < 50; i++) {
            PublicKey key = newKey();
            table.admit(new Sighting(key, at(i, 1), true, false, null, false, EXIT, null));
        }

        assertThat(table.size()).isEqualTo(CAPACITY / 2);
    }

    @Test
    void keepsAConfirmedStrangerFromThoseWhoAreNot() {
        PublicKey confirmed = newKey();
        table.admit(new Sighting(confirmed, at(1, 1), true, false, null, false, RELAY, null));
        table.admit(new Sighting(newKey(), at(2, 2), true, false, null, false, RELAY, null));
        for (int i = 0; i < 100; i++) {
            table.admit(unasked(newKey(), at(10 + i, 9)));
            clock.advance(clock.nowNanos() + SECOND / 10);
        }

        assertThat(table.byKey(confirmed)).isNotNull();
        assertThat(table.size()).isEqualTo(CAPACITY / 2);
    }

    @Test
    void keepsAPeerThatHasServedUsThoughItCameByItself() {
        PublicKey used = newKey();
        table.admit(new Sighting(used, at(1, 1), true, false, null, false, RELAY, null));
        table.reliabilityOf(used).succeeded(PeerRole.RELAY, 0);
        for (int i = 2; i < 30; i++) {
            table.admit(asked(newKey(), at(i, 1), RELAY));
        }

        assertThat(table.byKey(used)).isNotNull();
    }

    @Test
    void takesNobodyForACandidateWhoHasNotAnswered() {
        PublicKey stranger = newKey();
        table.admit(unasked(stranger, at(1, 1)));
        assertThat(table.candidates(0)).isEmpty();
        assertThat(table.confirmedCount()).isZero();

        table.admit(new Sighting(stranger, at(1, 1), true, false, null, false, RELAY, null));
        assertThat(table.candidates(PeerFlags.RELAY)).hasSize(1);
        assertThat(table.confirmedCount()).isEqualTo(1);
    }

    @Test
    void leavesOutWhoFailedTooOftenInARowWhileThereAreOthers() {
        Peer failing = addConfirmed(1, 1, EXIT);
        for (int i = 0; i < Reliability.FAILURES_TO_REST; i++) {
            failing.reliability().failed(PeerRole.EXIT, 1, 0);
        }
        assertThat(table.candidates(PeerFlags.EXIT_BT)).as("nobody else").containsExactly(failing);
        assertThat(table.candidates(PeerFlags.RELAY)).containsExactly(failing);

        Peer other = addConfirmed(2, 1, EXIT);
        assertThat(table.candidates(PeerFlags.EXIT_BT)).containsExactly(other);
        clock.advance(Reliability.REST_NANOS);
        assertThat(table.candidates(PeerFlags.EXIT_BT)).containsExactly(failing, other);
    }

    @Test
    void moreExitsAreWantedForAboutAMinute() {
        int[] heard = new int[1];
        table.addListener(new PeerTable.Listener() {
            @Override
            public void exitsWanted() {
                heard[0]++;
            }
        });
        assertThat(table.exitsWanted()).isZero();

        table.wantExits(5);
        table.wantExits(4);
        assertThat(table.exitsWanted()).isEqualTo(5);
        assertThat(heard[0]).as("what asks for no more is no news").isEqualTo(1);

        clock.advance(clock.nowNanos() + PeerTable.GONE_NANOS);
        assertThat(table.exitsWanted()).isZero();
        table.wantExits(2);
        assertThat(table.exitsWanted()).isEqualTo(2);
        assertThat(heard[0]).isEqualTo(2);
    }

    @Test
    void neverEvictsAPeerInUse() {
        Peer used = addConfirmed(1, 1, PeerFlags.NONE);
        table.pin(used.key());
        table.pin(used.key());
        table.unpin(used.key());
        for (int i = 2; i < 50; i++) {
            table.admit(asked(newKey(), at(1, i), EXIT));
        }
        assertThat(table.byKey(used.key())).isSameAs(used);

        table.unpin(used.key());
        assertThat(table.admit(asked(newKey(), at(2, 1), EXIT))).isEqualTo(Admission.ADDED);
        assertThat(table.byKey(used.key())).isNull();
    }

    @Test
    void remembersTheStandingOfAPeerThatLeftAndReturned() {
        Peer peer = addConfirmed(1, 1, RELAY);
        peer.reliability().failed(PeerRole.RELAY, 1, 0);
        Reliability standing = peer.reliability();

        table.remove(peer, RemovalReason.SILENT);
        assertThat(table.reliabilityOf(peer.key())).isSameAs(standing);

        table.admit(asked(peer.key(), at(9, 9), RELAY));
        assertThat(table.byKey(peer.key()))
                .isNotSameAs(peer)
                .extracting(Peer::reliability)
                .isSameAs(standing);
    }

    @Test
    void forgetsTheStandingOfWhoIsGoneForHalfAnHourAndNoHopMeanwhile() {
        Peer peer = addConfirmed(1, 1, RELAY);
        peer.reliability().failed(PeerRole.RELAY, 1, 0);
        table.remove(peer, RemovalReason.SILENT);
        PublicKey hop = newKey();
        table.reliabilityOf(hop).failed(PeerRole.RELAY, 1, 0);

        clock.advance(Reliability.HALF_LIFE_NANOS - 1);
        assertThat(table.scoreOf(peer.key(), PeerRole.RELAY)).isLessThan(Reliability.UNKNOWN_SCORE);
        table.reliabilityOf(hop).failed(PeerRole.RELAY, 1, clock.nowNanos());

        clock.advance(Reliability.HALF_LIFE_NANOS / 4 * 5);
        clock.runDue();
        assertThat(table.scoreOf(peer.key(), PeerRole.RELAY)).isEqualTo(Reliability.UNKNOWN_SCORE);
        assertThat(table.scoreOf(hop, PeerRole.RELAY)).isLessThan(Reliability.UNKNOWN_SCORE);
        assertThat(table.tables())
                .filteredOn(size -> size.table().equals("standings of keys"))
                .extracting(TableSize::size)
                .containsExactly(1);
    }

    @Test
    void keepsTheStandingOfKeysItHasNeverMet() {
        PublicKey candidate = newKey();
        table.reliabilityOf(candidate).failed(PeerRole.RELAY, 0.5, 0);

        assertThat(table.reliabilityOf(candidate).isKnown()).isTrue();
    }

    @Test
    void looksAtAKeysScoreWithoutRememberingTheKey() {
        PublicKey bad = newKey();
        table.reliabilityOf(bad).failed(PeerRole.RELAY, 1, 0);
        for (int i = 0; i < 8 * CAPACITY; i++) {
            assertThat(table.scoreOf(newKey(), PeerRole.RELAY)).isEqualTo(Reliability.UNKNOWN_SCORE);
        }

        assertThat(table.scoreOf(bad, PeerRole.RELAY)).isLessThan(Reliability.UNKNOWN_SCORE);
    }

    @Test
    void forgetsTheLeastUsedStandingsBeyondItsBound() {
        PublicKey first = newKey();
        Reliability old = table.reliabilityOf(first);
        for (int i = 0; i < 4 * CAPACITY; i++) {
            table.reliabilityOf(newKey());
        }

        assertThat(table.reliabilityOf(first)).isNotSameAs(old);
    }

    @Test
    void removesAPeerOfAnotherVersionAndTakesItBackWhenItSpeaksOurs() {
        listen();
        Peer peer = addConfirmed(1, 1, RELAY);
        clock.advance(2 * PeerTable.GONE_NANOS + 1);

        assertThat(table.markIncompatible(peer.key())).isNull();
        assertThat(table.size()).isZero();
        assertThat(table.isIncompatible(peer.key())).isTrue();

        table.admit(unasked(peer.key(), at(1, 1)));
        assertThat(table.isIncompatible(peer.key())).isFalse();
        assertThat(table.size()).isEqualTo(1);
        assertThat(events).containsExactly("added 198.1.0.1", "INCOMPATIBLE 198.1.0.1", "added 198.1.0.1");
    }

    @Test
    void believesAPeersAnswersMoreThanItsPacketsOfAnotherVersion() {
        Peer peer = addConfirmed(1, 1, RELAY);
        clock.advance(PeerTable.SILENT_NANOS);
        assertThat(table.markIncompatible(peer.key())).as("nothing to ask").isNull();
        clock.advance(2 * PeerTable.GONE_NANOS);
        assertThat(table.markIncompatible(peer.key())).as("to be asked").isSameAs(peer);

        assertThat(table.candidates(PeerFlags.RELAY)).containsExactly(peer);
        assertThat(table.isIncompatible(peer.key())).isFalse();

        table.heard(peer);
        clock.advance(2 * PeerTable.GONE_NANOS + 1);
        table.markIncompatible(peer.key());
        assertThat(table.size()).as("what can be sent again is no answer").isZero();
    }

    @Test
    void drawsEachEligiblePeer() {
        Peer one = addConfirmed(1, 1, RELAY);
        Peer two = addConfirmed(1, 2, RELAY);
        Peer three = addConfirmed(1, 3, EXIT);
        Set<Peer> drawn = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            drawn.add(table.random(random, peer -> peer != one));
        }

        assertThat(drawn).containsExactlyInAnyOrder(two, three);
        assertThat(table.random(random, peer -> false)).isNull();
    }

    @Test
    void saysNeitherKeyNorAddressOfAPeer() {
        Peer peer = addConfirmed(1, 1, RELAY);

        assertThat(peer.toString())
                .doesNotContain("198.1")
                .doesNotContain(HexFormat.of().formatHex(peer.key().toBytes()).substring(20, 40));
    }

    @Test
    void countsTheTimeSinceAPeerWasHeard() {
        Peer peer = addConfirmed(1, 1, RELAY);
        clock.advance(5 * SECOND);
        assertThat(peer.lastHeardNanos()).isZero();

        table.heard(peer);
        assertThat(peer.lastHeardNanos()).isEqualTo(5 * SECOND);
        assertThat(peer.sinceNanos()).isZero();
    }

    @Test
    void refusesToBeTooSmall() {
        assertThatThrownBy(() -> new PeerTable(1, clock)).isInstanceOf(IllegalArgumentException.class);
    }
}

package org.tunnel8.circuit;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.peer.Peer;
import org.tunnel8.peer.PeerTable;
import org.tunnel8.peer.Sighting;
import org.tunnel8.time.Deadlines;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.walk.PeerFlags;

/** Whom a client chooses as its first hop, over many draws (FR-018b). */
class PathSelectorTest {
    private static final int DRAWS = 2_000;
    private static final long MILLI = 1_000_000;

    private final SplittableRandom random = new SplittableRandom(18);
    private final Deadlines deadlines = new Deadlines(0);
    private final PeerTable peers = new PeerTable(10, deadlines);
    private final PathSelector selector = new PathSelector(peers, random, HopRules.NONE, new TriedHops(deadlines));

    private Peer add(int number, int flags) {
        return add("5." + number + ".0.1", flags);
    }

    private Peer add(String host, int flags) {
        PublicKey key = IdentityKey.generate(random).publicKey();
        InetSocketAddress at = ((IpAddress) Address.parse(host, 7000)).endpoint();
        peers.admit(new Sighting(key, at, true, null, false, new PeerFlags(flags)));
        Peer peer = peers.byKey(key);
        assertThat(peer).isNotNull();
        return peer;
    }

    private static void answersAfter(Peer peer, long... millis) {
        for (int round = 0; round < 10; round++) {
            for (long each : millis) {
                peer.rtt().sample(each * MILLI);
            }
        }
    }

    private double share(Peer first) {
        int chosen = 0;
        for (int i = 0; i < DRAWS; i++) {
            Path path = selector.path(2, List.of());
            assertThat(path).isNotNull();
            chosen += path.first().equals(first) ? 1 : 0;
        }
        return (double) chosen / DRAWS;
    }

    @Test
    void aRelayWhoseAnswersComeUnevenlyIsChosenLessOften() {
        add(1, PeerFlags.RELAY | PeerFlags.EXIT_BT);
        Peer steady = add(2, PeerFlags.RELAY);
        Peer uneven = add(3, PeerFlags.RELAY);
        answersAfter(steady, 60, 62);
        answersAfter(uneven, 20, 620);

        assertThat(share(uneven)).isBetween(0.1, 0.3);
    }

    @Test
    void aFarRelayIsChosenLessOftenThanANearOneAndNotRarely() {
        add(1, PeerFlags.RELAY | PeerFlags.EXIT_BT);
        Peer near = add(2, PeerFlags.RELAY);
        Peer far = add(3, PeerFlags.RELAY);
        answersAfter(near, 10, 11);
        answersAfter(far, 400, 401);

        assertThat(share(far)).isBetween(0.25, 0.4);
    }

    @Test
    void aSingleAnswerSaysNothingOfVariation() {
        add(1, PeerFlags.RELAY | PeerFlags.EXIT_BT);
        Peer known = add(2, PeerFlags.RELAY);
        Peer slowOnce = add(3, PeerFlags.RELAY);
        answersAfter(known, 900);
        slowOnce.rtt().sample(900 * MILLI);

        assertThat(share(slowOnce)).isBetween(0.4, 0.6);
    }

    private PathSelector selectorWith(HopRules rules, TriedHops tried) {
        return new PathSelector(peers, random, rules, tried);
    }

    private static Path required(@Nullable Path path) {
        return Objects.requireNonNull(path, "a path");
    }

    @Test
    void nobodyWhoIsDeniedIsChosenThoughNobodyElseIsLeft() {
        Peer exit = add(1, PeerFlags.RELAY | PeerFlags.EXIT_BT);
        Peer relay = add(2, PeerFlags.RELAY);
        HopRules rules = HopRules.parse(List.of(), List.of("5.2.0.0/16"));

        assertThat(selectorWith(rules, new TriedHops(deadlines)).path(2, List.of()))
                .isNull();
        assertThat(required(selector.path(2, List.of())).first()).isSameAs(relay);
        assertThat(required(selectorWith(rules, new TriedHops(deadlines)).path(1, List.of()))
                        .exit())
                .isSameAs(exit);
    }

    @Test
    void whoHasJustFailedIsTriedAgainOnlyWhereNobodyElseIsLeft() {
        add(1, PeerFlags.RELAY | PeerFlags.EXIT_BT);
        Peer failed = add(2, PeerFlags.RELAY);
        Peer other = add(3, PeerFlags.RELAY);
        TriedHops tried = new TriedHops(deadlines);
        PathSelector choosy = selectorWith(HopRules.NONE, tried);
        tried.failed(failed.key());
        for (int i = 0; i < 50; i++) {
            assertThat(required(choosy.path(2, List.of())).first()).isSameAs(other);
        }

        tried.failed(other.key());
        assertThat(choosy.path(2, List.of())).isNotNull();

        deadlines.advance(TriedHops.REST_NANOS);
        boolean chosenAgain = false;
        for (int i = 0; i < 50; i++) {
            chosenAgain |= required(choosy.path(2, List.of())).first() == failed;
        }
        assertThat(chosenAgain).isTrue();
    }

    private double share(PathSelector choosy, Need need, Peer first) {
        int chosen = 0;
        for (int i = 0; i < DRAWS; i++) {
            chosen += required(choosy.path(2, List.of(), need)).first().equals(first) ? 1 : 0;
        }
        return (double) chosen / DRAWS;
    }

    @Test
    void whoHasLetUsInIsChosenRatherOnlyWhileAttemptsFail() {
        Peer exit = add(1, PeerFlags.RELAY | PeerFlags.EXIT_BT);
        add(2, PeerFlags.RELAY | PeerFlags.EXIT_BT);
        Peer open = add(3, PeerFlags.RELAY);
        add(4, PeerFlags.RELAY);
        TriedHops tried = new TriedHops(deadlines);
        tried.letIn(open.key());
        tried.letIn(exit.key());
        PathSelector choosy = selectorWith(HopRules.NONE, tried);

        assertThat(share(choosy, Need.USUAL, open)).isBetween(0.4, 0.6);
        assertThat(share(choosy, Need.URGENT, open)).isEqualTo(1);
        assertThat(share(choosy, Need.SPARING, open)).isEqualTo(1);
        assertThat(required(choosy.path(2, List.of(), Need.URGENT)).exit()).isSameAs(exit);

        tried.failed(open.key());
        assertThat(share(choosy, Need.URGENT, open)).isZero();
    }

    @Test
    void tellsWhetherAnyExitIsLeftToTry() {
        Peer exit = add(1, PeerFlags.RELAY | PeerFlags.EXIT_BT);
        add(2, PeerFlags.RELAY);
        TriedHops tried = new TriedHops(deadlines);
        PathSelector choosy = selectorWith(HopRules.NONE, tried);
        assertThat(choosy.hasUntriedExit(List.of())).isTrue();

        tried.failed(exit.key());
        assertThat(choosy.hasUntriedExit(List.of())).isFalse();
    }

    @Test
    void anExitThatHelpsOutIsChosenOnlyWhereNoOtherIs() {
        Peer backup = add(1, PeerFlags.RELAY | PeerFlags.EXIT_BT | PeerFlags.EXIT_BACKUP);
        assertThat(required(selector.path(1, List.of())).exit()).isSameAs(backup);
        Peer usual = add(2, PeerFlags.RELAY | PeerFlags.EXIT_BT);

        for (int i = 0; i < 50; i++) {
            assertThat(required(selector.path(1, List.of())).exit()).isSameAs(usual);
        }
    }

    @Test
    void saysWhyWithoutAnAddress() {
        Peer exit = add(1, PeerFlags.RELAY | PeerFlags.EXIT_BT);
        add(2, PeerFlags.RELAY);
        add(3, PeerFlags.RELAY);

        List<String> why = required(selector.path(2, List.of())).choices().stream()
                .map(HopChoice::toString)
                .toList();

        assertThat(why).hasSize(2).noneMatch(line -> line.contains(".0.1"));
        assertThat(why.get(0)).startsWith("exit: " + exit.key() + ", one of 1 out of 1");
        assertThat(why.get(1)).startsWith("first hop: peer-").contains("one of 2 out of 3", "chance 50");
    }

    @Test
    void anExitIsTheFirstHopWhereNoOtherLetsUsIn() {
        Peer relay = add(1, PeerFlags.RELAY);
        add(2, PeerFlags.RELAY | PeerFlags.EXIT_BT);
        add(3, PeerFlags.RELAY | PeerFlags.EXIT_BT);
        TriedHops tried = new TriedHops(deadlines);
        PathSelector choosy = selectorWith(HopRules.NONE, tried);
        assertThat(required(choosy.path(2, List.of())).first()).isSameAs(relay);

        tried.failed(relay.key());

        Path path = required(choosy.path(2, List.of()));
        assertThat(path.first()).isNotSameAs(relay).isNotSameAs(path.exit());
    }

    @Test
    void noNetworkIsTwiceInACircuitWhereThereIsAChoice() {
        Peer near = add("5.1.0.2", PeerFlags.RELAY);
        Peer exit = add("5.1.0.1", PeerFlags.RELAY | PeerFlags.EXIT_BT);
        Peer other = add("5.2.0.1", PeerFlags.RELAY | PeerFlags.EXIT_BT | PeerFlags.EXIT_BACKUP);
        TriedHops tried = new TriedHops(deadlines);
        PathSelector choosy = selectorWith(HopRules.NONE, tried);
        Path path = required(choosy.path(2, List.of()));
        assertThat(path.exit()).isSameAs(exit);
        assertThat(path.first())
                .as("an exit, as the other is in this one's network")
                .isSameAs(other);

        Peer far = add("5.3.0.1", PeerFlags.RELAY);
        tried.letIn(near.key());
        assertThat(share(choosy, Need.URGENT, far)).isEqualTo(1);
        assertThat(share(choosy, Need.USUAL, far)).isEqualTo(1);
    }

    @Test
    void anExitIsRatherOneInAnotherNetworkThanTheOnlyRelay() {
        Peer relay = add("5.1.0.2", PeerFlags.RELAY);
        add("5.1.0.1", PeerFlags.EXIT_BT);
        Peer away = add("5.2.0.1", PeerFlags.EXIT_BT);
        for (int i = 0; i < 50; i++) {
            Path path = required(selector.path(3, List.of()));
            assertThat(path.exit()).isSameAs(away);
            assertThat(path.first()).isSameAs(relay);
        }

        int near = 0;
        for (int i = 0; i < 50; i++) {
            near += required(selector.path(1, List.of())).exit() == away ? 0 : 1;
        }
        assertThat(near).as("a single hop shares its network with nobody").isPositive();
    }

    @Test
    void theOnlyRelayIsNotTheExitWhereThereIsAnother() {
        Peer both = add(1, PeerFlags.RELAY | PeerFlags.EXIT_BT);
        Peer exit = add("5.1.0.2", PeerFlags.EXIT_BT);
        for (int i = 0; i < 50; i++) {
            Path path = required(selector.path(2, List.of()));
            assertThat(path.first()).isSameAs(both);
            assertThat(path.exit()).isSameAs(exit);
        }
    }
}

package org.tunnel8.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tunnel8.walk.TestNode.at;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tunnel8.time.Deadlines;
import org.tunnel8.walk.Exchange.Purpose;
import org.tunnel8.wire.walk.WalkStyle;

class ExchangesTest {
    private static final InetSocketAddress PEER = at("198.51.100.1:7000");

    private final Deadlines clock = new Deadlines(0);
    private final List<Long> sentMillis = new ArrayList<>();
    private final List<Integer> identifiers = new ArrayList<>();
    private final List<InetSocketAddress> targets = new ArrayList<>();
    private final List<Exchange> failed = new ArrayList<>();
    private final Exchanges exchanges = new Exchanges(
            clock,
            new SplittableRandom(1),
            (exchange, identifier) -> {
                sentMillis.add(clock.nowNanos() / 1_000_000);
                identifiers.add(identifier);
                targets.add(exchange.address());
            },
            failed::add);

    private boolean start(InetSocketAddress address) {
        return exchanges.start(Purpose.WALK, new WalkTarget(address, WalkStyle.OLD));
    }

    private void runFor(Duration time) {
        long end = clock.nowNanos() + time.toNanos();
        while (clock.nextNanos() <= end) {
            clock.advance(clock.nextNanos());
            clock.runDue();
        }
        clock.advance(end);
    }

    @Test
    void repeatsARequestWithDoublingPausesFiveTimes() {
        start(PEER);
        runFor(Duration.ofSeconds(60));

        assertThat(sentMillis).containsExactly(0L, 100L, 300L, 700L, 1_500L, 3_100L);
        assertThat(new HashSet<>(identifiers)).hasSize(6);
    }

    @Test
    void givesUpAfterTenSeconds() {
        start(PEER);
        runFor(Duration.ofMillis(9_999));
        assertThat(failed).isEmpty();
        assertThat(exchanges.isUnderWay(PEER)).isTrue();

        runFor(Duration.ofMillis(1));
        assertThat(failed).singleElement().extracting(Exchange::address).isEqualTo(PEER);
        assertThat(failed.get(0).handshake().state()).isEqualTo(HandshakeState.FAILED);
        assertThat(exchanges.isUnderWay(PEER)).isFalse();
        assertThat(exchanges.attempt(identifiers.get(0))).isNull();
    }

    @Test
    void takesTheAnswerToAnyOfItsRequestsAndMeasuresThatOne() {
        start(PEER);
        runFor(Duration.ofMillis(150));

        long rtt = exchanges.answered(exchanges.attempt(identifiers.get(1)));
        assertThat(rtt).isEqualTo(50_000_000);
        assertThat(exchanges.with(PEER).handshake().state()).isEqualTo(HandshakeState.COMPLETE);

        runFor(Duration.ofSeconds(60));
        assertThat(sentMillis).hasSize(2);
        assertThat(failed).isEmpty();
    }

    @Test
    void waitsLongerBeforeRepeatingOnceRoundTripsAreKnownToBeLong() {
        start(PEER);
        runFor(Duration.ofMillis(90));
        exchanges.answered(exchanges.attempt(identifiers.get(0)));
        sentMillis.clear();
        start(at("198.51.100.2:7000"));
        runFor(Duration.ofSeconds(2));

        // 90 ms and four times half of it.
        assertThat(sentMillis).containsExactly(90L, 360L, 900L, 1_980L);
    }

    @Test
    void asksEachAddressOnceAtATime() {
        assertThat(start(PEER)).isTrue();
        assertThat(start(PEER)).isFalse();
        exchanges.answered(exchanges.attempt(identifiers.get(0)));
        assertThat(start(PEER)).isTrue();
    }

    @Test
    void keepsTheIdentifiersOfAnAnsweredExchangeForThePunctureItCauses() {
        start(PEER);
        exchanges.answered(exchanges.attempt(identifiers.get(0)));
        runFor(Duration.ofMillis(9_999));
        assertThat(exchanges.attempt(identifiers.get(0))).isNotNull();

        runFor(Duration.ofMillis(1));
        assertThat(exchanges.attempt(identifiers.get(0))).isNull();
    }

    @Test
    void doesNotLetAnOldRequestHoldBackOthers() {
        start(PEER);
        assertThat(exchanges.outstanding(Purpose.WALK)).isEqualTo(1);

        runFor(Duration.ofSeconds(3));
        assertThat(exchanges.outstanding(Purpose.WALK)).isZero();
        assertThat(exchanges.isUnderWay(PEER)).isTrue();
    }

    @Test
    void asksOnceWhereTheAnswerReallyCameFrom() {
        InetSocketAddress elsewhere = at("198.51.100.1:9999");
        start(PEER);
        Exchange exchange = exchanges.with(PEER);
        Exchange.Attempt first = exchange.latest();

        assertThat(exchanges.answeredFrom(exchange, elsewhere)).isTrue();
        assertThat(exchanges.answeredFrom(exchange, at("198.51.100.1:1"))).isFalse();
        assertThat(targets).containsExactly(PEER, elsewhere);
        assertThat(exchanges.with(elsewhere)).isNotNull();
        assertThat(exchanges.with(PEER))
                .as("who guessed the number gets nobody else's")
                .isSameAs(exchange);
        runFor(Duration.ofSeconds(1));
        assertThat(targets.subList(2, targets.size())).contains(PEER);
        exchanges.answered(first);
        assertThat(exchange.handshake().state()).isEqualTo(HandshakeState.COMPLETE);
    }

    @Test
    void repeatsAtOnceWhenAPunctureHasOpenedTheWay() {
        start(PEER);
        runFor(Duration.ofMillis(20));

        assertThat(exchanges.punctured(PEER)).isTrue();
        assertThat(exchanges.punctured(PEER)).isFalse();
        assertThat(sentMillis).containsExactly(0L, 20L);
    }

    @Test
    void goesOnAskingWhenTheOtherSideSeemsToAsk() {
        start(PEER);
        exchanges.requestedFrom(PEER);
        runFor(Duration.ofSeconds(60));

        assertThat(sentMillis).as("its source may be made up").hasSize(1 + Exchanges.MAX_RETRIES);
        assertThat(failed).isEmpty();
    }

    @Test
    void isBounded() {
        for (int i = 0; i < Exchanges.MAX_EXCHANGES; i++) {
            assertThat(start(at("198." + i / 250 + "." + i % 250 + ".1:7000"))).isTrue();
        }

        assertThat(start(PEER)).isFalse();
        runFor(Duration.ofNanos(Exchanges.LIMIT_NANOS));
        assertThat(start(PEER)).isTrue();
    }

    @Test
    void sendsNothingAfterItsEnd() {
        start(PEER);
        exchanges.stop();
        runFor(Duration.ofSeconds(60));

        assertThat(sentMillis).hasSize(1);
        assertThat(failed).isEmpty();
        assertThat(start(at("198.51.100.2:7000"))).isFalse();
    }
}

package org.tunnel8.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.wire.HostAddress;
import org.tunnel8.wire.IpAddress;

/** How streams begin, or do not, in told time. */
class UtpHandshakeTest {
    private final UtpPair pair = new UtpPair(3, UtpSettings.DEFAULTS);

    @Test
    void connectsInOneRoundTripAndTellsBothSides() {
        pair.accepting(0);
        Transfer near = new Transfer(1, 2, 0);
        near.finishes = false;
        pair.connect(near);
        pair.run(Duration.ofMillis(19));
        assertThat(UtpPair.stream(near).state()).isEqualTo(UtpState.SYN_SENT);
        pair.run(Duration.ofMillis(2));
        assertThat(near.told).containsExactly("connected");
        assertThat(UtpPair.stream(near).state()).isEqualTo(UtpState.CONNECTED);
        pair.run(Duration.ofMillis(10));
        assertThat(pair.accepted().told).startsWith("connected");
        assertThat(pair.near.sentDatagrams)
                .as("SYN, and that the answer has come")
                .isLessThanOrEqualTo(3);
    }

    @Test
    void repeatsASynAndGivesUpAfterTheTimeForConnecting() {
        List<Long> sent = new ArrayList<>();
        pair.there.losing(1);
        Transfer near = pair.connect(10);
        for (int i = 0; i < 20_000; i++) {
            long before = pair.near.sentDatagrams;
            pair.run(Duration.ofMillis(1));
            if (pair.near.sentDatagrams > before) {
                sent.add(pair.deadlines.nowNanos() / UtpPair.MILLI);
            }
        }
        assertThat(sent).containsExactly(1L, 1_000L, 3_000L, 7_000L, 15_000L);
        pair.run(Duration.ofMillis(2));
        assertThat(near.told).containsExactly("UNANSWERED");
        assertThat(pair.near.endpoint.streams()).isZero();
        assertThat(pair.memory.usedBytes()).isZero();
    }

    @Test
    void isToldThatItIsRefused() {
        Transfer near = pair.connect(10);
        pair.run(Duration.ofMillis(25));
        assertThat(near.told).containsExactly("RESET");
        assertThat(pair.far.counters.drops(DropReason.UNSOLICITED)).isEqualTo(1);
        assertThat(pair.far.endpoint.streams()).isZero();
    }

    @Test
    void asksAgainWhenTheAnswerIsLost() {
        pair.accepting(0);
        pair.back.losing(1);
        Transfer near = pair.connect(100);
        pair.run(Duration.ofMillis(500));
        pair.back.losing(0);
        pair.run(Duration.ofSeconds(2));
        assertThat(near.told).startsWith("connected");
        assertThat(pair.accepted().read).isEqualTo(100);
        assertThat(pair.far.counters.drops()).isEmpty();
    }

    @Test
    void serverThatSpeaksFirstIsHeardAlthoughTheThirdDatagramIsLost() {
        pair.accepting(5_000);
        Transfer near = new Transfer(1, 2, 0);
        near.finishes = false;
        pair.connect(near);
        pair.run(Duration.ofMillis(15));
        pair.there.losing(1);
        pair.run(Duration.ofMillis(200));
        assertThat(near.told).containsExactly("connected");
        assertThat(near.read).as("who has not shown to be there gets no data").isZero();
        pair.there.losing(0);
        pair.run(Duration.ofSeconds(3));
        assertThat(near.read).isEqualTo(5_000);
    }

    @Test
    void whoNeverComesBackIsForgotten() {
        pair.accepting(5_000);
        pair.back.losing(1);
        pair.connect(10);
        pair.run(Duration.ofSeconds(45));
        assertThat(pair.accepted().told).containsExactly("connected", "UNANSWERED");
        assertThat(pair.far.endpoint.streams()).isZero();
        assertThat(pair.far.sentDatagrams)
                .as("answers to somebody who may not be there")
                .isLessThan(15);
        assertThat(pair.far.sentBytes).isLessThan(15 * 20 + 1);
    }

    @Test
    void acceptsAsManyAsStrangersMayHave() {
        UtpPair small = new UtpPair(3, UtpSettings.DEFAULTS.withStreams(8, 3));
        small.far.endpoint.accept(origin -> {
            Transfer each = new Transfer(2, 1, 0);
            each.finishes = false;
            return each;
        });
        List<Transfer> asking = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Transfer each = new Transfer(1, 2, 0);
            each.finishes = false;
            asking.add(small.connect(each));
        }
        small.run(Duration.ofSeconds(1));
        assertThat(asking.stream().filter(each -> each.told.contains("connected")))
                .hasSize(3);
        assertThat(asking.stream().filter(each -> each.end == UtpEnd.RESET)).hasSize(5);
        assertThat(small.far.counters.drops(DropReason.TABLE_FULL)).isEqualTo(5);
        assertThat(small.far.endpoint.tables()).allMatch(table -> table.isWithinBound());
    }

    @Test
    void saysAtOnceThatThereAreTooManyStreams() {
        UtpPair small = new UtpPair(3, UtpSettings.DEFAULTS.withStreams(2, 0));
        small.connect(1);
        small.connect(1);
        Transfer third = small.connect(1);
        assertThat(third.told).containsExactly("TOO_MANY");
        assertThat(UtpPair.stream(third).state()).isEqualTo(UtpState.DESTROYED);
        assertThat(UtpPair.stream(third).write(new byte[1], 0, 1)).isEqualTo(-1);
        assertThat(small.near.endpoint.streams()).isEqualTo(2);
    }

    @Test
    void streamToANameIsAnsweredFromTheAddressBehindIt() {
        pair.accepting(3_000);
        Transfer near = new Transfer(1, 2, 2_000);
        HostAddress name = new HostAddress("peer.example", ((IpAddress) pair.far.address).port());
        pair.near.alias(name, pair.far);
        near.stream = pair.near.endpoint.connect(name, near);
        pair.run(Duration.ofSeconds(5));
        assertThat(near.told).containsExactly("connected", "finished", "CLOSED");
        assertThat(near.read).isEqualTo(3_000);
        assertThat(UtpPair.stream(near).remote()).isEqualTo(pair.far.address);
    }
}

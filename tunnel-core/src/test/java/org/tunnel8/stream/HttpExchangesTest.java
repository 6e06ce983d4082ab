package org.tunnel8.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.metrics.Counters;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.time.Deadlines;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.HostAddress;
import org.tunnel8.wire.cell.HttpRequest;
import org.tunnel8.wire.cell.HttpResponse;

/** Exchanges in told time, over circuits that a test plays. */
class HttpExchangesTest {
    private static final Address SERVER = new HostAddress("tracker.example", 80);
    private static final ByteString GET = bytes("GET / HTTP/1.1\r\n\r\n");
    private static final long LIMIT_NANOS = Duration.ofMinutes(2).toNanos();

    private final Deadlines deadlines = new Deadlines(0);
    private final Counters counters = new Counters();
    private final Circuits circuits = new Circuits();
    private final HttpExchanges exchanges = new HttpExchanges(circuits, deadlines, new SplittableRandom(7), counters);
    private final Outcome outcome = new Outcome();

    /** A request that went out. */
    private record Asked(int circuitId, PublicKey exit, HttpRequest request, long atNanos) {}

    private final class Circuits implements HttpRoutes {
        final List<Asked> asked = new ArrayList<>();
        final List<PublicKey> liars = new ArrayList<>();
        final List<PublicKey> exits = new ArrayList<>();
        final Set<Integer> inUse = new HashSet<>();
        final List<@Nullable String> keys = new ArrayList<>();
        boolean ready = true;

        Circuits() {
            for (int i = 0; i < 3; i++) {
                exits.add(IdentityKey.generate(new SplittableRandom(i)).publicKey());
            }
        }

        @Override
        public @Nullable HttpRoute take(@Nullable String isolationKey, Set<PublicKey> tried, boolean settle) {
            keys.add(isolationKey);
            for (int i = 0; ready && i < exits.size(); i++) {
                if (!tried.contains(exits.get(i)) || settle || tried.containsAll(exits)) {
                    return new Circuit(100 + i, exits.get(i));
                }
            }
            return null;
        }

        @Override
        public boolean exitKnown() {
            return !exits.isEmpty();
        }

        Asked last() {
            return asked.get(asked.size() - 1);
        }
    }

    private final class Circuit implements HttpRoute {
        private final int id;
        private final PublicKey exit;
        private boolean released;

        Circuit(int id, PublicKey exit) {
            this.id = id;
            this.exit = exit;
            circuits.inUse.add(id);
        }

        @Override
        public int circuitId() {
            return id;
        }

        @Override
        public PublicKey exit() {
            return exit;
        }

        @Override
        public void ask(HttpRequest request) {
            circuits.asked.add(new Asked(id, exit, request, deadlines.nowNanos()));
        }

        @Override
        public void release() {
            assertThat(released).as("released before").isFalse();
            released = true;
            circuits.inUse.remove(id);
        }

        @Override
        public void exitLied() {
            circuits.liars.add(exit);
        }
    }

    private static final class Outcome implements HttpListener {
        final List<ByteString> replies = new ArrayList<>();
        final List<HttpFailure> failures = new ArrayList<>();
        Predicate<ByteString> isHttp = reply -> true;

        @Override
        public boolean onReply(ByteString reply) {
            boolean taken = isHttp.test(reply);
            if (taken) {
                replies.add(reply);
            }
            return taken;
        }

        @Override
        public void onFailed(HttpFailure failure) {
            failures.add(failure);
        }
    }

    private static ByteString bytes(String text) {
        return ByteString.of(text.getBytes(StandardCharsets.US_ASCII));
    }

    private HttpExchange start() {
        return exchanges.start(SERVER, GET, LIMIT_NANOS, null, outcome);
    }

    private void pass(Duration time) {
        long end = deadlines.nowNanos() + time.toNanos();
        while (deadlines.nextNanos() <= end) {
            deadlines.advance(deadlines.nextNanos());
            deadlines.runDue();
        }
        deadlines.advance(end);
    }

    private void answer(Asked question, int part, int total, String chunk) {
        exchanges.onResponse(
                question.circuitId(), new HttpResponse(question.request().identifier(), part, total, bytes(chunk)));
    }

    private void assertNothingIsLeft() {
        assertThat(exchanges.running()).isZero();
        assertThat(circuits.inUse).isEmpty();
        assertThat(deadlines.nextNanos()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void asksForWhatItIsToldAndHandsTheAnswerOver() {
        HttpExchange exchange = start();
        assertThat(circuits.last().request().target()).isEqualTo(SERVER);
        assertThat(circuits.last().request().request()).isEqualTo(GET);

        answer(circuits.last(), 0, 1, "whole");

        assertThat(outcome.replies).containsExactly(bytes("whole"));
        assertThat(exchange.state()).isEqualTo(HttpExchange.State.ANSWERED);
        assertNothingIsLeft();
    }

    @Test
    void putsPartsTogetherInWhateverOrderAndHoweverOftenTheyCome() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int run = 0; run < 200; run++) {
            outcome.replies.clear();
            start();
            int total = 1 + random.nextInt(40);
            List<Integer> order = new ArrayList<>();
            StringBuilder whole = new StringBuilder();
            for (int part = 0; part < total; part++) {
                whole.append("<").append(part).append(">");
                order.addAll(Collections.nCopies(1 + random.nextInt(3), part));
            }
            Collections.shuffle(order, random);
            Asked question = circuits.last();
            for (int part : order) {
                answer(question, part, total, "<" + part + ">");
            }
            assertThat(outcome.replies).as("seed %d, run %d", seed, run).containsExactly(bytes(whole.toString()));
        }
        assertThat(counters.drops(DropReason.DUPLICATE_ANSWER)).isPositive();
        assertThat(counters.drops(DropReason.HTTP_PART_REFUSED)).isZero();
        assertNothingIsLeft();
    }

    @Test
    void asksAgainAfterFiveSecondsUnderANewIdentifierThroughAnotherExit() {
        start();
        Asked first = circuits.last();
        answer(first, 0, 2, "half");
        pass(Duration.ofMillis(5_099));
        assertThat(circuits.asked).hasSize(1);
        pass(Duration.ofMillis(1));

        Asked second = circuits.last();
        assertThat(circuits.asked).hasSize(2);
        assertThat(second.exit()).isNotEqualTo(first.exit());
        assertThat(second.request().identifier()).isNotEqualTo(first.request().identifier());

        answer(first, 1, 2, "late");
        assertThat(counters.drops(DropReason.UNSOLICITED)).isEqualTo(1);
        assertThat(outcome.replies).isEmpty();
        answer(second, 0, 1, "whole");
        assertThat(outcome.replies).containsExactly(bytes("whole"));
        assertNothingIsLeft();
    }

    @Test
    void pausesLongerAfterEachTryAndGivesUpAfterSix() {
        start();
        pass(Duration.ofSeconds(60));

        List<Long> pausesMillis = new ArrayList<>();
        for (int i = 1; i < circuits.asked.size(); i++) {
            long betweenNanos =
                    circuits.asked.get(i).atNanos() - circuits.asked.get(i - 1).atNanos();
            pausesMillis.add(betweenNanos / 1_000_000 - 5_000);
        }
        assertThat(pausesMillis).containsExactly(100L, 200L, 400L, 800L, 1_600L);
        Set<Integer> identifiers = new LinkedHashSet<>();
        circuits.asked.forEach(asked -> identifiers.add(asked.request().identifier()));
        assertThat(identifiers).hasSize(6);
        assertThat(new HashSet<>(circuits.asked.stream().map(Asked::exit).toList()))
                .hasSize(3);
        assertThat(outcome.failures).containsExactly(HttpFailure.UNANSWERED);
        assertNothingIsLeft();
    }

    @Test
    void takesAnAnswerOnlyOverTheCircuitAndUnderTheIdentifierItAskedBy() {
        start();
        Asked question = circuits.last();
        int identifier = question.request().identifier();

        exchanges.onResponse(question.circuitId() + 1, new HttpResponse(identifier, 0, 1, bytes("forged")));
        exchanges.onResponse(question.circuitId(), new HttpResponse(identifier + 1, 0, 1, bytes("forged")));

        assertThat(outcome.replies).isEmpty();
        assertThat(counters.drops(DropReason.UNSOLICITED)).isEqualTo(2);
    }

    @Test
    void leavesAnExitThatLiesAboutItsAnswer() {
        List<Runnable> lies = List.of(
                () -> answer(circuits.last(), 0, 0, ""),
                () -> answer(circuits.last(), 2, 2, "beyond"),
                () -> answer(circuits.last(), 0, 257, "too many"),
                () -> {
                    answer(circuits.last(), 0, 2, "a");
                    answer(circuits.last(), 1, 3, "b");
                },
                () -> {
                    answer(circuits.last(), 0, 2, "a");
                    answer(circuits.last(), 0, 2, "not a");
                });
        for (Runnable lie : lies) {
            circuits.liars.clear();
            HttpExchange exchange = start();
            PublicKey liar = circuits.last().exit();
            lie.run();
            assertThat(exchange.state()).isEqualTo(HttpExchange.State.PAUSING);
            assertThat(circuits.liars).containsExactly(liar);
            pass(Duration.ofMillis(100));
            assertThat(circuits.last().exit()).isNotEqualTo(liar);
            answer(circuits.last(), 0, 1, "whole");
            assertThat(exchange.state()).isEqualTo(HttpExchange.State.ANSWERED);
        }
        assertThat(counters.drops(DropReason.HTTP_PART_REFUSED)).isEqualTo(lies.size());
        assertNothingIsLeft();
    }

    @Test
    void refusesMoreBytesThanAnAnswerMayHave() {
        start();
        Asked question = circuits.last();
        String chunk = "x".repeat(8_000);
        for (int part = 0; part < 33; part++) {
            answer(question, part, 40, chunk);
        }
        assertThat(counters.drops(DropReason.HTTP_PART_REFUSED)).isEqualTo(1);
        assertThat(circuits.liars).hasSize(1);
    }

    @Test
    void asksAnotherExitWhenTheAnswerIsNoHttp() {
        outcome.isHttp = bytes("http")::equals;
        start();
        answer(circuits.last(), 0, 1, "noise");
        pass(Duration.ofMillis(100));
        answer(circuits.last(), 0, 1, "http");
        assertThat(circuits.asked).hasSize(2);
        assertThat(outcome.replies).containsExactly(bytes("http"));
    }

    @Test
    void tellsThatExitsAnswerNothingButNoise() {
        outcome.isHttp = reply -> false;
        start();
        for (int i = 0; i < 6; i++) {
            answer(circuits.last(), 0, 1, "noise");
            pass(Duration.ofSeconds(2));
        }
        assertThat(outcome.failures).containsExactly(HttpFailure.REPLY_REFUSED);
        assertNothingIsLeft();
    }

    @Test
    void asksAgainAtOnceWhenItsCircuitEnds() {
        start();
        exchanges.onRouteLost(circuits.last().circuitId() + 1);
        exchanges.onRouteLost(circuits.last().circuitId());
        pass(Duration.ofMillis(100));
        assertThat(circuits.asked).hasSize(2);
    }

    @Test
    void waitsForACircuitUntilItsLimit() {
        circuits.ready = false;
        exchanges.start(SERVER, GET, Duration.ofSeconds(20).toNanos(), null, outcome);
        pass(Duration.ofSeconds(19));
        assertThat(outcome.failures).isEmpty();
        pass(Duration.ofSeconds(1));
        assertThat(outcome.failures).containsExactly(HttpFailure.NO_CIRCUIT);
        assertNothingIsLeft();
    }

    @Test
    void asksAsSoonAsACircuitIsReady() {
        circuits.ready = false;
        start();
        circuits.ready = true;
        exchanges.routesChanged();
        assertThat(circuits.asked).hasSize(1);
    }

    @Test
    void givesUpAfterTenSecondsWithoutAnyExitThatPerformsExchanges() {
        circuits.exits.clear();
        start();
        pass(Duration.ofMillis(9_999));
        assertThat(outcome.failures).isEmpty();
        pass(Duration.ofMillis(1));
        assertThat(outcome.failures).containsExactly(HttpFailure.NO_EXIT);
        assertNothingIsLeft();
    }

    @Test
    void keepsToItsLimitWhileAnExitIsAsked() {
        exchanges.start(SERVER, GET, Duration.ofSeconds(7).toNanos(), null, outcome);
        pass(Duration.ofSeconds(7));
        assertThat(outcome.failures).containsExactly(HttpFailure.UNANSWERED);
        assertThat(circuits.asked).hasSize(2);
        assertNothingIsLeft();
    }

    @Test
    void saysNothingMoreOnceItIsCancelled() {
        HttpExchange exchange = start();
        Asked question = circuits.last();
        exchange.cancel();
        answer(question, 0, 1, "late");
        pass(Duration.ofMinutes(3));
        assertThat(outcome.replies).isEmpty();
        assertThat(outcome.failures).isEmpty();
        assertNothingIsLeft();
    }

    @Test
    void looksForCircuitsOfItsOwnKeyEachTime() {
        exchanges.start(SERVER, GET, LIMIT_NANOS, "alice", outcome);
        pass(Duration.ofMillis(5_100));
        start();
        assertThat(circuits.keys).containsExactly("alice", "alice", null);
    }

    @Test
    void runsSixtyFourAtATimeAndRefusesTheNext() {
        for (int i = 0; i < 65; i++) {
            start();
        }
        assertThat(exchanges.running()).isEqualTo(64);
        assertThat(outcome.failures).containsExactly(HttpFailure.TOO_MANY);
    }

    @Test
    void endsAllWhenTheEngineStopsAndBeginsNoMore() {
        start();
        exchanges.stop();
        start();
        assertThat(outcome.failures).containsExactly(HttpFailure.STOPPED, HttpFailure.STOPPED);
        assertNothingIsLeft();
    }

    @Test
    void refusesWhatDoesNotFitIntoACell() {
        assertThatThrownBy(() -> exchanges.start(SERVER, bytes("x".repeat(1_601)), LIMIT_NANOS, null, outcome))
                .isInstanceOf(IllegalArgumentException.class);
        Address longName = new HostAddress("x".repeat(256), 80);
        assertThatThrownBy(() -> exchanges.start(longName, GET, LIMIT_NANOS, null, outcome))
                .isInstanceOf(IllegalArgumentException.class);
        assertNothingIsLeft();
    }
}

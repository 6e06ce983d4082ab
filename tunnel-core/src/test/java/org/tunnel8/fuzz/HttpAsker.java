package org.tunnel8.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.tunnel8.http.ParsedReply;
import org.tunnel8.http.ReplyCollector;
import org.tunnel8.http.ReplyParser;
import org.tunnel8.stream.HttpExchange;
import org.tunnel8.stream.HttpFailure;
import org.tunnel8.stream.HttpListener;
import org.tunnel8.wire.ByteString;

/** An application that has exchanges made, reads the answers, and holds each to its time; and answers that come without an exit. */
final class HttpAsker {
    private static final int MOST_AT_A_TIME = 70;
    private static final int MOST_ANSWER_BYTES = 256 * 1_024;

    private final RandomGenerator random;
    private final HttpNetwork network;
    private final Tally tally;
    private final List<Question> open = new ArrayList<>();
    private final HttpGrammar grammar;
    /** Whether it asks for more at a time than there may be. */
    private final boolean isEager;

    private @Nullable ReplyCollector collector;
    private List<byte[]> pieces = List.of();

    /** What has come of it, over all networks. */
    static final class Tally {
        final Map<HttpFailure, Long> failures = new EnumMap<>(HttpFailure.class);
        final Map<ReplyCollector.State, Long> collected = new EnumMap<>(ReplyCollector.State.class);
        long asked;
        long answered;
        long unreadable;
        long cancelled;
        long answersOfOurs;
        long answersToStrangers;
    }

    HttpAsker(RandomGenerator random, HttpNetwork network, Tally tally) {
        this.random = random;
        this.network = network;
        this.tally = tally;
        this.grammar = network.grammar();
        this.isEager = random.nextInt(6) == 0;
    }

    private final class Question implements HttpListener {
        private final Duration limit = Duration.ofMillis(1 + random.nextInt(30_000));
        private final long begunNanos = network.nowNanos();
        private boolean isOver;
        private @Nullable HttpExchange exchange;

        @Override
        public boolean onReply(ByteString reply) {
            assertThat(isOver).as("told after the end").isFalse();
            assertThat(reply.length()).isLessThanOrEqualTo(MOST_ANSWER_BYTES);
            ParsedReply parsed = ReplyParser.parse(reply.toBytes());
            if (parsed == null) {
                tally.unreadable++;
                return false;
            }
            tally.answered++;
            isOver = true;
            return true;
        }

        @Override
        public void onFailed(HttpFailure failure) {
            assertThat(isOver).as("told after the end").isFalse();
            tally.failures.merge(failure, 1L, Long::sum);
            isOver = true;
        }

        boolean isOverdue() {
            return !isOver && network.nowNanos() - begunNanos > limit.toNanos();
        }
    }

    /** Does something; tells whether that was an input. */
    boolean act() {
        int kind = random.nextInt(12);
        if ((kind < 4 || isEager) && open.size() < MOST_AT_A_TIME) {
            ask();
            return false;
        }
        if (kind == 4 && !open.isEmpty() && random.nextInt(4) == 0) {
            cancel();
            return false;
        }
        if (kind < 10) {
            collect();
            return true;
        }
        return false;
    }

    private void ask() {
        Question question = new Question();
        open.add(question);
        tally.asked++;
        question.exchange =
                network.start(network.target(), network.request((int) tally.asked), question.limit, question);
        open.removeIf(over -> over.isOver);
    }

    private void cancel() {
        Question question = open.remove(random.nextInt(open.size()));
        question.isOver = true;
        tally.cancelled++;
        if (question.exchange != null) {
            question.exchange.cancel();
        }
    }

    /** A server's answer that comes directly, piece by piece. */
    private void collect() {
        ReplyCollector taking = collector;
        if (taking == null) {
            taking = new ReplyCollector(MOST_ANSWER_BYTES);
            collector = taking;
            pieces = grammar.pieces(grammar.reply());
        }
        ReplyCollector.State state;
        if (pieces.isEmpty()) {
            state = taking.end();
            assertThat(state).isNotEqualTo(ReplyCollector.State.MORE);
        } else {
            byte[] piece = pieces.get(0);
            pieces = pieces.subList(1, pieces.size());
            state = taking.add(piece, 0, piece.length);
        }
        if (state == ReplyCollector.State.COMPLETE) {
            assertThat(ReplyParser.parse(taking.bytes()))
                    .as("an answer that is whole")
                    .isNotNull();
        }
        if (state != ReplyCollector.State.MORE || random.nextInt(300) == 0) {
            tally.collected.merge(state, 1L, Long::sum);
            taking.close();
            collector = null;
        }
    }

    /** Looks whether all questions that should be are over. */
    void check() {
        open.removeIf(question -> question.isOver);
        assertThat(open).noneMatch(Question::isOverdue);
    }

    /** After the network's end. */
    void end() {
        check();
        assertThat(open).isEmpty();
        if (collector != null) {
            collector.close();
        }
        tally.answersOfOurs += network.answersOfOurs();
        tally.answersToStrangers += network.answersToStrangers();
    }
}

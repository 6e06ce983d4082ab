package org.tunnel8.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.tunnel8.transport.udp.TransportLoop;
import org.tunnel8.wire.HostAddress;

/** Exchanges without a network: a test answers them. */
final class PlayedExchanges implements HttpTunnel {
    private final TransportLoop loop;
    private final BlockingQueue<Exchange> asked = new LinkedBlockingQueue<>();
    private volatile @Nullable String answerAtOnce;
    private volatile @Nullable String failureAtOnce;

    PlayedExchanges(TransportLoop loop) {
        this.loop = loop;
    }

    @Override
    public Runnable ask(HostAddress target, byte[] request, @Nullable String isolationKey, Outcome outcome) {
        assertThat(loop.inLoop()).isTrue();
        Exchange exchange = new Exchange(target, request, isolationKey, outcome);
        if (answerAtOnce != null) {
            outcome.onAnswer(ascii(answerAtOnce));
        } else if (failureAtOnce != null) {
            outcome.onFailed(failureAtOnce);
        }
        asked.add(exchange);
        return () -> {
            assertThat(loop.inLoop()).isTrue();
            exchange.cancelled = true;
        };
    }

    /** Answers all that is asked from now on before {@link #ask} returns. */
    void answerAtOnce(String answer) {
        answerAtOnce = answer;
    }

    /** Fails all that is asked from now on before {@link #ask} returns. */
    void failAtOnce(String why) {
        failureAtOnce = why;
    }

    boolean isAsked() {
        return !asked.isEmpty();
    }

    Exchange next() throws InterruptedException {
        Exchange next = asked.poll(SocksClient.PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        assertThat(next).as("an exchange that has begun").isNotNull();
        return next;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    final class Exchange {
        private final HostAddress target;
        private final byte[] request;
        private final @Nullable String isolationKey;
        private final Outcome outcome;
        private volatile boolean cancelled;

        Exchange(HostAddress target, byte[] request, @Nullable String isolationKey, Outcome outcome) {
            this.target = target;
            this.request = request;
            this.isolationKey = isolationKey;
            this.outcome = outcome;
        }

        HostAddress target() {
            return target;
        }

        String request() {
            return new String(request, StandardCharsets.ISO_8859_1);
        }

        @Nullable
        String isolationKey() {
            return isolationKey;
        }

        boolean isCancelled() {
            return cancelled;
        }

        void answer(String answer) {
            answer(ascii(answer));
        }

        void answer(byte[] answer) {
            loop.execute(() -> outcome.onAnswer(answer));
        }

        void fail(String why) {
            loop.execute(() -> outcome.onFailed(why));
        }
    }
}

package org.tunnel8;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tunnel8.TunnelException.Kind;
import org.tunnel8.driver.EngineDriver;
import org.tunnel8.http.ParsedReply;
import org.tunnel8.http.ReplyParser;
import org.tunnel8.stream.HttpFailure;
import org.tunnel8.stream.HttpListener;
import org.tunnel8.wire.ByteString;

/**
 * Brings one exchange to the engine's thread, and its outcome back as a future that completes off that thread.
 */
final class HttpCall implements HttpListener {
    private static final Logger log = LoggerFactory.getLogger(HttpCall.class);

    private final EngineDriver driver;
    private final TroubleReport troubles;
    private final ClientExchanges exchanges;
    private final HttpQuestion question;
    private final Duration limit;
    private final @Nullable String isolationKey;
    private final CompletableFuture<HttpReply> outcome = new CompletableFuture<>();
    private @Nullable Runnable cancel;

    HttpCall(
            EngineDriver driver,
            TroubleReport troubles,
            ClientExchanges exchanges,
            HttpQuestion question,
            Duration limit,
            @Nullable String isolationKey) {
        this.driver = driver;
        this.troubles = troubles;
        this.exchanges = exchanges;
        this.question = question;
        this.limit = limit;
        this.isolationKey = isolationKey;
    }

    CompletableFuture<HttpReply> start() {
        try {
            driver.loop().execute(this::begin);
        } catch (RejectedExecutionException e) {
            outcome.completeExceptionally(exception(HttpFailure.STOPPED));
        }
        return outcome;
    }

    private void begin() {
        cancel = exchanges.start(question.target(), question.request(), limit.toNanos(), isolationKey, this);
        var unused = outcome.whenComplete((reply, failure) -> {
            if (outcome.isCancelled()) {
                cancelOnLoop();
            }
        });
    }

    private void cancelOnLoop() {
        try {
            driver.loop().execute(() -> {
                if (cancel != null) {
                    cancel.run();
                }
            });
        } catch (RejectedExecutionException e) {
            log.debug("the loop is gone, and the exchange with it");
        }
    }

    @Override
    public boolean onReply(ByteString reply) {
        ParsedReply parsed = ReplyParser.parse(reply.toBytes());
        if (parsed == null) {
            return false;
        }
        HttpReply told =
                new HttpReply(parsed.status(), parsed.headers(), parsed.body().toBytes());
        ForkJoinPool.commonPool().execute(() -> outcome.complete(told));
        return true;
    }

    @Override
    public void onFailed(HttpFailure failure) {
        TunnelException told = exception(failure);
        ForkJoinPool.commonPool().execute(() -> outcome.completeExceptionally(told));
    }

    private TunnelException exception(HttpFailure failure) {
        return switch (failure) {
            case NO_EXIT ->
                new TunnelException(Kind.NO_HTTP_EXIT, "no exit is known that performs HTTP exchanges", null);
            case NO_CIRCUIT ->
                TunnelException.noCircuit(
                        "no circuit to an exit for HTTP was ready within " + limit.toSeconds() + " s", troubles.now());
            case UNANSWERED ->
                new TunnelException(
                        Kind.HTTP_UNANSWERED,
                        "no answer came back: the server is silent, or what it says is neither bencoded nor a 307",
                        null);
            case REPLY_REFUSED ->
                new TunnelException(
                        Kind.HTTP_REPLY_REFUSED, "what exits sent back is no HTTP answer within the limits", null);
            case TOO_MANY ->
                new TunnelException(
                        Kind.TOO_MANY_EXCHANGES, "too many HTTP exchanges are running: wait for some", null);
            case STOPPED -> new TunnelException(Kind.CLOSED, "the client is closed", null);
        };
    }
}

package org.tunnel8;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.tunnel8.http.ReplyParser;
import org.tunnel8.proxy.HttpTunnel;
import org.tunnel8.stream.HttpFailure;
import org.tunnel8.stream.HttpListener;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.HostAddress;

/** Takes what the proxy's clients ask of servers by plain HTTP to exits that perform it. Loop thread only. */
final class ExchangeTunnel implements HttpTunnel {
    /** Five tries of an exchange and the pauses between them. */
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final ClientExchanges exchanges;

    ExchangeTunnel(ClientExchanges exchanges) {
        this.exchanges = exchanges;
    }

    @Override
    public Runnable ask(HostAddress target, byte[] request, @Nullable String isolationKey, Outcome outcome) {
        return exchanges.start(target, ByteString.of(request), LIMIT_NANOS, isolationKey, new Answer(outcome));
    }

    private record Answer(Outcome outcome) implements HttpListener {
        @Override
        public boolean onReply(ByteString reply) {
            byte[] answer = reply.toBytes();
            if (ReplyParser.parse(answer) == null) {
                return false;
            }
            outcome.onAnswer(answer);
            return true;
        }

        @Override
        public void onFailed(HttpFailure failure) {
            outcome.onFailed(
                    switch (failure) {
                        case NO_EXIT -> "no exit is known that performs HTTP exchanges";
                        case NO_CIRCUIT -> "no circuit to an exit for HTTP was ready in time";
                        case UNANSWERED ->
                            "no answer came back: the server is silent, or what it says is neither bencoded nor a 307";
                        case REPLY_REFUSED -> "what exits sent back is no HTTP answer within the limits";
                        case TOO_MANY -> "too many HTTP exchanges are running";
                        case STOPPED -> "the client is being closed";
                    });
        }
    }
}

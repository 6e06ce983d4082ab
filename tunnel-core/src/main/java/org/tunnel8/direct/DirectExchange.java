package org.tunnel8.direct;

import org.jspecify.annotations.Nullable;
import org.tunnel8.http.ReplyCollector;
import org.tunnel8.proxy.StreamTunnel.StreamEnd;
import org.tunnel8.proxy.StreamTunnel.StreamListener;
import org.tunnel8.stream.HttpFailure;
import org.tunnel8.stream.HttpListener;
import org.tunnel8.transport.Cancellable;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.ByteString;

/** One plain HTTP exchange that goes directly: one connection, one request, one answer within the limits. Loop thread only. */
public final class DirectExchange implements StreamListener {
    /** Bytes of an answer, as through circuits. */
    static final int MAX_ANSWER_BYTES = 256 * 1_024;

    private static final int READ_BYTES = 1 << 14;

    private final byte[] request;
    private final HttpListener listener;
    private final ReplyCollector answer = new ReplyCollector(MAX_ANSWER_BYTES);
    private final Cancellable limit;
    private @Nullable DirectConnection connection;
    private boolean over;

    private DirectExchange(DirectOutside outside, ByteString request, long limitNanos, HttpListener listener) {
        this.request = request.toBytes();
        this.listener = listener;
        this.limit = outside.loop().schedule(() -> fail(HttpFailure.UNANSWERED), limitNanos);
    }

    /**
     * Begins an exchange.
     *
     * @param permit what allows it
     * @param outside what it shares with others
     * @param target the server
     * @param request what to write to it, at most some kilobytes
     * @param limitNanos when to give up
     * @param listener hears how it ends, once
     * @return the exchange
     * @throws IllegalStateException if the permit is over
     */
    public static DirectExchange start(
            Permit permit,
            DirectOutside outside,
            Address target,
            ByteString request,
            long limitNanos,
            HttpListener listener) {
        DirectExchange exchange = new DirectExchange(outside, request, limitNanos, listener);
        DirectConnection begun = DirectConnection.open(permit, outside, target, true, exchange, () -> {});
        exchange.connection = begun;
        return exchange;
    }

    /** Ends the exchange; nothing is told of it any more. Does nothing if it has ended. */
    public void cancel() {
        end();
    }

    @Override
    public void onOpened() {
        if (connection != null) {
            // An empty connection takes more than a request has.
            connection.write(request, 0, request.length);
        }
    }

    @Override
    public void onReadable() {
        read(true);
    }

    @Override
    public void onWritable() {}

    /** Takes what has come. Only the server's own end ends a body that has no length. */
    private void read(boolean byItself) {
        byte[] piece = new byte[READ_BYTES];
        while (!over && connection != null) {
            int length = connection.read(piece, 0, piece.length);
            if (length > 0) {
                decide(answer.add(piece, 0, length), false);
                continue;
            }
            if (length < 0 && byItself) {
                decide(answer.end(), true);
            }
            return;
        }
    }

    private void decide(ReplyCollector.State state, boolean isLast) {
        switch (state) {
            case MORE -> {}
            case COMPLETE -> {
                ByteString reply = ByteString.of(answer.bytes());
                if (end() && !listener.onReply(reply)) {
                    listener.onFailed(HttpFailure.REPLY_REFUSED);
                }
            }
            case BROKEN -> fail(isLast ? HttpFailure.UNANSWERED : HttpFailure.REPLY_REFUSED);
        }
    }

    @Override
    public void onEnded(StreamEnd why) {
        read(false);
        fail(
                switch (why) {
                    case NO_CIRCUIT, MOVED -> HttpFailure.NO_CIRCUIT;
                    case TUNNEL_CLOSED -> HttpFailure.STOPPED;
                    case TOO_MANY -> HttpFailure.TOO_MANY;
                    case CLOSED, RESET, UNANSWERED, TIMED_OUT -> HttpFailure.UNANSWERED;
                });
    }

    private void fail(HttpFailure failure) {
        if (end()) {
            listener.onFailed(failure);
        }
    }

    private boolean end() {
        if (over) {
            return false;
        }
        over = true;
        limit.cancel();
        answer.close();
        if (connection != null) {
            connection.reset();
        }
        return true;
    }
}

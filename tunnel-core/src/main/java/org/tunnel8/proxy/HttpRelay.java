package org.tunnel8.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tunnel8.wire.HostAddress;

/**
 * Carries one plain HTTP request of a client, and the answer, as one exchange (D9): the request must be whole, and an exit
 * must perform it, before anything can be answered. Then the connection is closed.
 *
 * <p>Loop thread only.
 */
final class HttpRelay implements Service {
    private static final Logger LOG = LoggerFactory.getLogger(HttpRelay.class);

    private static final byte[] END_OF_HEAD = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    /** The longest method of RFC 9110, a blank, and a path's or an address's first letter. */
    private static final int LONGEST_METHOD = "CONNECT".length();

    private final Channel channel;
    private final HttpTunnel tunnel;
    private final Socks5Counters counters;
    private final HostAddress target;
    private final @Nullable String isolationKey;
    private final Requester requester;
    private final byte[] request = new byte[HttpTunnel.MAX_REQUEST_BYTES];
    private int length;
    private boolean asked;
    private boolean over;
    private @Nullable Runnable cancel;

    HttpRelay(
            Channel channel,
            HttpTunnel tunnel,
            Socks5Counters counters,
            HostAddress target,
            @Nullable String isolationKey,
            Requester requester) {
        this.channel = channel;
        this.tunnel = tunnel;
        this.counters = counters;
        this.target = target;
        this.isolationKey = isolationKey;
        this.requester = requester;
    }

    @Override
    public void onBytes(ByteBuf bytes) {
        try {
            if (asked || over) {
                // One exchange a connection: whoever sends a second request before the answer gets none for it.
                return;
            }
            int taken = Math.min(bytes.readableBytes(), request.length - length);
            boolean isTooLong = taken < bytes.readableBytes();
            bytes.readBytes(request, length, taken);
            length += taken;
            look(isTooLong);
        } finally {
            bytes.release();
        }
    }

    private void look(boolean isTooLong) {
        if (!mayBeHttp()) {
            fail(Socks5Refusal.NOT_HTTP, "what the client sent is no plain HTTP");
            return;
        }
        int headBytes = headBytes();
        String head = new String(request, 0, Math.max(headBytes, 0), StandardCharsets.ISO_8859_1);
        if (!field(head, "transfer-encoding:").isEmpty()) {
            fail(Socks5Refusal.NOT_HTTP, "the request does not say how long its body is");
            return;
        }
        int end = headBytes < 0 ? -1 : headBytes + bodyBytes(field(head, "content-length:"));
        if (end >= 0 && end <= length) {
            asked = true;
            counters.exchangeBegun();
            byte[] whole = new byte[end];
            System.arraycopy(request, 0, whole, 0, end);
            requester.understood();
            Runnable asking = tunnel.ask(target, whole, isolationKey, new Outcome());
            cancel = over ? null : asking;
        } else if (isTooLong || end > request.length || length == request.length) {
            fail(Socks5Refusal.HTTP_TOO_LONG, "the request has more than " + request.length + " bytes");
        }
    }

    /** Whether it begins with a method; decided as soon as the bytes that tell are there. */
    private boolean mayBeHttp() {
        for (int i = 0; i < length; i++) {
            byte at = request[i];
            if (at == ' ') {
                return i > 0;
            }
            if (at < 'A' || at > 'Z' || i >= LONGEST_METHOD) {
                return false;
            }
        }
        return true;
    }

    /** Bytes of the request's head; -1 as long as it is not whole. */
    private int headBytes() {
        for (int i = 0; i + END_OF_HEAD.length <= length; i++) {
            if (Arrays.equals(request, i, i + END_OF_HEAD.length, END_OF_HEAD, 0, END_OF_HEAD.length)) {
                return i + END_OF_HEAD.length;
            }
        }
        return -1;
    }

    /** What follows a field's name, which is given in small letters with its colon; empty if there is no such field. */
    private static String field(String head, String name) {
        for (String line : head.split("\r\n", -1)) {
            if (line.toLowerCase(Locale.ROOT).startsWith(name)) {
                return line.substring(name.length()).strip();
            }
        }
        return "";
    }

    /** How long a body is; what is no length counts as more than is passed on. */
    private static int bodyBytes(String contentLength) {
        if (contentLength.isEmpty()) {
            return 0;
        }
        try {
            int bytes = Integer.parseInt(contentLength);
            return bytes < 0 ? HttpTunnel.MAX_REQUEST_BYTES : Math.min(bytes, HttpTunnel.MAX_REQUEST_BYTES);
        } catch (NumberFormatException e) {
            return HttpTunnel.MAX_REQUEST_BYTES;
        }
    }

    @Override
    public void onInputEnded() {
        if (!asked) {
            fail(Socks5Refusal.NOT_HTTP, "the client ended before its request did");
        }
    }

    @Override
    public void onWritabilityChanged() {}

    private void fail(Socks5Refusal why, String detail) {
        if (!over) {
            over = true;
            counters.refused(why);
            counters.log(LOG, why, detail);
            requester.close();
        }
    }

    @Override
    public void close() {
        over = true;
        if (cancel != null) {
            cancel.run();
            cancel = null;
        }
    }

    private final class Outcome implements HttpTunnel.Outcome {
        @Override
        public void onAnswer(byte[] answer) {
            if (over) {
                return;
            }
            over = true;
            cancel = null;
            requester.finish(channel.alloc().buffer(answer.length).writeBytes(answer));
        }

        @Override
        public void onFailed(String why) {
            cancel = null;
            fail(Socks5Refusal.HTTP_FAILED, why);
        }
    }
}

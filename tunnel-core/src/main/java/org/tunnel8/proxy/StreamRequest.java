package org.tunnel8.proxy;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.socksx.v5.Socks5CommandStatus;
import java.net.InetSocketAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tunnel8.proxy.StreamTunnel.StreamEnd;
import org.tunnel8.wire.IpAddress;

/** A client that has asked for a stream by CONNECT, and what it is answered. Loop thread only. */
final class StreamRequest implements StreamRelay.Owner {
    private static final Logger LOG = LoggerFactory.getLogger(StreamRequest.class);

    /** What is named as the proxy's own end of a stream: the client needs no exit's address, and cannot be reached there. */
    static final InetSocketAddress NONE = IpAddress.UNSPECIFIED.endpoint();

    private final Socks5Counters counters;
    private final Requester requester;

    StreamRequest(Socks5Counters counters, Requester requester) {
        this.counters = counters;
        this.requester = requester;
    }

    @Override
    public void opened() {
        requester.grant(NONE);
    }

    @Override
    public void refused(StreamEnd why) {
        switch (why) {
            case RESET -> requester.refuse(Socks5Refusal.STREAM_RESET, Socks5CommandStatus.CONNECTION_REFUSED);
            case UNANSWERED -> requester.refuse(Socks5Refusal.STREAM_UNANSWERED, Socks5CommandStatus.HOST_UNREACHABLE);
            case NO_CIRCUIT -> fail(Socks5Refusal.NO_CIRCUIT, "no circuit was ready in time");
            case TOO_MANY -> fail(Socks5Refusal.STREAM_LIMIT, "as many streams are open as may be");
            case MOVED, TIMED_OUT, CLOSED -> fail(Socks5Refusal.CIRCUIT_LOST, "the circuit has failed");
            case TUNNEL_CLOSED -> fail(Socks5Refusal.CIRCUIT_LOST, "the client is being closed");
        }
    }

    private void fail(Socks5Refusal reason, String why) {
        counters.log(LOG, reason, why);
        requester.refuse(reason, Socks5CommandStatus.FAILURE);
    }

    @Override
    public void finished() {
        requester.finish(Unpooled.EMPTY_BUFFER);
    }

    @Override
    public void close() {
        requester.close();
    }
}

package org.tunnel8.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.socksx.v5.DefaultSocks5CommandResponse;
import io.netty.handler.codec.socksx.v5.DefaultSocks5InitialResponse;
import io.netty.handler.codec.socksx.v5.DefaultSocks5PasswordAuthResponse;
import io.netty.handler.codec.socksx.v5.Socks5AddressType;
import io.netty.handler.codec.socksx.v5.Socks5AuthMethod;
import io.netty.handler.codec.socksx.v5.Socks5CommandStatus;
import io.netty.handler.codec.socksx.v5.Socks5InitialRequest;
import io.netty.handler.codec.socksx.v5.Socks5Message;
import io.netty.handler.codec.socksx.v5.Socks5PasswordAuthStatus;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.NetUtil;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.HostAddress;
import org.tunnel8.wire.IpAddress;

/**
 * One client's TCP connection, from its greeting (RFC 1928, RFC 1929) to the end of what it has asked for.
 *
 * <table>
 * <caption>Transitions</caption>
 * <tr><th>state</th><th>what happens</th><th>what is done</th><th>next</th></tr>
 * <tr><td>METHODS</td><td>greeting with the method asked for</td><td>choose it</td><td>CREDENTIALS or REQUEST</td></tr>
 * <tr><td>METHODS</td><td>greeting without it</td><td>answer 0xFF</td><td>ENDING</td></tr>
 * <tr><td>CREDENTIALS</td><td>right user name and password</td><td>answer 0</td><td>REQUEST</td></tr>
 * <tr><td>CREDENTIALS</td><td>wrong ones</td><td>answer 1</td><td>ENDING</td></tr>
 * <tr><td>REQUEST</td><td>UDP ASSOCIATE</td><td>bind a UDP socket</td><td>BEGINNING</td></tr>
 * <tr><td>REQUEST</td><td>CONNECT to an address</td><td>begin a stream</td><td>BEGINNING</td></tr>
 * <tr><td>REQUEST</td><td>CONNECT to a name</td><td>answer 0: what is asked for must be seen first</td><td>SERVING</td></tr>
 * <tr><td>REQUEST</td><td>any other request</td><td>answer its code</td><td>ENDING</td></tr>
 * <tr><td>METHODS, CREDENTIALS, REQUEST</td><td>not SOCKS5, or time is up</td><td>close</td><td>CLOSED</td></tr>
 * <tr><td>BEGINNING</td><td>socket bound and flow opened; the other side of the stream answers</td><td>answer 0</td><td>SERVING</td></tr>
 * <tr><td>BEGINNING</td><td>no socket or no flow; no stream</td><td>answer 1; 5, 4 or 1</td><td>ENDING</td></tr>
 * <tr><td>BEGINNING, SERVING</td><td>bytes</td><td>pass on; ignore those of an association</td><td>same</td></tr>
 * <tr><td>SERVING</td><td>a stream ends properly, an exchange is answered</td><td>send what is left</td><td>ENDING</td></tr>
 * <tr><td>SERVING</td><td>the client ends its half, of a stream or of an exchange that has begun</td><td>pass on</td><td>same</td></tr>
 * <tr><td>SERVING</td><td>a stream breaks off</td><td>send what is left, reset</td><td>CLOSED</td></tr>
 * <tr><td>SERVING</td><td>a stream is idle, an association ends, an exchange fails or is not asked for in time</td><td>end what is behind, close</td><td>CLOSED</td></tr>
 * <tr><td>ENDING</td><td>bytes</td><td>ignore: there is nothing left to ask</td><td>same</td></tr>
 * <tr><td>ENDING</td><td>all is sent, and the client ends its half or takes too long</td><td>close</td><td>CLOSED</td></tr>
 * <tr><td>all others, BEGINNING too</td><td>the client ends its half</td><td>as if it ended the connection</td><td>CLOSED</td></tr>
 * <tr><td>any</td><td>the connection ends</td><td>end what is behind</td><td>CLOSED</td></tr>
 * </table>
 *
 * <p>Loop thread only.
 */
final class Socks5Connection extends ChannelInboundHandlerAdapter implements Requester {
    private static final Logger LOG = LoggerFactory.getLogger(Socks5Connection.class);

    /**
     * How long a client may take to read its last answer and close. Closing at once would let the system throw the answer
     * away if the client has sent more than was read.
     */
    private static final Duration ENDING_LIMIT = Duration.ofSeconds(1);

    /** RFC 1929 lets any value but 0 say so; 1 is what clients see elsewhere, and Netty's own is 0xFF. */
    private static final Socks5PasswordAuthStatus LOGIN_FAILED = Socks5PasswordAuthStatus.valueOf((byte) 1);

    private final Socks5Settings settings;
    private final Socks5Counters counters;
    private final Services services;
    private final Login login;
    private State state = State.METHODS;
    private @Nullable ChannelHandlerContext context;
    private @Nullable Future<?> timeLimit;
    private @Nullable Service service;
    private boolean lastIsSent;

    private enum State {
        METHODS,
        CREDENTIALS,
        REQUEST,
        BEGINNING,
        SERVING,
        ENDING,
        CLOSED,
    }

    Socks5Connection(Socks5Settings settings, Socks5Counters counters, Services services) {
        this.settings = settings;
        this.counters = counters;
        this.services = services;
        this.login = new Login(settings);
    }

    @Override
    public void close() {
        if (state == State.CLOSED) {
            return;
        }
        state = State.CLOSED;
        stopTimeLimit();
        endService();
        if (context != null) {
            // Nothing is to be done about a close that fails: the system has forgotten the socket then.
            ChannelFuture unused = context.close();
        }
    }

    private void endService() {
        Service ending = service;
        service = null;
        if (ending != null) {
            ending.close();
        }
    }

    // What Netty tells

    @Override
    public void channelActive(ChannelHandlerContext active) {
        context = active;
        limitNegotiation();
        active.fireChannelActive();
    }

    @Override
    public void channelInactive(ChannelHandlerContext inactive) {
        close();
        inactive.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext failing, Throwable cause) {
        if (state == State.REQUEST && cause instanceof RequestDecoder.UnknownTypeException) {
            refuse(failing, Socks5Refusal.UNKNOWN_ADDRESS_TYPE, Socks5CommandStatus.ADDRESS_UNSUPPORTED);
            return;
        }
        if (cause instanceof DecoderException && negotiating()) {
            counters.refused(Socks5Refusal.NOT_SOCKS5);
        } else if (!(cause instanceof IOException)) {
            // The text of an exception could name the client.
            LOG.debug("a SOCKS5 connection failed: {}", cause.getClass().getName());
        }
        close();
    }

    @Override
    public void channelRead(ChannelHandlerContext reading, Object message) {
        Service serving = service;
        if (serving != null && message instanceof ByteBuf bytes) {
            serving.onBytes(bytes);
            return;
        }
        try {
            if (message instanceof Socks5InitialRequest greeting && state == State.METHODS) {
                onGreeting(reading, greeting);
            } else if (message instanceof UserPassword given && state == State.CREDENTIALS) {
                onCredentials(reading, given);
            } else if (message instanceof Socks5Request request && state == State.REQUEST) {
                onRequest(reading, request);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext changed) {
        if (service != null) {
            service.onWritabilityChanged();
        }
        changed.fireChannelWritabilityChanged();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext triggered, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            onInputEnded();
        } else if (event instanceof IdleStateEvent && state != State.CLOSED) {
            counters.refused(Socks5Refusal.IDLE);
            close();
        }
        triggered.fireUserEventTriggered(event);
    }

    private void onInputEnded() {
        if (state == State.SERVING && service != null) {
            service.onInputEnded();
        } else if (state != State.ENDING || lastIsSent) {
            close();
        }
    }

    // What the client says

    private void onGreeting(ChannelHandlerContext reading, Socks5InitialRequest greeting) {
        if (greeting.decoderResult().isFailure()) {
            counters.refused(Socks5Refusal.NOT_SOCKS5);
            close();
            return;
        }
        if (!greeting.authMethods().contains(login.method())) {
            counters.refused(Socks5Refusal.NO_ACCEPTABLE_METHOD);
            end(reading, new DefaultSocks5InitialResponse(Socks5AuthMethod.UNACCEPTED));
            return;
        }
        if (settings.credentials() == null) {
            expectRequest(reading);
        } else {
            state = State.CREDENTIALS;
            reading.pipeline().addBefore(reading.name(), null, new UserPasswordDecoder());
        }
        answer(reading, new DefaultSocks5InitialResponse(login.method()));
    }

    private void onCredentials(ChannelHandlerContext reading, UserPassword given) {
        if (!login.accepts(given)) {
            counters.refused(Socks5Refusal.BAD_CREDENTIALS);
            end(reading, new DefaultSocks5PasswordAuthResponse(LOGIN_FAILED));
            return;
        }
        expectRequest(reading);
        answer(reading, new DefaultSocks5PasswordAuthResponse(Socks5PasswordAuthStatus.SUCCESS));
    }

    private void expectRequest(ChannelHandlerContext reading) {
        state = State.REQUEST;
        reading.pipeline().addBefore(reading.name(), null, new RequestDecoder());
    }

    private void onRequest(ChannelHandlerContext reading, Socks5Request request) {
        switch (request.command()) {
            case Socks5Request.CONNECT -> onConnect(reading, request);
            case Socks5Request.UDP_ASSOCIATE -> onAssociate(reading, request);
            case Socks5Request.BIND -> refuse(reading, Socks5Refusal.BIND, Socks5CommandStatus.COMMAND_UNSUPPORTED);
            default -> refuse(reading, Socks5Refusal.UNKNOWN_COMMAND, Socks5CommandStatus.COMMAND_UNSUPPORTED);
        }
    }

    private void onAssociate(ChannelHandlerContext reading, Socks5Request request) {
        if (counters.associations() >= settings.maxAssociations()) {
            refuse(reading, Socks5Refusal.ASSOCIATION_LIMIT, Socks5CommandStatus.FAILURE);
            return;
        }
        state = State.BEGINNING;
        stopTimeLimit();
        InetSocketAddress peer = (InetSocketAddress) reading.channel().remoteAddress();
        InetSocketAddress local = (InetSocketAddress) reading.channel().localAddress();
        InetSocketAddress client = expectedClient(peer.getAddress(), request);
        AssociationService begun =
                new AssociationService(this, owner -> services.association(client, login.isolationKey(), owner));
        service = begun;
        begun.open(local.getAddress());
    }

    private void onConnect(ChannelHandlerContext reading, Socks5Request request) {
        Address target = request.address();
        if (target == null || target.port() == 0) {
            refuse(reading, Socks5Refusal.BAD_TARGET, Socks5CommandStatus.FAILURE);
        } else if (target instanceof IpAddress address) {
            state = State.BEGINNING;
            stopTimeLimit();
            StreamRelay relay = services.relay(reading.channel(), this);
            service = relay;
            relay.over(services.stream(address, login.isolationKey(), relay));
        } else {
            state = State.SERVING;
            service = services.exchange(reading.channel(), (HostAddress) target, login.isolationKey(), this);
            limitNegotiation();
            answer(reading, granted(StreamRequest.NONE));
        }
    }

    /**
     * Where the client's datagrams will come from (RFC 1928 §6, §7): the address it announces or, if it announces none,
     * that of its TCP connection. A name counts as none, since nothing is looked up here.
     */
    private static InetSocketAddress expectedClient(InetAddress peer, Socks5Request request) {
        InetAddress announced = request.address() instanceof IpAddress address ? address.address() : null;
        boolean none = announced == null || announced.isAnyLocalAddress();
        return new InetSocketAddress(none ? peer : announced, request.port());
    }

    // What services do

    @Override
    public void grant(InetSocketAddress bound) {
        if (state == State.BEGINNING && context != null) {
            state = State.SERVING;
            if (service instanceof StreamRelay) {
                watchIdle(context);
            }
            answer(context, granted(bound));
        }
    }

    @Override
    public void refuse(Socks5Refusal reason, Socks5CommandStatus status) {
        if (state == State.BEGINNING && context != null) {
            refuse(context, reason, status);
        }
    }

    @Override
    public void understood() {
        stopTimeLimit();
    }

    @Override
    public void finish(ByteBuf last) {
        if (state == State.SERVING && context != null) {
            end(context, last);
        } else {
            last.release();
        }
    }

    // Answers

    private void refuse(ChannelHandlerContext reading, Socks5Refusal reason, Socks5CommandStatus status) {
        counters.refused(reason);
        end(reading, new DefaultSocks5CommandResponse(status, Socks5AddressType.IPv4, "0.0.0.0", 0));
    }

    private static DefaultSocks5CommandResponse granted(InetSocketAddress bound) {
        InetAddress address = bound.getAddress();
        return new DefaultSocks5CommandResponse(
                Socks5CommandStatus.SUCCESS,
                address instanceof Inet4Address ? Socks5AddressType.IPv4 : Socks5AddressType.IPv6,
                NetUtil.bytesToIpAddress(address.getAddress()),
                bound.getPort());
    }

    private static void answer(ChannelHandlerContext to, Socks5Message answer) {
        // A write that fails shows as the end of the connection.
        ChannelFuture unused = to.writeAndFlush(answer);
    }

    /** Sends the last that there is to say, then waits a moment for the client to close. */
    private void end(ChannelHandlerContext ending, Object last) {
        state = State.ENDING;
        endService();
        startTimeLimit(settings.idleLimit(), this::close);
        ending.writeAndFlush(last).addListener((ChannelFutureListener) written -> {
            boolean isDuplex = written.channel() instanceof DuplexChannel;
            if (state != State.ENDING) {
                return;
            }
            if (!written.isSuccess() || !isDuplex || ((DuplexChannel) written.channel()).isInputShutdown()) {
                close();
                return;
            }
            lastIsSent = true;
            startTimeLimit(ENDING_LIMIT, this::close);
            ChannelFuture unused = ((DuplexChannel) written.channel()).shutdownOutput();
        });
    }

    private boolean negotiating() {
        return state == State.METHODS || state == State.CREDENTIALS || state == State.REQUEST;
    }

    // Time

    private void limitNegotiation() {
        startTimeLimit(settings.negotiationLimit(), () -> {
            counters.refused(Socks5Refusal.NEGOTIATION_TIMEOUT);
            close();
        });
    }

    private void watchIdle(ChannelHandlerContext watched) {
        long idleNanos = settings.idleLimit().toNanos();
        watched.pipeline().addBefore(watched.name(), null, new IdleStateHandler(0, 0, idleNanos, TimeUnit.NANOSECONDS));
    }

    private void startTimeLimit(Duration limit, Runnable ending) {
        stopTimeLimit();
        if (context != null) {
            timeLimit = context.executor().schedule(ending, limit.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private void stopTimeLimit() {
        if (timeLimit != null) {
            timeLimit.cancel(false);
            timeLimit = null;
        }
    }
}

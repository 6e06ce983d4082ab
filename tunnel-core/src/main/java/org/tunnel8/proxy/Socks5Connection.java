package org.tunnel8.proxy;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.socksx.v5.DefaultSocks5CommandResponse;
import io.netty.handler.codec.socksx.v5.DefaultSocks5InitialResponse;
import io.netty.handler.codec.socksx.v5.DefaultSocks5PasswordAuthResponse;
import io.netty.handler.codec.socksx.v5.Socks5AddressType;
import io.netty.handler.codec.socksx.v5.Socks5AuthMethod;
import io.netty.handler.codec.socksx.v5.Socks5CommandRequest;
import io.netty.handler.codec.socksx.v5.Socks5CommandRequestDecoder;
import io.netty.handler.codec.socksx.v5.Socks5CommandStatus;
import io.netty.handler.codec.socksx.v5.Socks5CommandType;
import io.netty.handler.codec.socksx.v5.Socks5InitialRequest;
import io.netty.handler.codec.socksx.v5.Socks5Message;
import io.netty.handler.codec.socksx.v5.Socks5PasswordAuthStatus;
import io.netty.util.NetUtil;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's TCP connection, from its greeting (RFC 1928, RFC 1929) to the end of its association.
 *
 * <table>
 * <caption>Transitions</caption>
 * <tr><th>state</th><th>what happens</th><th>what is done</th><th>next</th></tr>
 * <tr><td>METHODS</td><td>greeting with the method asked for</td><td>choose it</td><td>CREDENTIALS or REQUEST</td></tr>
 * <tr><td>METHODS</td><td>greeting without it</td><td>answer 0xFF</td><td>ENDING</td></tr>
 * <tr><td>CREDENTIALS</td><td>right user name and password</td><td>answer 0</td><td>REQUEST</td></tr>
 * <tr><td>CREDENTIALS</td><td>wrong ones</td><td>answer 1</td><td>ENDING</td></tr>
 * <tr><td>REQUEST</td><td>UDP ASSOCIATE</td><td>bind a UDP socket</td><td>BINDING</td></tr>
 * <tr><td>REQUEST</td><td>any other request</td><td>answer its code</td><td>ENDING</td></tr>
 * <tr><td>BINDING</td><td>socket bound</td><td>open the flow, answer 0 with the socket's address</td><td>RELAYING</td></tr>
 * <tr><td>BINDING</td><td>no socket or no flow</td><td>answer 1</td><td>ENDING</td></tr>
 * <tr><td>RELAYING</td><td>tunnel or socket ends</td><td>end the association, close</td><td>CLOSED</td></tr>
 * <tr><td>METHODS, CREDENTIALS, REQUEST</td><td>not SOCKS5, or time is up</td><td>close</td><td>CLOSED</td></tr>
 * <tr><td>BINDING, RELAYING, ENDING</td><td>bytes</td><td>ignore: there is nothing left to ask</td><td>same</td></tr>
 * <tr><td>any</td><td>the connection ends</td><td>end the association</td><td>CLOSED</td></tr>
 * </table>
 *
 * <p>Loop thread only.
 */
final class Socks5Connection extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(Socks5Connection.class);

    /**
     * How long a refused client may take to read its answer and close. Closing at once would let the system throw the
     * answer away if the client has sent more than was read.
     */
    private static final long ENDING_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** RFC 1929 lets any value but 0 say so; 1 is what clients see elsewhere, and Netty's own is 0xFF. */
    private static final Socks5PasswordAuthStatus LOGIN_FAILED = Socks5PasswordAuthStatus.valueOf((byte) 1);

    private final Socks5Settings settings;
    private final Socks5Counters counters;
    private final AssociationFactory associations;
    private State state = State.METHODS;
    private @Nullable ChannelHandlerContext context;
    private @Nullable Future<?> timeLimit;
    private @Nullable UdpAssociation association;
    private @Nullable String isolationKey;

    private enum State {
        METHODS,
        CREDENTIALS,
        REQUEST,
        BINDING,
        RELAYING,
        ENDING,
        CLOSED,
    }

    /** Makes the association of a connection; its socket is not bound yet. */
    @FunctionalInterface
    interface AssociationFactory {
        UdpAssociation create(InetSocketAddress client, @Nullable String isolationKey, UdpAssociation.Owner owner);
    }

    Socks5Connection(Socks5Settings settings, Socks5Counters counters, AssociationFactory associations) {
        this.settings = settings;
        this.counters = counters;
        this.associations = associations;
    }

    /** Ends the association and closes the connection. Does nothing if that is done. */
    void close() {
        if (state == State.CLOSED) {
            return;
        }
        state = State.CLOSED;
        stopTimeLimit();
        UdpAssociation ending = association;
        association = null;
        if (ending != null) {
            ending.close();
        }
        if (context != null) {
            // Nothing is to be done about a close that fails: the system has forgotten the socket then.
            ChannelFuture unused = context.close();
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext active) {
        context = active;
        startTimeLimit(settings.negotiationLimit().toNanos(), () -> {
            counters.refused(Socks5Refusal.NEGOTIATION_TIMEOUT);
            close();
        });
        active.fireChannelActive();
    }

    @Override
    public void channelInactive(ChannelHandlerContext inactive) {
        close();
        inactive.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext failing, Throwable cause) {
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
        try {
            if (message instanceof Socks5Message read && read.decoderResult().isFailure()) {
                onFailure(reading, read.decoderResult().cause());
            } else if (message instanceof Socks5InitialRequest greeting && state == State.METHODS) {
                onGreeting(reading, greeting);
            } else if (message instanceof UserPassword given && state == State.CREDENTIALS) {
                onCredentials(reading, given);
            } else if (message instanceof Socks5CommandRequest request && state == State.REQUEST) {
                onRequest(reading, request);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void onFailure(ChannelHandlerContext reading, Throwable cause) {
        if (state == State.REQUEST && cause instanceof RequestAddressDecoder.UnknownTypeException) {
            refuse(reading, Socks5Refusal.UNKNOWN_ADDRESS_TYPE, Socks5CommandStatus.ADDRESS_UNSUPPORTED);
        } else if (negotiating()) {
            counters.refused(Socks5Refusal.NOT_SOCKS5);
            close();
        }
    }

    private void onGreeting(ChannelHandlerContext reading, Socks5InitialRequest greeting) {
        boolean open = settings.credentials() == null;
        Socks5AuthMethod method = open ? Socks5AuthMethod.NO_AUTH : Socks5AuthMethod.PASSWORD;
        if (!greeting.authMethods().contains(method)) {
            counters.refused(Socks5Refusal.NO_ACCEPTABLE_METHOD);
            end(reading, new DefaultSocks5InitialResponse(Socks5AuthMethod.UNACCEPTED));
            return;
        }
        if (open) {
            expectRequest(reading);
        } else {
            state = State.CREDENTIALS;
            reading.pipeline().addBefore(reading.name(), null, new UserPasswordDecoder());
        }
        answer(reading, new DefaultSocks5InitialResponse(method));
    }

    private void onCredentials(ChannelHandlerContext reading, UserPassword given) {
        if (!accepts(given)) {
            counters.refused(Socks5Refusal.BAD_CREDENTIALS);
            end(reading, new DefaultSocks5PasswordAuthResponse(LOGIN_FAILED));
            return;
        }
        expectRequest(reading);
        answer(reading, new DefaultSocks5PasswordAuthResponse(Socks5PasswordAuthStatus.SUCCESS));
    }

    private boolean accepts(UserPassword given) {
        Socks5Credentials asked = settings.credentials();
        if (asked == null) {
            return false;
        }
        if (!settings.isolateByUser()) {
            return asked.accepts(given.user(), given.password());
        }
        isolationKey = text(given.user());
        return asked.acceptsPassword(given.password()) && isolationKey != null;
    }

    /** The user name as text, or null if it is none: two names must never become one key. */
    private static @Nullable String text(byte[] user) {
        try {
            return user.length == 0
                    ? null
                    : StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(user))
                            .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    private void expectRequest(ChannelHandlerContext reading) {
        state = State.REQUEST;
        reading.pipeline()
                .addBefore(reading.name(), null, new Socks5CommandRequestDecoder(new RequestAddressDecoder()));
    }

    private void onRequest(ChannelHandlerContext reading, Socks5CommandRequest request) {
        Socks5CommandType command = request.type();
        if (command.equals(Socks5CommandType.CONNECT)) {
            refuse(reading, Socks5Refusal.CONNECT, Socks5CommandStatus.COMMAND_UNSUPPORTED);
        } else if (command.equals(Socks5CommandType.BIND)) {
            refuse(reading, Socks5Refusal.BIND, Socks5CommandStatus.COMMAND_UNSUPPORTED);
        } else if (!command.equals(Socks5CommandType.UDP_ASSOCIATE)) {
            refuse(reading, Socks5Refusal.UNKNOWN_COMMAND, Socks5CommandStatus.COMMAND_UNSUPPORTED);
        } else if (counters.associations() >= settings.maxAssociations()) {
            refuse(reading, Socks5Refusal.ASSOCIATION_LIMIT, Socks5CommandStatus.FAILURE);
        } else {
            state = State.BINDING;
            stopTimeLimit();
            InetSocketAddress peer = (InetSocketAddress) reading.channel().remoteAddress();
            InetSocketAddress local = (InetSocketAddress) reading.channel().localAddress();
            association = associations.create(expectedClient(peer.getAddress(), request), isolationKey, new Owner());
            association.open(local.getAddress());
        }
    }

    /**
     * Where the client's datagrams will come from (RFC 1928 §6, §7): the address it announces or, if it announces none,
     * that of its TCP connection. A name counts as none, since nothing is looked up here.
     */
    private static InetSocketAddress expectedClient(InetAddress peer, Socks5CommandRequest request) {
        InetAddress announced = request.dstAddrType().equals(Socks5AddressType.DOMAIN)
                ? null
                : NetUtil.createInetAddressFromIpAddressString(request.dstAddr());
        boolean none = announced == null || announced.isAnyLocalAddress();
        return new InetSocketAddress(none ? peer : announced, request.dstPort());
    }

    private void refuse(ChannelHandlerContext reading, Socks5Refusal reason, Socks5CommandStatus status) {
        counters.refused(reason);
        end(reading, new DefaultSocks5CommandResponse(status, Socks5AddressType.IPv4, "0.0.0.0", 0));
    }

    private static void answer(ChannelHandlerContext to, Socks5Message answer) {
        // A write that fails shows as the end of the connection.
        ChannelFuture unused = to.writeAndFlush(answer);
    }

    /** Sends the last answer, then waits a moment for the client to close. */
    private void end(ChannelHandlerContext ending, Socks5Message answer) {
        state = State.ENDING;
        startTimeLimit(ENDING_LIMIT_NANOS, this::close);
        ending.writeAndFlush(answer).addListener((ChannelFutureListener) written -> {
            if (written.isSuccess() && written.channel() instanceof DuplexChannel duplex) {
                ChannelFuture unused = duplex.shutdownOutput();
            } else {
                close();
            }
        });
    }

    private boolean negotiating() {
        return state == State.METHODS || state == State.CREDENTIALS || state == State.REQUEST;
    }

    private void startTimeLimit(long nanos, Runnable ending) {
        stopTimeLimit();
        if (context != null) {
            timeLimit = context.executor().schedule(ending, nanos, TimeUnit.NANOSECONDS);
        }
    }

    private void stopTimeLimit() {
        if (timeLimit != null) {
            timeLimit.cancel(false);
            timeLimit = null;
        }
    }

    private final class Owner implements UdpAssociation.Owner {
        @Override
        public void opened(InetSocketAddress bound) {
            if (state != State.BINDING || context == null) {
                return;
            }
            state = State.RELAYING;
            InetAddress address = bound.getAddress();
            DefaultSocks5CommandResponse granted = new DefaultSocks5CommandResponse(
                    Socks5CommandStatus.SUCCESS,
                    address instanceof Inet4Address ? Socks5AddressType.IPv4 : Socks5AddressType.IPv6,
                    NetUtil.bytesToIpAddress(address.getAddress()),
                    bound.getPort());
            answer(context, granted);
        }

        @Override
        public void failed() {
            association = null;
            if (state == State.BINDING && context != null) {
                refuse(context, Socks5Refusal.ASSOCIATION_FAILED, Socks5CommandStatus.FAILURE);
            }
        }

        @Override
        public void ended() {
            close();
        }
    }
}

package org.tunnel8.transport.udp;

import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import java.net.Inet6Address;
import java.net.SocketOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tunnel8.transport.DatagramPort;
import org.tunnel8.transport.LogDetail;

/** Makes datagram channels with their socket options. Thread-safe. */
final class DatagramChannels {
    private static final Logger LOG = LoggerFactory.getLogger(DatagramChannels.class);

    /** Datagrams of one batched receive. */
    static final int RECEIVE_BATCH = 64;

    /** A little over the longest datagram accepted, so that a cut one shows by its length ({@code D4}). */
    static final int RECEIVE_SLOT_BYTES = DatagramPort.MAX_RECEIVED_BYTES + 8;

    /** Sends of one turn, runs or single datagrams, before others have theirs: bounds what a series of refusals costs. */
    private static final int MAX_WRITES_PER_TURN = 512;

    /** {@code IP_MTU_DISCOVER} at level {@code IPPROTO_IP}, of Linux. */
    private static final ChannelOption<Integer> IP_MTU_DISCOVER =
            new IntegerUnixChannelOption("IP_MTU_DISCOVER", 0, 10);

    /** {@code IPV6_MTU_DISCOVER} at level {@code IPPROTO_IPV6}, of Linux. */
    private static final ChannelOption<Integer> IPV6_MTU_DISCOVER =
            new IntegerUnixChannelOption("IPV6_MTU_DISCOVER", 41, 23);

    /** {@code IP_PMTUDISC_DONT}: fragment where needed, and never set the DF bit. */
    private static final int PMTUDISC_DONT = 0;

    private static final @Nullable SocketOption<?> IP_DONTFRAGMENT = findDontFragment();

    private DatagramChannels() {}

    static DatagramChannel open(TransportLoop loop, UdpSettings settings) {
        boolean ipv6 = settings.bindAddress() instanceof Inet6Address;
        SocketProtocolFamily family = ipv6 ? SocketProtocolFamily.INET6 : SocketProtocolFamily.INET;
        DatagramChannel channel = loop.isNative() ? new EpollDatagramChannel(family) : new NioDatagramChannel(family);
        ChannelConfig config = channel.config();
        config.setAllocator(loop.allocator());
        // The outbox keeps the bound, so nobody needs to hear of water marks.
        config.setWriteBufferWaterMark(new WriteBufferWaterMark(0, Integer.MAX_VALUE));
        config.setOption(ChannelOption.MAX_MESSAGES_PER_WRITE, MAX_WRITES_PER_TURN);
        if (loop.isNative()) {
            // One batch a turn: the channel stays readable while there is more, and its neighbours have their turn.
            config.setRecvByteBufAllocator(
                    new FixedRecvByteBufAllocator(RECEIVE_BATCH * RECEIVE_SLOT_BYTES).maxMessagesPerRead(1));
            config.setOption(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, RECEIVE_SLOT_BYTES);
        } else {
            config.setRecvByteBufAllocator(
                    new FixedRecvByteBufAllocator(RECEIVE_SLOT_BYTES).maxMessagesPerRead(RECEIVE_BATCH));
        }
        set(channel, ChannelOption.SO_RCVBUF, settings.receiveBufferBytes());
        set(channel, ChannelOption.SO_SNDBUF, settings.sendBufferBytes());
        allowFragmentation(channel, loop.isNative(), ipv6);
        return channel;
    }

    /** Clears DF, which Linux sets on UDP by default ({@code D4}). */
    private static void allowFragmentation(Channel channel, boolean isNative, boolean ipv6) {
        if (isNative) {
            set(channel, IP_MTU_DISCOVER, PMTUDISC_DONT);
            if (ipv6) {
                set(channel, IPV6_MTU_DISCOVER, PMTUDISC_DONT);
            }
        } else if (IP_DONTFRAGMENT != null) {
            setSocketOption(channel, IP_DONTFRAGMENT, false);
        }
    }

    /** Sets an option that the port can do without. */
    private static <T> void set(Channel channel, ChannelOption<T> option, T value) {
        try {
            if (!channel.config().setOption(option, value)) {
                LOG.debug("{} is not known here", option.name());
            }
        } catch (RuntimeException e) {
            LOG.debug("{} cannot be set here", option.name(), LogDetail.of(e));
        }
    }

    private static <T> void setSocketOption(Channel channel, SocketOption<T> option, Object value) {
        set(channel, NioChannelOption.of(option), option.type().cast(value));
    }

    /** Finds the JDK's option, there since 19 and not on every system. */
    private static @Nullable SocketOption<?> findDontFragment() {
        try {
            return (SocketOption<?>) Class.forName("jdk.net.ExtendedSocketOptions")
                    .getField("IP_DONTFRAGMENT")
                    .get(null);
        } catch (ReflectiveOperationException e) {
            LOG.debug("this JDK cannot clear DF on NIO sockets");
            return null;
        }
    }
}

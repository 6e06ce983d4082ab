package org.tunnel8.examples.monitor;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A small HTTP server for the monitor's page. One thread; bounded in connections, in what a request may hold, and in the time it may
 * take. Thread-safe.
 */
final class PageServer implements AutoCloseable {
    /** A browser opens six; some pages and Prometheus beside it. */
    static final int MOST_CONNECTIONS = 32;

    static final int MOST_LINE_BYTES = 1_024;
    static final int MOST_HEADER_BYTES = 8_192;

    /** From a connection's beginning, or its last request, to the end of its next one. */
    static final Duration REQUEST_LIMIT = Duration.ofSeconds(15);

    private static final int MOST_BODY_BYTES = 1_024;

    private final EventLoopGroup thread = new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("monitor-http", true), NioIoHandler.newFactory());
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final Channel listening;
    private final InetSocketAddress address;
    private final AccessToken token;

    private PageServer(InetSocketAddress wanted, AccessToken token, Site site, Duration requestLimit) {
        this.token = token;
        boolean local = wanted.getAddress().isLoopbackAddress();
        ChannelFuture bound = new ServerBootstrap()
                .group(thread)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel connection) {
                        if (connections.size() >= MOST_CONNECTIONS) {
                            var unused = connection.close();
                            return;
                        }
                        connections.add(connection);
                        connection
                                .pipeline()
                                .addLast(new HttpServerCodec(new HttpDecoderConfig()
                                        .setMaxInitialLineLength(MOST_LINE_BYTES)
                                        .setMaxHeaderSize(MOST_HEADER_BYTES)))
                                .addLast(new HttpObjectAggregator(MOST_BODY_BYTES))
                                .addLast(new PageRequests(token, site, local, requestLimit));
                    }
                })
                .bind(wanted)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            end();
            throw new IllegalStateException(
                    "the monitor's address " + text(wanted.getAddress(), wanted.getPort()) + " cannot be bound: "
                            + bound.cause().getMessage(),
                    bound.cause());
        }
        this.listening = bound.channel();
        this.address = (InetSocketAddress) listening.localAddress();
    }

    /**
     * Begins to serve.
     *
     * @param requestLimit how long a request may take, from a connection's beginning or its last request
     * @throws IllegalStateException if the address cannot be bound, with a message for the user
     */
    static PageServer start(InetSocketAddress address, AccessToken token, Site site, Duration requestLimit) {
        return new PageServer(address, token, site, requestLimit);
    }

    /** Where the page is, with its token. */
    String url() {
        InetAddress host = address.getAddress();
        return "http://" + text(host.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : host, address.getPort())
                + "/" + token.text() + "/";
    }

    boolean isLocal() {
        return address.getAddress().isLoopbackAddress();
    }

    private static String text(InetAddress host, int port) {
        String text = host.getHostAddress();
        return (text.indexOf(':') < 0 ? text : "[" + text + "]") + ":" + port;
    }

    @Override
    public void close() {
        listening.close().awaitUninterruptibly();
        connections.close().awaitUninterruptibly();
        end();
    }

    private void end() {
        // What closing has left to be done comes first.
        thread.submit(() -> {}).awaitUninterruptibly();
        thread.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}

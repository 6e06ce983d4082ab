package org.tunnel8.transport.udp;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tunnel8.transport.BindFailedException;
import org.tunnel8.transport.PortRange;

/** Binds a channel to the first port of a range that is free ({@code FR-001}). Loop thread only. */
final class PortBinder {
    private final Channel channel;
    private final InetAddress address;
    private final PortRange ports;
    private final Consumer<@Nullable BindFailedException> outcome;

    private PortBinder(
            Channel channel, InetAddress address, PortRange ports, Consumer<@Nullable BindFailedException> outcome) {
        this.channel = channel;
        this.address = address;
        this.ports = ports;
        this.outcome = outcome;
    }

    /**
     * Binds the channel.
     *
     * @param outcome told null when it is bound, else why it could not be
     */
    static void bind(
            Channel channel, InetAddress address, PortRange ports, Consumer<@Nullable BindFailedException> outcome) {
        new PortBinder(channel, address, ports, outcome).attempt(ports.first());
    }

    private void attempt(int port) {
        channel.bind(new InetSocketAddress(address, port)).addListener((ChannelFuture bound) -> {
            Throwable cause = bound.cause();
            if (cause == null) {
                outcome.accept(null);
                return;
            }
            BindFailedException.Reason reason = SystemErrors.ofBind(cause);
            if (reason == BindFailedException.Reason.PORTS_TAKEN && port < ports.last()) {
                attempt(port + 1);
            } else {
                outcome.accept(new BindFailedException(reason, ports, cause));
            }
        });
    }
}

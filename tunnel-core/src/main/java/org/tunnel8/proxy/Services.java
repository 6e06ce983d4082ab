package org.tunnel8.proxy;

import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.tunnel8.wire.HostAddress;
import org.tunnel8.wire.IpAddress;

/** Makes what connections ask for; each begins when it is told to, but for streams. Loop thread only. */
interface Services {
    UdpAssociation association(InetSocketAddress client, @Nullable String isolationKey, UdpAssociation.Owner owner);

    /** A relay without its stream. */
    StreamRelay relay(Channel channel, Requester requester);

    /** The stream for a relay, which hears of its end perhaps before this returns. */
    StreamTunnel.Stream stream(IpAddress target, @Nullable String isolationKey, StreamRelay relay);

    HttpRelay exchange(Channel channel, HostAddress target, @Nullable String isolationKey, Requester requester);
}

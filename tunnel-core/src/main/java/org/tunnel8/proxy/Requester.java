package org.tunnel8.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.socksx.v5.Socks5CommandStatus;
import java.net.InetSocketAddress;

/**
 * A client's connection, as the service sees it that the client has asked for. What comes too late does nothing. Loop thread
 * only.
 */
interface Requester {
    /** Grants the request: what is asked for is there, at this address. */
    void grant(InetSocketAddress bound);

    /** Refuses the request, which is counted; the service has ended. */
    void refuse(Socks5Refusal reason, Socks5CommandStatus status);

    /** What a granted request is for is known now: it is not waited for any more. */
    void understood();

    /** Sends the last bytes and closes when the client has had them; the service has ended. */
    void finish(ByteBuf last);

    /** Closes the connection. */
    void close();
}

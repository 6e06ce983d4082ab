package org.tunnel8.proxy;

import io.netty.buffer.ByteBuf;

/** What a client's TCP connection is for, once its request is understood. Loop thread only. */
interface Service {
    /**
     * Takes what the client has sent.
     *
     * @param bytes to be released by the callee
     */
    void onBytes(ByteBuf bytes);

    /** The client sends nothing more. */
    void onInputEnded();

    /** The connection takes more, or takes nothing more at the moment. */
    void onWritabilityChanged();

    /** The connection is gone or to go: ends what is behind it. Does nothing if that is done. */
    void close();
}

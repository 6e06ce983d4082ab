package org.tunnel8.stream;

import org.tunnel8.wire.ByteString;

/** Hears how an exchange ends: one failure, or one reply that it has taken. Called on the engine's thread. */
public interface HttpListener {
    /**
     * Takes a whole answer.
     *
     * @param reply status line, headers and body as the server sent them
     * @return false if it is no HTTP: another exit is asked
     */
    boolean onReply(ByteString reply);

    /**
     * Learns that there will be no answer.
     *
     * @param failure why
     */
    void onFailed(HttpFailure failure);
}

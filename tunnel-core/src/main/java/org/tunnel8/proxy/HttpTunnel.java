package org.tunnel8.proxy;

import org.jspecify.annotations.Nullable;
import org.tunnel8.wire.HostAddress;

/**
 * What the proxy needs of the tunnels besides: single HTTP exchanges with servers that only exits can name (D9).
 *
 * <p>Every call in either direction happens on the transport loop's thread.
 */
public interface HttpTunnel {
    /** Bytes of a request at most, head and body. */
    int MAX_REQUEST_BYTES = 1_600;

    /**
     * Has an exit perform one exchange.
     *
     * @param target the server
     * @param request what to write to it, at most {@link #MAX_REQUEST_BYTES}
     * @param isolationKey exchanges of different keys never share a circuit; null for those that need no isolation
     * @param outcome hears how it ends, once; perhaps before this returns
     * @return ends the exchange; does nothing if it has ended
     */
    Runnable ask(HostAddress target, byte[] request, @Nullable String isolationKey, Outcome outcome);

    /** How an exchange ends. */
    interface Outcome {
        /**
         * The server has answered.
         *
         * @param answer all of what it wrote, as it wrote it
         */
        void onAnswer(byte[] answer);

        /**
         * There is no answer.
         *
         * @param why the reason in few words, without names and addresses
         */
        void onFailed(String why);
    }
}

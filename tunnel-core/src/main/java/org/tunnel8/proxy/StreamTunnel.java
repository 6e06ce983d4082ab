package org.tunnel8.proxy;

import org.jspecify.annotations.Nullable;
import org.tunnel8.wire.Address;

/**
 * What the proxy needs of the tunnels: streams of bytes to and from peers outside.
 *
 * <p>Every call in either direction happens on the transport loop's thread.
 */
public interface StreamTunnel {
    /**
     * Begins a stream. Bytes may be written at once; they leave when the other side has answered.
     *
     * @param target the other side, as the exit is to reach it
     * @param isolationKey streams of different keys never share a circuit; null for those that need no isolation (D15)
     * @param listener hears what happens to it; of its end perhaps before this returns
     * @return the stream
     */
    Stream connect(Address target, @Nullable String isolationKey, StreamListener listener);

    /**
     * Has streams that others begin accepted from now on, at the addresses that exits have for flows of no isolation key.
     *
     * @param acceptor asked about each; null to refuse all
     */
    void accept(@Nullable Acceptor acceptor);

    /** Decides about streams that others begin. */
    @FunctionalInterface
    interface Acceptor {
        /**
         * Takes or refuses a stream.
         *
         * @param stream the stream, on which nothing may be done before {@link StreamListener#onOpened}
         * @return who hears what happens to it; null to refuse it
         */
        @Nullable
        StreamListener onIncoming(Stream stream);
    }

    /** A stream, as its user holds it. After its end nothing does anything. */
    interface Stream {
        /**
         * Takes bytes to be sent.
         *
         * @param buffer holds them
         * @param offset the first of them
         * @param length how many
         * @return how many were taken; if less than {@code length}, {@link StreamListener#onWritable} is called when there
         *     is room again; -1 if none are taken any more
         */
        int write(byte[] buffer, int offset, int length);

        /**
         * Gives bytes that have come.
         *
         * @param buffer where to
         * @param offset where the first goes
         * @param length how many at most
         * @return how many there were; 0 if there are none now, -1 if there will be none any more
         */
        int read(byte[] buffer, int offset, int length);

        /** Says that nothing more will be written. */
        void shutdownOutput();

        /** Breaks the stream off; nothing is told any more. */
        void reset();
    }

    /** Hears what happens to a stream. */
    interface StreamListener {
        /** The other side has answered. Called once, first. */
        void onOpened();

        /** Bytes have come, or the end behind the last of them. */
        void onReadable();

        /** There is room again. */
        void onWritable();

        /**
         * The stream has ended: called once, last. What has come can be read until this returns.
         *
         * @param end why
         */
        void onEnded(StreamEnd end);
    }

    /** Why a stream has ended. */
    enum StreamEnd {
        /** Both sides have finished. */
        CLOSED,
        /** The other side has refused it, or broken it off. */
        RESET,
        /** The other side did not answer in the time for connecting. */
        UNANSWERED,
        /** The other side was there and has fallen silent. */
        TIMED_OUT,
        /** There was no circuit in the time for connecting. */
        NO_CIRCUIT,
        /** The circuit has failed, and the other side would not know the stream at another exit. */
        MOVED,
        /** There are as many streams as there may be. */
        TOO_MANY,
        /** The tunnel has ended. */
        TUNNEL_CLOSED,
    }
}

package org.tunnel8.stream;

/**
 * Hears what happens to a stream. Called on the engine's thread, from within {@link UtpEndpoint#flush()} or a deadline;
 * {@link #onEnded} also from within what ends the stream. May call anything of the stream and of its endpoint.
 */
public interface UtpListener {
    /**
     * Learns that the other side has answered: called once, first.
     *
     * @param stream the stream
     */
    default void onConnected(UtpStream stream) {}

    /**
     * Learns that bytes have come, or the end behind the last of them. Called at most once for a batch of datagrams; not
     * called again for bytes that are left unread until more come.
     *
     * @param stream the stream
     */
    default void onReadable(UtpStream stream) {}

    /**
     * Learns that there is room again, after {@link UtpStream#write} has taken less than it was given.
     *
     * @param stream the stream
     */
    default void onWritable(UtpStream stream) {}

    /**
     * Learns that the other side sends nothing more, and that all it has sent is here. Called once, after
     * {@link #onReadable} for the last bytes; those may still be unread.
     *
     * @param stream the stream
     */
    default void onRemoteFinished(UtpStream stream) {}

    /**
     * Learns that the stream has ended: called once, last, whatever else was called. What has come can be read until this
     * returns.
     *
     * @param stream the stream
     * @param end why
     */
    void onEnded(UtpStream stream, UtpEnd end);
}

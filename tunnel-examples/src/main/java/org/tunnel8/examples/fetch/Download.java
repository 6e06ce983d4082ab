package org.tunnel8.examples.fetch;

import java.util.concurrent.CompletableFuture;

/** One torrent that is being downloaded through the tunnel, by whichever client. Thread-safe. */
public interface Download extends AutoCloseable {
    /**
     * Tells when all is there.
     *
     * @return completed normally when every piece has arrived and matches its hash; exceptionally, with an {@link
     *     IllegalStateException} that says why, when the download cannot go on
     */
    CompletableFuture<Void> finished();

    /**
     * What it is called.
     *
     * @return the torrent's name; empty while it is not known, which takes a peer when all there is is a magnet URI
     */
    String name();

    /**
     * How much there is in all.
     *
     * @return a number of bytes; 0 while it is not known
     */
    long totalBytes();

    /**
     * How much is there.
     *
     * @return a number of bytes, of pieces that were checked
     */
    long doneBytes();

    /**
     * How much peers have sent since the start.
     *
     * @return a number of bytes of the torrent's content
     */
    long deliveredBytes();

    /**
     * How many peers it is connected to.
     *
     * @return a number of peers, at this moment
     */
    int peers();

    /**
     * How many peers it has been connected to.
     *
     * @return a number of different addresses, since the start
     */
    int peersSeen();

    /** Ends the download and lets go of the files, which stay, finished or not: the next one goes on from there. */
    @Override
    void close();
}

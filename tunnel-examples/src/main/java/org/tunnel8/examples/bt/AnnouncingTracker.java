package org.tunnel8.examples.bt;

import bt.metainfo.TorrentId;
import bt.service.IdentityService;
import bt.torrent.TorrentDescriptor;
import bt.torrent.TorrentRegistry;
import bt.torrent.TorrentSessionState;
import bt.tracker.Tracker;
import bt.tracker.TrackerRequestBuilder;
import bt.tracker.TrackerResponse;
import java.time.Duration;
import java.util.Optional;

/** A tracker as {@code bt} asks one, told by an {@link Announce}. Thread-safe. */
abstract class AnnouncingTracker implements Tracker {
    /** Five tries of an exchange, or two of a datagram's and its answer. */
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** Said by the way: whoever waits for it, waits to be finished. */
    private static final Duration FAREWELL_LIMIT = Duration.ofSeconds(5);

    private static final int WANTED = 50;

    /** What is announced while it is not known, as other clients do: some of it, so that nobody takes us for a seeder. */
    private static final long UNKNOWN_LEFT_BYTES = 16_384;

    private final TorrentRegistry torrents;
    private final IdentityService identity;
    private final int port;

    AnnouncingTracker(TorrentRegistry torrents, IdentityService identity, int port) {
        this.torrents = torrents;
        this.identity = identity;
        this.port = port;
    }

    /**
     * Asks the tracker and waits for its answer.
     *
     * @param announce what it is told
     * @param limit how long to wait at most
     * @return the answer, or why there is none
     */
    abstract TrackerResponse announce(Announce announce, Duration limit);

    @Override
    public TrackerRequestBuilder request(TorrentId torrent) {
        return new TrackerRequestBuilder(torrent) {
            @Override
            public TrackerResponse start() {
                return send(Announce.Event.STARTED, LIMIT);
            }

            @Override
            public TrackerResponse stop() {
                return send(Announce.Event.STOPPED, FAREWELL_LIMIT);
            }

            @Override
            public TrackerResponse complete() {
                return send(Announce.Event.COMPLETED, FAREWELL_LIMIT);
            }

            @Override
            public TrackerResponse query() {
                return send(Announce.Event.QUERY, LIMIT);
            }

            private TrackerResponse send(Announce.Event event, Duration limit) {
                int wanted = getNumWant() == null ? WANTED : getNumWant();
                return announce(about(getTorrentId(), event, wanted), limit);
            }
        };
    }

    private Announce about(TorrentId torrent, Announce.Event event, int wanted) {
        Optional<TorrentSessionState> state =
                torrents.getDescriptor(torrent).flatMap(TorrentDescriptor::getSessionState);
        long left = state.map(TorrentSessionState::getLeft).orElse(TorrentSessionState.UNKNOWN);
        return new Announce(
                torrent.getBytes(),
                identity.getLocalPeerId().getBytes(),
                state.map(TorrentSessionState::getUploaded).orElse(0L),
                state.map(TorrentSessionState::getDownloaded).orElse(0L),
                left == TorrentSessionState.UNKNOWN ? UNKNOWN_LEFT_BYTES : left,
                event,
                wanted,
                port);
    }

    @Override
    public void close() {}
}

package org.tunnel8.examples.bt;

import bt.metainfo.TorrentId;
import bt.service.IdentityService;
import bt.torrent.TorrentRegistry;
import bt.tracker.AnnounceKey;
import bt.tracker.Tracker;
import bt.tracker.TrackerRequestBuilder;
import bt.tracker.TrackerResponse;
import bt.tracker.TrackerService;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.tunnel8.FlowOptions;
import org.tunnel8.TunnelClient;
import org.tunnel8.examples.fetch.TrackerUrls;

/**
 * The trackers of {@code bt}, in place of its own, which open sockets, look names up and tell trackers our address.
 *
 * <p>A tracker that cannot be asked through the tunnel answers with a failure, so that those beside it are asked all the same.
 * Thread-safe.
 */
final class TunnelTrackers extends TrackerService {
    private final TunnelClient client;
    private final FlowOptions options;
    private final TorrentRegistry torrents;
    private final IdentityService identity;
    private final int port;
    private final Consumer<String> notes;
    private final Map<String, Tracker> known = new ConcurrentHashMap<>();

    TunnelTrackers(
            TunnelClient client,
            FlowOptions options,
            TorrentRegistry torrents,
            IdentityService identity,
            int port,
            Consumer<String> notes) {
        super(Map.of());
        this.client = client;
        this.options = options;
        this.torrents = torrents;
        this.identity = identity;
        this.port = port;
        this.notes = notes;
    }

    @Override
    public boolean isSupportedProtocol(String url) {
        return true;
    }

    @Override
    public Tracker getTracker(String url) {
        return known.computeIfAbsent(url, this::tracker);
    }

    @Override
    public Tracker getTracker(AnnounceKey key) {
        return key.isMultiKey() ? super.getTracker(key) : getTracker(key.getTrackerUrl());
    }

    private Tracker tracker(String given) {
        String url = given.strip();
        if (!TrackerUrls.isReachable(url)) {
            return new UnreachableTracker(url);
        }
        AnnouncingTracker tracker = url.toLowerCase(Locale.ROOT).startsWith("udp:")
                ? new UdpTracker(client, options, torrents, identity, port, url)
                : new HttpTracker(client, options, torrents, identity, port, url);
        return new TalkingTracker(tracker, notes);
    }

    /** Neither plain HTTP nor UDP. */
    private record UnreachableTracker(String url) implements Tracker {
        @Override
        public TrackerRequestBuilder request(TorrentId torrent) {
            return new Request(torrent) {
                @Override
                TrackerResponse send(Step step) {
                    return TrackerResponse.failure("it is neither plain HTTP nor UDP");
                }
            };
        }

        @Override
        public void close() {}
    }

    /** Tells a user why a tracker does not answer. */
    private record TalkingTracker(AnnouncingTracker tracker, Consumer<String> notes) implements Tracker {
        @Override
        public TrackerRequestBuilder request(TorrentId torrent) {
            TrackerRequestBuilder asked = tracker.request(torrent);
            return new Request(torrent) {
                @Override
                TrackerResponse send(Step step) {
                    asked.numWant(getNumWant());
                    TrackerResponse response = step.of(asked);
                    if (!response.isSuccess()) {
                        notes.accept("tracker " + tracker + ": " + response.getErrorMessage());
                    }
                    return response;
                }
            };
        }

        @Override
        public void close() {
            tracker.close();
        }
    }

    /** One of the four things that a tracker is told. */
    private interface Step {
        TrackerResponse of(TrackerRequestBuilder request);
    }

    private abstract static class Request extends TrackerRequestBuilder {
        Request(TorrentId torrent) {
            super(torrent);
        }

        abstract TrackerResponse send(Step step);

        @Override
        public TrackerResponse start() {
            return send(TrackerRequestBuilder::start);
        }

        @Override
        public TrackerResponse stop() {
            return send(TrackerRequestBuilder::stop);
        }

        @Override
        public TrackerResponse complete() {
            return send(TrackerRequestBuilder::complete);
        }

        @Override
        public TrackerResponse query() {
            return send(TrackerRequestBuilder::query);
        }
    }
}

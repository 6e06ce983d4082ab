package org.tunnel8.examples.bt;

import bt.service.IdentityService;
import bt.torrent.TorrentRegistry;
import bt.tracker.TrackerResponse;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.tunnel8.FlowOptions;
import org.tunnel8.HttpReply;
import org.tunnel8.TunnelClient;
import org.tunnel8.TunnelException;

/** A tracker that is asked by plain HTTP (BEP 3), by an exit: {@link TunnelClient#http}. Thread-safe. */
final class HttpTracker extends AnnouncingTracker {
    private static final int MOST_REDIRECTIONS = 3;
    private static final int OK = 200;
    private static final int REDIRECTION = 307;

    private final TunnelClient client;
    private final FlowOptions options;
    private final String url;
    private volatile byte[] trackerId = {};

    HttpTracker(
            TunnelClient client,
            FlowOptions options,
            TorrentRegistry torrents,
            IdentityService identity,
            int port,
            String url) {
        super(torrents, identity, port);
        this.client = client;
        this.options = options;
        this.url = url;
    }

    @Override
    TrackerResponse announce(Announce announce, Duration limit) {
        try {
            URI uri = URI.create(url + (url.indexOf('?') < 0 ? "?" : "&") + query(announce));
            long endNanos = System.nanoTime() + limit.toNanos();
            for (int asked = 0; asked <= MOST_REDIRECTIONS; asked++) {
                Duration rest = Duration.ofNanos(Math.max(1, endNanos - System.nanoTime()));
                HttpReply reply = await(client.http(uri, rest, options));
                Optional<String> elsewhere = reply.header("location");
                if (reply.status() != REDIRECTION || elsewhere.isEmpty()) {
                    return response(reply);
                }
                uri = uri.resolve(elsewhere.get());
            }
            return TrackerResponse.failure("redirected again and again");
        } catch (IllegalArgumentException e) {
            return TrackerResponse.failure("cannot be asked: " + e.getMessage());
        } catch (TunnelException e) {
            return TrackerResponse.failure(e.getMessage());
        }
    }

    private static HttpReply await(Future<HttpReply> asked) {
        try {
            return asked.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TunnelException told) {
                throw told;
            }
            throw new CompletionException(e.getCause());
        } catch (InterruptedException e) {
            asked.cancel(true);
            Thread.currentThread().interrupt();
            throw new TunnelException(TunnelException.Kind.CLOSED, "stopped", e);
        }
    }

    private TrackerResponse response(HttpReply reply) {
        TrackerResponse response = AnnounceReply.http(reply.body());
        if (response.isSuccess() && reply.status() != OK) {
            return TrackerResponse.failure("HTTP status " + reply.status());
        }
        response.getTrackerId().ifPresent(id -> trackerId = id);
        return response;
    }

    /** Without {@code ip}, {@code ipv4} and {@code ipv6}: the tracker sees whom it is to tell peers of, which is the exit. */
    private String query(Announce announce) {
        StringBuilder query = new StringBuilder("info_hash=")
                .append(escaped(announce.infoHash()))
                .append("&peer_id=")
                .append(escaped(announce.peerId()))
                .append("&port=")
                .append(announce.port())
                .append("&uploaded=")
                .append(announce.uploaded())
                .append("&downloaded=")
                .append(announce.downloaded())
                .append("&left=")
                .append(announce.left())
                .append("&compact=1&supportcrypto=1&numwant=")
                .append(announce.wanted());
        if (announce.event() != Announce.Event.QUERY) {
            query.append("&event=").append(announce.event().name().toLowerCase(Locale.ROOT));
        }
        byte[] id = trackerId;
        if (id.length > 0) {
            query.append("&trackerid=").append(escaped(id));
        }
        return query.toString();
    }

    private static String escaped(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (byte each : bytes) {
            boolean plain =
                    (each >= '0' && each <= '9') || (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z');
            text.append(plain ? new String(new byte[] {each}, StandardCharsets.US_ASCII) : "%%%02x".formatted(each));
        }
        return text.toString();
    }

    @Override
    public String toString() {
        return url;
    }
}

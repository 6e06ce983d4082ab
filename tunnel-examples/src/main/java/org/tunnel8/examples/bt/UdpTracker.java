package org.tunnel8.examples.bt;

import bt.service.IdentityService;
import bt.torrent.TorrentRegistry;
import bt.tracker.TrackerResponse;
import com.google.common.net.InetAddresses;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import org.tunnel8.FlowOptions;
import org.tunnel8.TunnelClient;
import org.tunnel8.TunnelException;

/** A tracker that is asked by UDP (BEP 15), in a flow of datagrams of its own: {@link TunnelClient#datagrams}. Thread-safe. */
final class UdpTracker extends AnnouncingTracker {
    private final TunnelClient client;
    private final FlowOptions options;
    private final String url;

    UdpTracker(
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
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException e) {
            return TrackerResponse.failure("cannot be asked: " + e.getMessage());
        }
        if (uri.getHost() == null || uri.getPort() <= 0) {
            return TrackerResponse.failure("cannot be asked: a UDP tracker has a host and a port");
        }
        // One flow for one announce: a connection id lives for a minute, and announces are half an hour apart.
        try (UdpAnnouncer announcer = new UdpAnnouncer(client.datagrams(options), target(uri), pathOf(uri))) {
            return announcer.announce(announce, limit);
        } catch (TunnelException e) {
            return TrackerResponse.failure(e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return TrackerResponse.failure("stopped");
        }
    }

    /** A name stays one, for the exit to look up. */
    private static InetSocketAddress target(URI uri) {
        String host = uri.getHost();
        return InetAddresses.isUriInetAddress(host)
                ? new InetSocketAddress(InetAddresses.forUriString(host), uri.getPort())
                : InetSocketAddress.createUnresolved(host, uri.getPort());
    }

    private static String pathOf(URI uri) {
        String path = uri.getRawPath() == null ? "" : uri.getRawPath();
        return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
    }

    @Override
    public String toString() {
        return url;
    }
}

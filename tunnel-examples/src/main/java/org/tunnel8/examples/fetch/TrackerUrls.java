package org.tunnel8.examples.fetch;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/** Which trackers can be asked through the tunnel. */
public final class TrackerUrls {
    private TrackerUrls() {}

    /**
     * Whether a tracker can be asked through the tunnel: exits perform exchanges of plain HTTP and carry the datagrams of UDP
     * trackers. HTTPS and WebTorrent's trackers cannot be asked, and are better left alone than tried.
     *
     * @param url the tracker's URL as a torrent names it
     * @return true for {@code http} with a host, and {@code udp} with a host and a port
     */
    public static boolean isReachable(String url) {
        URI uri;
        try {
            uri = new URI(url.strip());
        } catch (URISyntaxException e) {
            return false;
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        boolean hasHost = uri.getHost() != null && uri.getUserInfo() == null;
        return hasHost && (scheme.equals("http") || (scheme.equals("udp") && uri.getPort() > 0));
    }
}

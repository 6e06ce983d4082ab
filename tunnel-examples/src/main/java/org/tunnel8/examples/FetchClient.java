package org.tunnel8.examples;

import java.util.Locale;

/** A torrent client that can be put on the tunnel. */
enum FetchClient {
    /** libtorrent, through the SOCKS5 proxy. */
    LIBTORRENT,
    /** bt, on streams, datagrams and exchanges. */
    BT;

    /** Its name on the command line. */
    String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}

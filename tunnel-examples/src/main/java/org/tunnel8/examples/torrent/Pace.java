package org.tunnel8.examples.torrent;

/** Whose waiting times a torrent client keeps to. */
public enum Pace {
    /** Those that libtorrent comes with: what a client of a user's does when its peers fall silent. */
    AS_SHIPPED,
    /** Shorter ones between packets and more patience with a peer, for a path of a few milliseconds that stays. */
    LOOPBACK
}

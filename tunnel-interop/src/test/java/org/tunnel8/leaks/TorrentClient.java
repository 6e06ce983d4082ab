package org.tunnel8.leaks;

import java.nio.file.Path;

/** A torrent client on the client's host, told to use the proxy for everything. For one thread. */
interface TorrentClient {
    /** Starts its process, the first time or after {@link #kill()}; it keeps nothing of before but the files. */
    void start();

    /** Has it download a torrent, or go on with what is there of it. */
    void add(LabTorrent torrent);

    /** Has it ask trackers and the DHT again, at once, where it can be told to. */
    void announce();

    /** Has it go on with a torrent as if it had never heard of its peers: those that failed it leaves alone for minutes. */
    void again(LabTorrent torrent);

    /** Tells it that the proxy is there again: by itself it looks after seconds, and after more with each time in vain. */
    void reconnect();

    /** Whether its process runs. */
    boolean isAlive();

    /** SIGKILL. */
    void kill();

    /** Where it puts what it downloads of a torrent. */
    Path folderOf(LabTorrent torrent);
}

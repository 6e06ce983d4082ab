package org.tunnel8.examples.fetch;

/** The content of a .torrent file. Immutable. */
public final class MetainfoFile implements TorrentSource {
    private final byte[] metainfo;

    /**
     * Holds the content.
     *
     * @param metainfo bencoded; copied
     */
    public MetainfoFile(byte[] metainfo) {
        this.metainfo = metainfo.clone();
    }

    /**
     * The content.
     *
     * @return a new array
     */
    public byte[] bytes() {
        return metainfo.clone();
    }
}

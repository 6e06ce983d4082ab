package org.tunnel8.examples.fetch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Where a torrent is known from: its .torrent file, or a magnet URI. */
public sealed interface TorrentSource permits MagnetLink, MetainfoFile {
    /** Larger than any .torrent file that clients take: libtorrent refuses 10 MB. */
    int MAX_FILE_BYTES = 10_000_000;

    /**
     * Reads what a user named.
     *
     * @param text a magnet URI or the path of a .torrent file
     * @return the source
     * @throws IllegalArgumentException if it is neither, with what is wrong
     */
    static TorrentSource of(String text) {
        if (MagnetLink.isMagnet(text)) {
            return MagnetLink.parse(text);
        }
        try {
            Path file = Path.of(text);
            if (Files.size(file) > MAX_FILE_BYTES) {
                throw new IllegalArgumentException(
                        "'" + text + "' is no .torrent file: it has more than " + MAX_FILE_BYTES + " bytes");
            }
            byte[] metainfo = Files.readAllBytes(file);
            if (metainfo.length == 0 || metainfo[0] != 'd') {
                throw new IllegalArgumentException("'" + text + "' is no .torrent file");
            }
            return new MetainfoFile(metainfo);
        } catch (NoSuchFileException | InvalidPathException e) {
            throw new IllegalArgumentException("there is no file '" + text + "', and it is no magnet URI", e);
        } catch (IOException e) {
            throw new IllegalArgumentException("'" + text + "' cannot be read: " + e.getMessage(), e);
        }
    }
}

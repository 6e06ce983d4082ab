package org.tunnel8.examples.bt;

import bt.data.Storage;
import bt.data.StorageUnit;
import bt.metainfo.Torrent;
import bt.metainfo.TorrentFile;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Compares what is in a torrent's files with the hashes of its pieces, whatever bt thinks of it. */
final class PieceCheck {
    private static final int READ_BYTES = 1 << 18;

    private final List<byte[]> expected = new ArrayList<>();
    private final Deque<TorrentFile> files;
    private final Torrent torrent;
    private final Storage storage;
    private final MessageDigest digest = sha1();
    private final ByteBuffer buffer = ByteBuffer.allocate(READ_BYTES);

    private PieceCheck(Torrent torrent, Storage storage) {
        this.torrent = torrent;
        this.storage = storage;
        this.files = new ArrayDeque<>(torrent.getFiles());
        torrent.getChunkHashes().forEach(expected::add);
    }

    /**
     * Reads all files.
     *
     * @param torrent says what is to be in them
     * @param storage where they are
     * @return true if every piece is there and right
     */
    static boolean isWhole(Torrent torrent, Storage storage) {
        return new PieceCheck(torrent, storage).passes();
    }

    private boolean passes() {
        int piece = 0;
        long missing = Math.min(torrent.getChunkSize(), torrent.getSize());
        while (!files.isEmpty()) {
            TorrentFile file = files.remove();
            StorageUnit unit = storage.getUnit(torrent, file);
            if (unit.size() < file.getSize()) {
                return false;
            }
            for (long at = 0; at < file.getSize(); ) {
                int length = (int) Math.min(READ_BYTES, Math.min(missing, file.getSize() - at));
                buffer.clear().limit(length);
                unit.readBlockFully(buffer, at);
                if (buffer.hasRemaining()) {
                    return false;
                }
                digest.update(buffer.flip());
                at += length;
                missing -= length;
                if (missing == 0) {
                    if (piece == expected.size() || !MessageDigest.isEqual(digest.digest(), expected.get(piece))) {
                        return false;
                    }
                    piece++;
                    missing = Math.min(torrent.getChunkSize(), torrent.getSize() - piece * torrent.getChunkSize());
                }
            }
        }
        return piece == expected.size();
    }

    private static MessageDigest sha1() {
        try {
            return MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-1", e);
        }
    }
}

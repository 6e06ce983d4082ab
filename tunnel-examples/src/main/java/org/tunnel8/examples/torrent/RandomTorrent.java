package org.tunnel8.examples.torrent;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/**
 * A file of random bytes and the torrent that describes it (BEP 3: one file, SHA-1 pieces, no trackers).
 *
 * <p>Written and hashed piece by piece, so that memory does not depend on the length. Equal seeds give equal files. Immutable.
 */
public final class RandomTorrent {
    private static final String FILE_NAME = "tunnel8-demo.bin";

    /** 256 KiB: a few hundred pieces for the usual demo, small enough that the first one is soon there to be shown. */
    private static final int SMALL_PIECE_BYTES = 256 * 1024;

    /** 1 MiB: keeps a torrent of several GiB at a few thousand pieces. */
    private static final int LARGE_PIECE_BYTES = 1024 * 1024;

    private static final long LARGE_FILE_BYTES = 256L * 1024 * 1024;

    private final Path folder;
    private final Path file;
    private final long lengthBytes;
    private final byte[] metainfo;

    private RandomTorrent(Path folder, Path file, long lengthBytes, byte[] metainfo) {
        this.folder = folder;
        this.file = file;
        this.lengthBytes = lengthBytes;
        this.metainfo = metainfo;
    }

    /**
     * Writes the file into a folder.
     *
     * @param folder an existing folder without a file of that name
     * @param lengthBytes the file's length, at least 1
     * @param seed what the bytes are drawn from
     * @return the file and its torrent
     */
    public static RandomTorrent write(Path folder, long lengthBytes, long seed) {
        return write(folder, lengthBytes, seed, () -> false);
    }

    /**
     * Writes the file into a folder, unless it is to break off: many GiB take minutes.
     *
     * @param folder an existing folder without a file of that name
     * @param lengthBytes the file's length, at least 1
     * @param seed what the bytes are drawn from
     * @param stopped tells whether to break off; asked before each piece
     * @return the file and its torrent
     * @throws IllegalStateException if it broke off; what was written stays there
     */
    public static RandomTorrent write(Path folder, long lengthBytes, long seed, BooleanSupplier stopped) {
        if (lengthBytes < 1) {
            throw new IllegalArgumentException("a torrent's file has at least one byte, not " + lengthBytes);
        }
        int pieceBytes = lengthBytes > LARGE_FILE_BYTES ? LARGE_PIECE_BYTES : SMALL_PIECE_BYTES;
        Path file = folder.resolve(FILE_NAME);
        ByteArrayOutputStream hashes = new ByteArrayOutputStream();
        SplittableRandom random = new SplittableRandom(seed);
        byte[] piece = new byte[pieceBytes];
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), pieceBytes)) {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            for (long written = 0; written < lengthBytes; written += pieceBytes) {
                if (stopped.getAsBoolean()) {
                    throw new IllegalStateException("stopped before the file to be seeded was written");
                }
                int length = (int) Math.min(pieceBytes, lengthBytes - written);
                random.nextBytes(piece);
                out.write(piece, 0, length);
                sha1.update(piece, 0, length);
                hashes.writeBytes(sha1.digest());
            }
            return new RandomTorrent(
                    folder, file, lengthBytes, metainfo(lengthBytes, pieceBytes, hashes.toByteArray()));
        } catch (IOException e) {
            throw new UncheckedIOException("the file to be seeded could not be written: " + e.getMessage(), e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-1", e);
        }
    }

    private static byte[] metainfo(long lengthBytes, int pieceBytes, byte[] pieceHashes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        String head = "d4:infod6:lengthi" + lengthBytes + "e4:name" + FILE_NAME.length() + ":" + FILE_NAME
                + "12:piece lengthi" + pieceBytes + "e6:pieces" + pieceHashes.length + ":";
        out.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(pieceHashes);
        out.writeBytes("ee".getBytes(StandardCharsets.US_ASCII));
        return out.toByteArray();
    }

    /**
     * Tells which folder the random file is in.
     *
     * @return the folder that it was written to
     */
    public Path folder() {
        return folder;
    }

    /**
     * Tells how long the file is.
     *
     * @return a number of bytes
     */
    public long lengthBytes() {
        return lengthBytes;
    }

    /**
     * Gives the content of the .torrent file.
     *
     * @return a fresh copy, bencoded
     */
    public byte[] metainfo() {
        return metainfo.clone();
    }

    /**
     * Compares a downloaded copy with the file, byte for byte.
     *
     * @param folder where the torrent was downloaded to
     * @return whether the folder holds the same file, whole
     */
    public boolean isSameIn(Path folder) {
        Path copy = folder.resolve(FILE_NAME);
        try {
            return Files.isRegularFile(copy) && Files.mismatch(file, copy) == -1;
        } catch (IOException e) {
            throw new UncheckedIOException("the downloaded file could not be compared: " + e.getMessage(), e);
        }
    }
}

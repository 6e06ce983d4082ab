package org.tunnel8.leaks;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.tunnel8.examples.torrent.RandomTorrent;

/** A file of random bytes to be shared, and its .torrent file, which names trackers. Immutable. */
final class LabTorrent {
    /** What comes before the value of the only key of {@link RandomTorrent#metainfo()}. */
    private static final String INFO_KEY = "d4:info";

    private static final int PIECE_BYTES = 256 * 1024;

    private final String name;
    private final RandomTorrent content;
    private final Path file;
    private final String infoHash;

    private LabTorrent(String name, RandomTorrent content, Path file, String infoHash) {
        this.name = name;
        this.content = content;
        this.file = file;
        this.infoHash = infoHash;
    }

    /** Writes both into a folder of its own below this one. */
    static LabTorrent write(Path folder, String name, long lengthBytes, long seed, List<String> trackers) {
        try {
            RandomTorrent content =
                    RandomTorrent.write(Files.createDirectories(folder.resolve(name)), lengthBytes, seed);
            byte[] metainfo = content.metainfo();
            Path file = folder.resolve(name + ".torrent");
            Files.write(file, withTrackers(metainfo, trackers));
            byte[] info = Arrays.copyOfRange(metainfo, INFO_KEY.length(), metainfo.length - 1);
            String infoHash =
                    HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(info));
            return new LabTorrent(name, content, file, infoHash);
        } catch (IOException e) {
            throw new UncheckedIOException("a torrent cannot be written", e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-1", e);
        }
    }

    /** All trackers in one tier (BEP 12); the first one for those who know no tiers. */
    private static byte[] withTrackers(byte[] metainfo, List<String> trackers) {
        StringBuilder head = new StringBuilder("d8:announce").append(text(trackers.get(0)));
        head.append("13:announce-listll");
        trackers.forEach(tracker -> head.append(text(tracker)));
        head.append("ee");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(head.toString().getBytes(StandardCharsets.US_ASCII));
        out.write(metainfo, 1, metainfo.length - 1);
        return out.toByteArray();
    }

    private static String text(String value) {
        return value.length() + ":" + value;
    }

    String name() {
        return name;
    }

    /** The .torrent file. */
    Path file() {
        return file;
    }

    /** The folder that the content is in. */
    Path folder() {
        return content.folder();
    }

    /** In hexadecimal digits. */
    String infoHash() {
        return infoHash;
    }

    /** Whether the whole file is in this folder, byte for byte. */
    boolean isIn(Path copy) {
        return content.isSameIn(copy);
    }

    /** Whether some of the file's pieces are in this folder, whoever put them there. */
    boolean isBegunIn(Path copy) {
        try (Stream<Path> files = Files.list(content.folder())) {
            Path original = files.findFirst().orElseThrow();
            Path begun = copy.resolve(original.getFileName());
            return Files.isRegularFile(begun) && hasPieces(Files.readAllBytes(original), Files.readAllBytes(begun));
        } catch (IOException e) {
            throw new UncheckedIOException("files cannot be compared", e);
        }
    }

    private static boolean hasPieces(byte[] original, byte[] copy) {
        for (int begin = 0; begin + PIECE_BYTES <= copy.length; begin += PIECE_BYTES) {
            if (Arrays.equals(original, begin, begin + PIECE_BYTES, copy, begin, begin + PIECE_BYTES)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String toString() {
        return name;
    }
}

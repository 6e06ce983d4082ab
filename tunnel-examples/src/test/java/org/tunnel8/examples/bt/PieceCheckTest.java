package org.tunnel8.examples.bt;

import static org.assertj.core.api.Assertions.assertThat;

import bt.data.file.FileSystemStorage;
import bt.metainfo.MetadataService;
import bt.metainfo.Torrent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two files, whose border is within a piece; the last piece is short. */
class PieceCheckTest {
    private static final int PIECE = 16_384;
    private static final int FIRST_FILE = 40_000;
    private static final int LENGTH = 100_000;

    @TempDir
    private Path folder;

    private final byte[] content = new byte[LENGTH];
    private Torrent torrent;

    @BeforeEach
    void writeTorrent() throws Exception {
        new Random(20_261_127).nextBytes(content);
        MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
        ByteArrayOutputStream pieces = new ByteArrayOutputStream();
        for (int at = 0; at < LENGTH; at += PIECE) {
            pieces.write(sha1.digest(Arrays.copyOfRange(content, at, Math.min(LENGTH, at + PIECE))));
        }
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        String head = "d4:infod5:filesl" + file("first", FIRST_FILE) + file("second", LENGTH - FIRST_FILE)
                + "e4:name3:two12:piece lengthi" + PIECE + "e6:pieces" + pieces.size() + ":";
        file.write(head.getBytes(StandardCharsets.UTF_8));
        pieces.writeTo(file);
        file.write("ee".getBytes(StandardCharsets.UTF_8));
        torrent = new MetadataService().fromByteArray(file.toByteArray());
        Files.createDirectory(folder.resolve("two"));
        write("first", 0, FIRST_FILE);
        write("second", FIRST_FILE, LENGTH);
    }

    private static String file(String name, int length) {
        return "d6:lengthi" + length + "e4:pathl" + name.length() + ":" + name + "ee";
    }

    private void write(String name, int from, int to) throws IOException {
        Files.write(folder.resolve("two").resolve(name), Arrays.copyOfRange(content, from, to));
    }

    private boolean isWhole() {
        return PieceCheck.isWhole(torrent, new FileSystemStorage(folder));
    }

    @Test
    void takesFilesInWhichEveryPieceIsRight() {
        assertThat(isWhole()).isTrue();
    }

    @Test
    void seesOneWrongByteWhereverItIs() throws IOException {
        for (int at : new int[] {0, PIECE, FIRST_FILE - 1, FIRST_FILE, LENGTH - 1}) {
            content[at]++;
            write("first", 0, FIRST_FILE);
            write("second", FIRST_FILE, LENGTH);
            assertThat(isWhole()).as("a wrong byte at %d", at).isFalse();
            content[at]--;
        }
    }

    @Test
    void seesThatTheEndIsMissing() throws IOException {
        write("second", FIRST_FILE, LENGTH - 1);
        assertThat(isWhole()).isFalse();
        Files.delete(folder.resolve("two").resolve("second"));
        assertThat(isWhole()).isFalse();
    }
}

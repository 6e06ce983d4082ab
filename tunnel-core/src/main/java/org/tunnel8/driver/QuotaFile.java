package org.tunnel8.driver;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.YearMonth;
import java.util.HexFormat;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * How much of a month's quota is used, in a file of one line:
 *
 * <pre>
 * tunnel8-quota-1 MONTH USED CHECK
 * </pre>
 *
 * <p>the month as in 2026-11, the bytes, and the CRC-32 of all that in hexadecimal. Thread-safe: functions only.
 */
final class QuotaFile {
    private static final String VERSION = "tunnel8-quota-1";
    private static final int MAX_BYTES = 256;
    private static final int FIELDS = 3;

    private QuotaFile() {}

    /**
     * What a file holds.
     *
     * @param month the month it speaks of
     * @param usedBytes what is used of that month's quota
     */
    record Content(YearMonth month, long usedBytes) {}

    /** Tells that a file is there and does not say what it should. */
    static final class DamagedException extends IOException {
        private static final long serialVersionUID = 1L;

        DamagedException() {
            super("not as it was written");
        }
    }

    /**
     * Reads a file.
     *
     * @return null if there is none
     * @throws IOException if it cannot be read; {@link DamagedException} if it can and makes no sense
     */
    static @Nullable Content read(Path file) throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            // Reading from a pipe or a device might never end.
            throw new IOException("not a file");
        }
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        } catch (NoSuchFileException e) {
            return null;
        }
        String line = new String(bytes, StandardCharsets.ISO_8859_1);
        int end = line.lastIndexOf(' ');
        String content = line.substring(0, Math.max(end, 0));
        String[] fields = content.split(" ", -1);
        if (fields.length != FIELDS
                || !fields[0].equals(VERSION)
                || !line.substring(end + 1).equals(check(content) + "\n")) {
            throw new DamagedException();
        }
        try {
            long used = Long.parseLong(fields[2]);
            if (used >= 0) {
                return new Content(YearMonth.parse(fields[1]), used);
            }
        } catch (DateTimeException | NumberFormatException e) {
            // Told below, as if its check had been wrong.
        }
        throw new DamagedException();
    }

    /**
     * Replaces a file.
     *
     * @throws IOException if it cannot be written; the old one is as it was
     */
    static void write(Path file, Content content) throws IOException {
        String text = VERSION + " " + content.month() + " " + content.usedBytes();
        PrivateFile.replace(file, (text + " " + check(text) + "\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String check(String content) {
        CRC32 sum = new CRC32();
        sum.update(content.getBytes(StandardCharsets.ISO_8859_1));
        return HexFormat.of().toHexDigits((int) sum.getValue());
    }
}

package org.tunnel8.driver;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Writes small files that concern their owner alone: whole or not at all, and readable by nobody else where the file
 * system knows owners.
 *
 * <p>Thread-safe: functions only.
 */
public final class PrivateFile {
    private PrivateFile() {}

    /**
     * Puts a new file in place of the old one, if there is one. A crash at any moment leaves one of both.
     *
     * @param file which file; its folder must exist
     * @param bytes what it is to hold
     * @throws IOException if it cannot be written; the old one is as it was
     */
    public static void replace(Path file, byte[] bytes) throws IOException {
        Path absolute = file.toAbsolutePath();
        Path folder = absolute.getParent();
        if (folder == null) {
            throw new IOException("a folder and no file");
        }
        Path written = Files.createTempFile(folder, ".tunnel8", ".new", ownerOnly(absolute));
        try {
            try (FileChannel channel = FileChannel.open(written, StandardOpenOption.WRITE)) {
                ByteBuffer rest = ByteBuffer.wrap(bytes);
                while (rest.hasRemaining()) {
                    channel.write(rest);
                }
                // On the disk before it gets its name: else a power cut may leave the name and no bytes.
                channel.force(true);
            }
            Files.move(written, absolute, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(written);
        }
    }

    private static FileAttribute<?>[] ownerOnly(Path file) {
        if (!file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return new FileAttribute<?>[0];
        }
        Set<PosixFilePermission> permissions = PosixFilePermissions.fromString("rw-------");
        return new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)};
    }
}

package org.tunnel8.examples.torrent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * A fresh folder under the system's temporary folder that goes away with all it holds.
 *
 * <p>Immutable; {@link #close} may be called more than once and from any thread.
 */
public final class ScratchFolder implements AutoCloseable {
    private final Path path;

    private ScratchFolder(Path path) {
        this.path = path;
    }

    /**
     * Makes an empty folder that only this user may read.
     *
     * @return the folder, to be closed by the caller
     */
    public static ScratchFolder create() {
        try {
            return new ScratchFolder(Files.createTempDirectory("tunnel8-"));
        } catch (IOException e) {
            throw new UncheckedIOException("no temporary folder could be made: " + e.getMessage(), e);
        }
    }

    /**
     * Tells where the folder is.
     *
     * @return an absolute path
     */
    public Path path() {
        return path;
    }

    /**
     * Makes an empty folder inside this one.
     *
     * @param name a plain file name
     * @return the new folder's path
     */
    public Path folder(String name) {
        try {
            return Files.createDirectory(path.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException("no folder could be made in " + path + ": " + e.getMessage(), e);
        }
    }

    /**
     * Tells how much may still be written to the disk that the folder is on.
     *
     * @return a number of bytes
     */
    public long usableBytes() {
        try {
            return Files.getFileStore(path).getUsableSpace();
        } catch (IOException e) {
            throw new UncheckedIOException("the free space of " + path + " could not be read: " + e.getMessage(), e);
        }
    }

    /** Deletes the folder and all in it; what cannot be deleted is left to the system's own cleaning. */
    @Override
    public void close() {
        try {
            Files.walkFileTree(path, new Deletion());
        } catch (IOException e) {
            path.toFile().deleteOnExit();
        }
    }

    private static final class Deletion extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) {
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure) throws IOException {
            Files.deleteIfExists(folder);
            return FileVisitResult.CONTINUE;
        }
    }
}

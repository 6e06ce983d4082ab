package org.tunnel8.examples.torrent;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.libtorrent4j.LibTorrent;

/**
 * Brings libtorrent's native part into the process: it lies inside a jar, where the system's loader cannot reach it.
 *
 * <p>Thread-safe; the work is done once.
 */
final class NativeLibrary {
    /** Names the file for libtorrent4j, which reads it once, when its native class is initialised. */
    private static final String PATH_PROPERTY = "libtorrent4j.jni.path";

    private static final String RESOURCE = "/lib/x86_64/libtorrent4j.so";

    private NativeLibrary() {}

    /**
     * Loads the library, unless it is loaded already or the user named a file of their own.
     *
     * @throws IllegalStateException if there is none for this system
     */
    static synchronized void load() {
        if (System.getProperty(PATH_PROPERTY) != null) {
            LibTorrent.version();
            return;
        }
        String system = System.getProperty("os.name") + "/" + System.getProperty("os.arch");
        if (!system.equals("Linux/amd64")) {
            throw new IllegalStateException(
                    "the torrent client that comes with this program runs on Linux/amd64 only, not on " + system
                            + "; name your own build of it with -D" + PATH_PROPERTY + "=FILE");
        }
        // A loaded library stays mapped after its file is gone, so nothing is left behind however the process ends.
        try (ScratchFolder folder = ScratchFolder.create();
                InputStream library = NativeLibrary.class.getResourceAsStream(RESOURCE)) {
            if (library == null) {
                throw new IllegalStateException("libtorrent4j-linux is not on the class path");
            }
            Path file = folder.path().resolve("libtorrent4j.so");
            Files.copy(library, file);
            System.setProperty(PATH_PROPERTY, file.toString());
            LibTorrent.version();
        } catch (IOException e) {
            throw new UncheckedIOException("the torrent client's library could not be unpacked: " + e.getMessage(), e);
        }
    }
}

package org.tunnel8.examples.torrent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ScratchFolderTest {
    @Test
    void goesAwayWithAllItHolds() throws IOException {
        Path path;
        try (ScratchFolder folder = ScratchFolder.create()) {
            path = folder.path();
            Files.writeString(folder.folder("inner").resolve("file"), "text");
            assertThat(path).isDirectory();
            assertThat(folder.usableBytes()).isPositive();
        }
        assertThat(path).doesNotExist();
    }

    @Test
    void mayBeClosedTwice() {
        ScratchFolder folder = ScratchFolder.create();
        folder.close();
        folder.close();
        assertThat(folder.path()).doesNotExist();
    }
}

package org.tunnel8;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tunnel8.crypto.IdentityKey;

class IdentityFileTest {
    @TempDir
    private Path folder;

    private Path file() {
        return folder.resolve("node.key");
    }

    private void assertUnusable(Path file, String said) {
        assertThatThrownBy(() -> IdentityFile.load(file))
                .isInstanceOfSatisfying(
                        TunnelException.class,
                        e -> assertThat(e.kind()).isEqualTo(TunnelException.Kind.IDENTITY_UNUSABLE))
                .hasMessageContaining(file.toString())
                .hasMessageContaining(said);
    }

    @Test
    void isMadeWhenMissingAndReadAgain() throws IOException {
        IdentityKey made = IdentityFile.load(file());

        assertThat(Files.readAllBytes(file())).hasSize(74).startsWith("LibNaCLSK:".getBytes(StandardCharsets.US_ASCII));
        assertThat(IdentityFile.load(file()).publicKey()).isEqualTo(made.publicKey());
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file());
        }
    }

    @Test
    void onlyItsOwnerCanReadIt() throws IOException {
        assumeThat(folder.getFileSystem().supportedFileAttributeViews()).contains("posix");

        IdentityFile.load(file());

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 10, 73, 75, 10_000})
    void aFileOfAnotherSizeIsLeftAsItIs(int length) throws IOException {
        byte[] content = new byte[length];
        Files.write(file(), content);

        assertUnusable(file(), "restore it, or delete it");
        assertThat(Files.readAllBytes(file())).isEqualTo(content);
    }

    @Test
    void aDamagedFileIsLeftAsItIs() throws IOException {
        IdentityFile.load(file());
        byte[] content = Files.readAllBytes(file());
        content[3] ^= 1;
        Files.write(file(), content);

        assertUnusable(file(), "restore it, or delete it");
        assertThat(Files.readAllBytes(file())).isEqualTo(content);
    }

    @Test
    void aMissingFolderIsSaidToBe() {
        assertUnusable(folder.resolve("no").resolve("node.key"), "folder");
    }

    @Test
    void whatIsNoFileCannotBeRead() throws IOException {
        assertUnusable(folder, "cannot be read");
        Path plain = Files.createFile(folder.resolve("plain"));
        assertUnusable(plain.resolve("node.key"), "cannot be");
    }

    @Test
    void neitherKeyNorItsTextAppearsInErrors() throws IOException {
        byte[] content = new byte[74];
        Arrays.fill(content, (byte) 'k');
        Files.write(file(), content);

        assertThatThrownBy(() -> IdentityFile.load(file())).hasMessageNotContaining("kkkk");
    }

    @Test
    void aClientKeepsTheKeyOfItsFile() throws IOException {
        try (TunnelClient client =
                TunnelClient.builder().identity(file()).layerCipher("jdk").build()) {
            assertThat(client.status().state()).isEqualTo(TunnelStatus.State.NEW);
        }
        byte[] first = Files.readAllBytes(file());
        try (TunnelClient client =
                TunnelClient.builder().identity(file()).layerCipher("jdk").build()) {
            assertThat(client.status().state()).isEqualTo(TunnelStatus.State.NEW);
        }
        assertThat(Files.readAllBytes(file())).isEqualTo(first);
    }
}

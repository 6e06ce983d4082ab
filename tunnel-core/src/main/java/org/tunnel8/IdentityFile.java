package org.tunnel8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import org.tunnel8.crypto.CryptoFailure;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.driver.PrivateFile;

/**
 * A node's key in a file, in the network's own form ({@code LibNaCLSK:} and 64 bytes, PROTOCOL.md §3).
 *
 * <p>Thread-safe: functions only.
 */
public final class IdentityFile {
    private static final int FILE_BYTES = 74;

    private IdentityFile() {}

    /**
     * Reads the key of a file; makes key and file if there is none. The file can be read by its owner alone, where the
     * file system knows owners.
     *
     * @param file where the key is kept
     * @return the key
     * @throws TunnelException of kind IDENTITY_UNUSABLE if the file cannot be read or written, or holds something else
     */
    public static IdentityKey load(Path file) {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            // One byte more shows that the file holds something else, however large it is.
            bytes = in.readNBytes(FILE_BYTES + 1);
        } catch (NoSuchFileException e) {
            return create(file);
        } catch (IOException e) {
            throw unusable(file, "cannot be read", e);
        }
        try {
            return IdentityKey.parse(bytes);
        } catch (CryptoFailure e) {
            String what = "holds no key of this network, which has " + FILE_BYTES
                    + " bytes: restore it, or delete it to be somebody new";
            throw unusable(file, what, e);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private static IdentityKey create(Path file) {
        IdentityKey key = IdentityKey.generate(new SecureRandom());
        byte[] bytes = key.toBytes();
        try {
            PrivateFile.replace(file, bytes);
            return key;
        } catch (IOException e) {
            throw unusable(file, "cannot be written: is there such a folder, and may it be written to?", e);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private static TunnelException unusable(Path file, String what, Exception cause) {
        return new TunnelException(
                TunnelException.Kind.IDENTITY_UNUSABLE, "the identity file " + file + " " + what, cause);
    }
}

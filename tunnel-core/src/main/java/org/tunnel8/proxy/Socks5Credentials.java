package org.tunnel8.proxy;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * The user name and password that clients of the proxy must give (RFC 1929).
 *
 * <p>Immutable. Compared in a time that does not depend on how much of a guess is right; its text form shows neither
 * part.
 */
public final class Socks5Credentials {
    /** Longest user name or password in bytes: each travels behind a length of one byte (RFC 1929 §2). */
    public static final int MAX_BYTES = 255;

    private final byte[] user;
    private final byte[] password;

    private Socks5Credentials(byte[] user, byte[] password) {
        this.user = user;
        this.password = password;
    }

    /**
     * Names the credentials to ask for.
     *
     * @param user user name, 1 to 255 bytes as UTF-8
     * @param password password, 1 to 255 bytes as UTF-8
     * @return the credentials
     * @throws IllegalArgumentException if a part is empty or too long
     */
    public static Socks5Credentials of(String user, String password) {
        return new Socks5Credentials(bytes("user name", user), bytes("password", password));
    }

    boolean accepts(byte[] givenUser, byte[] givenPassword) {
        // Both are always compared, so that the time does not tell which of them was wrong.
        boolean sameUser = MessageDigest.isEqual(user, givenUser);
        boolean samePassword = MessageDigest.isEqual(password, givenPassword);
        return sameUser && samePassword;
    }

    boolean acceptsPassword(byte[] givenPassword) {
        return MessageDigest.isEqual(password, givenPassword);
    }

    @Override
    public String toString() {
        return "Socks5Credentials[hidden]";
    }

    private static byte[] bytes(String what, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0 || bytes.length > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "a SOCKS5 " + what + " has 1 to " + MAX_BYTES + " bytes, not " + bytes.length);
        }
        return bytes;
    }
}

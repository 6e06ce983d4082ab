package org.tunnel8.examples.monitor;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;

/** The word in the page's address that only who started the command knows: 128 random bits, fresh with each start. Immutable. */
final class AccessToken {
    private static final int BYTES = 16;

    private final String text;

    private AccessToken(String text) {
        this.text = text;
    }

    static AccessToken random() {
        byte[] bytes = new byte[BYTES];
        new SecureRandom().nextBytes(bytes);
        return new AccessToken(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    /** Compares in a time that does not tell how much of it is right. */
    boolean is(String given) {
        return MessageDigest.isEqual(
                text.getBytes(StandardCharsets.ISO_8859_1), given.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** For the address that is shown to the user. */
    String text() {
        return text;
    }

    @Override
    public String toString() {
        return "AccessToken";
    }
}

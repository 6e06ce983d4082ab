package org.tunnel8.proxy;

import io.netty.handler.codec.socksx.v5.Socks5AuthMethod;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Decides who is let in, and which isolation key that one has. Loop thread only; one for each connection. */
final class Login {
    private final Socks5Settings settings;
    private @Nullable String isolationKey;

    Login(Socks5Settings settings) {
        this.settings = settings;
    }

    /** The one method that clients must offer. */
    Socks5AuthMethod method() {
        return settings.credentials() == null ? Socks5AuthMethod.NO_AUTH : Socks5AuthMethod.PASSWORD;
    }

    boolean accepts(UserPassword given) {
        Socks5Credentials asked = settings.credentials();
        if (asked == null) {
            return false;
        }
        if (!settings.isolateByUser()) {
            return asked.accepts(given.user(), given.password());
        }
        isolationKey = text(given.user());
        return asked.acceptsPassword(given.password()) && isolationKey != null;
    }

    /** The key of whoever was let in; null for no isolation. */
    @Nullable
    String isolationKey() {
        return isolationKey;
    }

    /** The user name as text, or null if it is none: two names must never become one key. */
    private static @Nullable String text(byte[] user) {
        try {
            return user.length == 0
                    ? null
                    : StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(user))
                            .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}

package org.tunnel8.crypto;

import java.io.Serial;

/**
 * Tells that bytes from the wire do not hold up cryptographically: a malformed key, a low-order point, a wrong tag.
 *
 * <p>Stackless, since strangers can cause it at will. Thread-safe.
 */
public final class CryptoFailure extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * Makes a failure.
     *
     * @param message what does not hold, without any secret
     */
    public CryptoFailure(String message) {
        super(message, null, false, false);
    }
}

package org.tunnel8.examples;

import java.io.Serial;

/** Tells that the options, each fine by itself, do not go together; the command line ends with status 2 and the message. */
final class UsageException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }
}

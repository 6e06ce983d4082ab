package org.tunnel8.transport;

import org.jspecify.annotations.Nullable;

/**
 * What of addresses may be in the log ({@code D12}): nothing, at any level, unless the user has asked for it in so many
 * words. What exceptions say is theirs, and holds addresses, names and paths more often than not. Thread-safe.
 */
public final class LogDetail {
    /** The system property by which addresses are let into the log from the start: {@value}{@code =true}. */
    public static final String PROPERTY = "tunnel8.log.addresses";

    private static volatile boolean revealed = Boolean.getBoolean(PROPERTY);

    /** Stands for an exception in the log: says what and where, and not what it says itself. */
    private static final class Hushed extends Exception {
        private static final long serialVersionUID = 1L;
        private static final int MOST_CAUSES = 8;

        Hushed(Throwable failure, int depth) {
            super(
                    failure.getClass().getName(),
                    failure.getCause() == null || depth == MOST_CAUSES
                            ? null
                            : new Hushed(failure.getCause(), depth + 1),
                    false,
                    true);
            setStackTrace(failure.getStackTrace());
        }
    }

    private LogDetail() {}

    /**
     * Lets what exceptions say into the log, addresses included, or keeps it out again.
     *
     * @param yes true only after the user has agreed: whoever reads the log can then see whom he talks to
     */
    public static void reveal(boolean yes) {
        revealed = yes;
    }

    /**
     * Tells whether addresses may be in the log.
     *
     * @return false unless that was asked for
     */
    public static boolean isRevealed() {
        return revealed;
    }

    /**
     * An exception as it may be logged.
     *
     * @param failure what was thrown; may be null
     * @return itself where addresses may be logged; else one with the same stack trace and causes, whose message is its type
     */
    public static @Nullable Throwable of(@Nullable Throwable failure) {
        return failure == null || revealed ? failure : new Hushed(failure, 0);
    }
}

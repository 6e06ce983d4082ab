package org.tunnel8.driver;

import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * How much is carried for others in a calendar month, and where it is kept how much of that is used. Immutable.
 *
 * @param bytesPerMonth what is carried in a month of UTC, in and out together
 * @param file made when missing, in a folder that exists
 * @param onTrouble hears in a sentence what is wrong with the file, on any thread
 */
public record QuotaSettings(long bytesPerMonth, Path file, Consumer<String> onTrouble) {
    /** Checks the amount. */
    public QuotaSettings {
        if (bytesPerMonth < 1) {
            throw new IllegalArgumentException("a quota is at least 1 byte a month, not " + bytesPerMonth);
        }
    }
}

package org.tunnel8.driver;

import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Where an engine's memory of peers is kept between runs. Immutable.
 *
 * @param file made when missing, in a folder that exists
 * @param maxAge peers that were last heard longer ago are forgotten
 * @param onTrouble hears in a sentence what is wrong with the file, on any thread; it is no reason to stop
 */
public record MemorySettings(Path file, Duration maxAge, Consumer<String> onTrouble) {
    /** The age beyond which peers are forgotten, unless told otherwise. Few hosts keep address and key for longer. */
    public static final Duration DEFAULT_MAX_AGE = Duration.ofDays(7);

    /** Checks what must hold. */
    public MemorySettings {
        checkAge(maxAge);
    }

    /**
     * Refuses an age that nothing can have.
     *
     * @param maxAge the longest time since a peer was heard
     * @return the same
     * @throws IllegalArgumentException if it is not above zero
     */
    public static Duration checkAge(Duration maxAge) {
        if (maxAge.isNegative() || maxAge.isZero()) {
            throw new IllegalArgumentException("the age beyond which peers are forgotten must be above zero");
        }
        return maxAge;
    }
}

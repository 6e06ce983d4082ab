package org.tunnel8;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.tunnel8.circuit.CircuitSettings;

/**
 * What is special about a flow: over how many hops it goes, and with whom it may share circuits. Immutable.
 *
 * <p>Each number of hops in use has circuits of its own, with standbys; all of them together are 8 at most.
 */
public final class FlowOptions {
    private static final FlowOptions STANDARD = new FlowOptions(0, null);

    private final int hops;
    private final @Nullable String isolationKey;

    private FlowOptions(int hops, @Nullable String isolationKey) {
        this.hops = hops;
        this.isolationKey = isolationKey;
    }

    /**
     * A flow with nothing special: the client's number of hops, circuits shared with all flows like it.
     *
     * @return the options
     */
    public static FlowOptions standard() {
        return STANDARD;
    }

    /**
     * The same over another number of hops.
     *
     * @param count 1 to 3; with one hop the exit knows who you are
     * @return the options
     * @throws IllegalArgumentException if it is another number
     */
    public FlowOptions hops(int count) {
        return new FlowOptions(CircuitSettings.requireHops(count), isolationKey);
    }

    /**
     * The same on circuits that carry nothing of another key, so that nobody at an exit can tie the two together (D15).
     *
     * @param key any text; it never leaves this process
     * @return the options
     */
    public FlowOptions isolated(String key) {
        return new FlowOptions(hops, Objects.requireNonNull(key));
    }

    /**
     * How many hops it asks for.
     *
     * @return empty for the client's own number
     */
    public OptionalInt hops() {
        return hops == 0 ? OptionalInt.empty() : OptionalInt.of(hops);
    }

    /**
     * Whom it shares circuits with.
     *
     * @return the key; empty if with all flows that name none
     */
    public Optional<String> isolationKey() {
        return Optional.ofNullable(isolationKey);
    }
}

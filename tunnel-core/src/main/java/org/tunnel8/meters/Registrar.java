package org.tunnel8.meters;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/** Registers the meters of one client or node under its name, and takes them out again. Thread-safe. */
final class Registrar {
    static final String BYTES = "bytes";
    static final String SECONDS = "seconds";

    private final MeterRegistry registry;
    private final Tags node;
    private final List<Meter> registered = new ArrayList<>();
    /** Registries hold what a counter reads weakly. */
    private final List<DoubleSupplier> kept = new ArrayList<>();

    private boolean closed;

    Registrar(MeterRegistry registry, String name) {
        this.registry = registry;
        this.node = Tags.of("node", name);
    }

    /** A count that only grows. What holds the value lives as long as the registrar does. */
    synchronized void counter(String name, @Nullable String unit, String what, DoubleSupplier value, String... tags) {
        if (!closed) {
            registered.add(FunctionCounter.builder(name, value, DoubleSupplier::getAsDouble)
                    .baseUnit(unit)
                    .description(what)
                    .tags(node.and(tags))
                    .register(registry));
            kept.add(value);
        }
    }

    /** A value that goes up and down. */
    synchronized void gauge(String name, @Nullable String unit, String what, DoubleSupplier value, String... tags) {
        if (!closed) {
            registered.add(Gauge.builder(name, value, DoubleSupplier::getAsDouble)
                    .baseUnit(unit)
                    .description(what)
                    .tags(node.and(tags))
                    .strongReference(true)
                    .register(registry));
        }
    }

    /** Times, with the counts of those up to each bound. */
    synchronized Timer timer(String name, String what, Duration[] bounds, String... tags) {
        Timer timer = Timer.builder(name)
                .description(what)
                .serviceLevelObjectives(bounds)
                .tags(node.and(tags))
                .register(registry);
        registered.add(timer);
        return timer;
    }

    /** Takes all meters out; none is registered any more. */
    synchronized void close() {
        closed = true;
        registered.forEach(registry::remove);
        registered.clear();
        kept.clear();
    }

    /** A constant's name as the value of a tag. */
    static String value(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** A name of {@code docs/limits.md} as the value of a tag. */
    static String value(String words) {
        return words.toLowerCase(Locale.ROOT).replace("'", "").replace(' ', '-');
    }
}

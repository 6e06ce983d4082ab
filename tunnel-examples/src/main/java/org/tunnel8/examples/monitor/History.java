package org.tunnel8.examples.monitor;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What was seen in the last ten minutes, so that a page that is opened later shows it. Thread-safe. */
final class History {
    /** Ten minutes of a sample a second. */
    static final int MOST_SAMPLES = 600;

    /** Two for traffic and one for each own circuit, of which there are eight at most; some to spare. */
    static final int MOST_LINES = 16;

    private static final double MILLIS_PER_SECOND = 1e3;

    private final Deque<JsonObject> samples = new ArrayDeque<>();
    private Map<String, Long> lastTotals = Map.of();
    private long lastMillis;

    /**
     * Adds what was seen.
     *
     * @param millis when, since 1970
     * @param look what
     * @return the sample, as the page gets it
     */
    synchronized JsonObject add(long millis, View.Look look) {
        Map<String, Double> values = new TreeMap<>();
        double seconds = (millis - lastMillis) / MILLIS_PER_SECOND;
        look.totals().forEach((line, total) -> {
            @Nullable Long before = lastTotals.get(line);
            if (before != null && seconds > 0) {
                values.put(line, Math.max(0, total - before) / seconds);
            }
        });
        look.levels().forEach(values::put);
        lastTotals = Map.copyOf(look.totals());
        lastMillis = millis;
        JsonObject sample = new JsonObject();
        sample.addProperty("time", millis);
        JsonObject lines = new JsonObject();
        values.entrySet().stream()
                .limit(MOST_LINES)
                .forEach(value -> lines.addProperty(value.getKey(), Figures.rounded(value.getValue())));
        sample.add("lines", lines);
        samples.addLast(sample);
        if (samples.size() > MOST_SAMPLES) {
            samples.removeFirst();
        }
        return sample;
    }

    /** All of it, the oldest first. */
    synchronized JsonArray all() {
        JsonArray all = new JsonArray();
        samples.forEach(all::add);
        return all;
    }
}

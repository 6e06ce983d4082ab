package org.tunnel8.examples.monitor;

import com.google.gson.JsonObject;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;

/** How much of what was dropped was dropped in the last minute. For one thread. */
final class DropMinute {
    private static final long MINUTE_MILLIS = Duration.ofMinutes(1).toMillis();

    /** One look a second. */
    private static final int MOST_LOOKS = 61;

    private final Deque<Then> looks = new ArrayDeque<>();

    private record Then(long millis, Map<String, Long> drops) {}

    /**
     * Adds a look.
     *
     * @param millis when, since 1970
     * @param drops what was dropped since the start, by reason
     * @return for each reason, the total and what of it is of the last minute, or of the time since the first look
     */
    JsonObject add(long millis, Map<String, Long> drops) {
        looks.addLast(new Then(millis, Map.copyOf(drops)));
        while (looks.size() > MOST_LOOKS || looks.getFirst().millis() < millis - MINUTE_MILLIS) {
            looks.removeFirst();
        }
        Map<String, Long> before = looks.getFirst().drops();
        JsonObject all = new JsonObject();
        new TreeMap<>(drops).forEach((reason, total) -> {
            JsonObject one = new JsonObject();
            one.addProperty("total", total);
            one.addProperty("lastMinute", total - before.getOrDefault(reason, 0L));
            all.add(reason, one);
        });
        return all;
    }
}

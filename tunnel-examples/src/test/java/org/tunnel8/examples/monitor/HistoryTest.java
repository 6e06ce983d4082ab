package org.tunnel8.examples.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class HistoryTest {
    private static View.Look look(Map<String, Long> totals, Map<String, Double> levels) {
        return new View.Look(new JsonObject(), totals, levels, Map.of());
    }

    @Test
    void countsAreDrawnByWhatIsAddedInASecondAndLevelsAsTheyAre() {
        History history = new History();
        JsonObject first = history.add(1_000, look(Map.of("up", 500L), Map.of("circuit 1", 12.5)));
        assertThat(first.getAsJsonObject("lines").toString()).isEqualTo("{\"circuit 1\":12.5}");
        JsonObject second = history.add(3_000, look(Map.of("up", 1_500L), Map.of()));
        assertThat(second.getAsJsonObject("lines").toString()).isEqualTo("{\"up\":500.0}");
        JsonObject less = history.add(4_000, look(Map.of("up", 100L), Map.of()));
        assertThat(less.getAsJsonObject("lines").get("up").getAsDouble())
                .as("another client is watched")
                .isZero();
        JsonObject back = history.add(3_500, look(Map.of("up", 200L), Map.of()));
        assertThat(back.getAsJsonObject("lines").has("up"))
                .as("the clock was set back")
                .isFalse();
    }

    @Test
    void keepsTenMinutesAndSoManyLinesAtTheMost() {
        History history = new History();
        Map<String, Double> levels = new TreeMap<>();
        for (int i = 0; i < 2 * History.MOST_LINES; i++) {
            levels.put("circuit " + i, 1.0);
        }
        for (int i = 0; i < 2 * History.MOST_SAMPLES; i++) {
            history.add(1_000L * i, look(Map.of(), levels));
        }
        JsonArray all = history.all();
        assertThat(all).hasSize(History.MOST_SAMPLES);
        JsonObject oldest = all.get(0).getAsJsonObject();
        assertThat(oldest.get("time").getAsLong()).isEqualTo(1_000L * History.MOST_SAMPLES);
        assertThat(oldest.getAsJsonObject("lines").size()).isEqualTo(History.MOST_LINES);
    }

    @Test
    void dropsOfTheLastMinuteAreToldApart() {
        DropMinute minute = new DropMinute();
        minute.add(0, Map.of("MALFORMED", 5L));
        minute.add(30_000, Map.of("MALFORMED", 7L));
        assertThat(minute.add(60_000, Map.of("MALFORMED", 9L, "NO_CIRCUIT", 2L)).toString())
                .isEqualTo(
                        "{\"MALFORMED\":{\"total\":9,\"lastMinute\":4},\"NO_CIRCUIT\":{\"total\":2,\"lastMinute\":2}}");
        assertThat(minute.add(90_001, Map.of("MALFORMED", 9L)).toString())
                .isEqualTo("{\"MALFORMED\":{\"total\":9,\"lastMinute\":0}}");
    }
}

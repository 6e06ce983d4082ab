package org.tunnel8.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** What is forgotten, and when. */
class LapsingMapTest {
    private static final long AGE = 8_000;

    private final Deadlines deadlines = new Deadlines(0);
    private final LapsingMap<String, Integer> map = new LapsingMap<>(deadlines, 3, AGE);

    private void runUntil(long nowNanos) {
        while (deadlines.nextNanos() <= nowNanos) {
            deadlines.advance(deadlines.nextNanos());
            deadlines.runDue();
        }
        deadlines.advance(nowNanos);
    }

    @Test
    void findsWhatWasEnteredUntilItLapses() {
        map.put("a", 1);
        deadlines.advance(AGE - 1);
        assertThat(map.get("a")).isEqualTo(1);

        deadlines.advance(AGE);
        assertThat(map.get("a")).isNull();
        assertThat(map.remove("a")).isNull();
    }

    @Test
    void enteringAgainMakesItLastAndLookingDoesNot() {
        map.put("a", 1);
        map.put("b", 2);
        deadlines.advance(AGE / 2);
        map.put("a", 3);
        assertThat(map.get("b")).isEqualTo(2);

        deadlines.advance(AGE);
        assertThat(map.get("a")).isEqualTo(3);
        assertThat(map.get("b")).isNull();
    }

    @Test
    void whatWasEnteredLongestAgoGoesFirstBeyondItsBound() {
        map.put("a", 1);
        map.put("b", 2);
        map.put("c", 3);
        map.put("a", 4);
        map.put("d", 5);

        assertThat(map.size()).isEqualTo(3);
        assertThat(map.get("b")).isNull();
        assertThat(map.get("a")).isEqualTo(4);
    }

    @Test
    void holdsNothingAnEighthAfterTheLastHasLapsedThoughNobodyLooks() {
        map.put("a", 1);
        runUntil(AGE / 2);
        map.put("b", 2);
        runUntil(AGE);
        assertThat(map.size()).isEqualTo(1);

        runUntil(AGE / 2 + AGE + AGE / 8);
        assertThat(map.size()).isZero();
        assertThat(deadlines.size()).as("nothing to wait for").isZero();
    }

    @Test
    void needsOneDeadlineHoweverManyEntriesItHolds() {
        for (int i = 0; i < 100; i++) {
            runUntil(i);
            map.put("key" + i, i);
            assertThat(deadlines.size()).isEqualTo(1);
        }
        map.clear();
        assertThat(map.size()).isZero();
    }

    @Test
    void refusesToHoldNothing() {
        assertThatThrownBy(() -> new LapsingMap<>(deadlines, 0, AGE)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new LapsingMap<>(deadlines, 1, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}

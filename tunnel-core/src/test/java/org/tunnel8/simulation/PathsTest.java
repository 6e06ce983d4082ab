package org.tunnel8.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PathsTest {
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();
    private static final int SITES = 100;

    private final Paths paths = new Paths(7);

    PathsTest() {
        paths.settings(LinkSettings.internet());
    }

    private long use(int a, int b, long nowNanos) {
        int path = paths.between(a, b, nowNanos);
        long oneWay = paths.oneWayNanos(path);
        paths.inOrder(path, a < b, nowNanos + oneWay);
        return oneWay;
    }

    @Test
    void aWayTakesTheSameTimeHoweverLongNobodyUsedIt() {
        long before = use(1, 2, 0);
        for (int hour = 1; hour <= 24; hour++) {
            for (int site = 3; site < 3 + 50 * SITES; site++) {
                use(SITES * SITES * hour, SITES * SITES * hour + site, 60 * MINUTE * hour);
            }
        }

        assertThat(use(1, 2, 25 * 60 * MINUTE)).isEqualTo(before);
        assertThat(use(2, 1, 26 * 60 * MINUTE)).isEqualTo(before);
    }

    @Test
    void waysOfThoseWhoHaveLeftAreForgotten() {
        int most = 0;
        for (int minute = 0; minute < 600; minute++) {
            for (int i = 0; i < SITES; i++) {
                use(minute * SITES + i, minute * SITES + i + 1, minute * MINUTE);
            }
            most = Math.max(most, paths.size());
        }

        assertThat(most).isLessThan(60_000 / 20);
    }

    @Test
    void noWayInUseIsForgottenSoThatNothingIsOvertaken() {
        long now = 10 * MINUTE;
        int path = paths.between(1, 2, now);
        paths.inOrder(path, true, now + MINUTE);
        for (int site = 3; site < 100_000; site++) {
            paths.between(2, site, now + 5 * MINUTE);
        }

        int later = paths.between(1, 2, now + 5 * MINUTE);

        assertThat(paths.inOrder(later, true, now)).isEqualTo(now + MINUTE);
    }
}

package org.tunnel8.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RecentIdsTest {
    private final RecentIds recent = new RecentIds();

    @Test
    void holdsWhatAMapHoldsWhateverIsAddedAndForgotten() {
        long seed = Long.getLong("tunnel8.seed", new SecureRandom().nextLong());
        System.out.println("RecentIdsTest: -Dtunnel8.seed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        Map<Integer, Long> expected = new LinkedHashMap<>();
        long now = 0;
        for (int step = 0; step < 200_000; step++) {
            // Few distinct ids, and ids that share their low bits, so that runs of slots form and break.
            int id = random.nextBoolean() ? random.nextInt(600) : random.nextInt(600) << 20;
            now += random.nextInt(3);
            assertThat(recent.contains(id)).isEqualTo(expected.containsKey(id));
            if (!recent.contains(id)) {
                recent.add(id, now);
                expected.put(id, now);
            }
            if (random.nextInt(50) == 0) {
                long before = now - random.nextInt(2_000);
                recent.removeBefore(before);
                expected.values().removeIf(added -> added < before);
            }
            assertThat(recent.size()).isEqualTo(expected.size());
        }
    }

    @Test
    void forgetsWhatWasAddedBeforeATimeAndNothingElse() {
        recent.add(1, 100);
        recent.add(2, 200);
        recent.add(0, 200);

        recent.removeBefore(200);

        assertThat(recent.contains(1)).isFalse();
        assertThat(recent.contains(2)).isTrue();
        assertThat(recent.contains(0)).isTrue();
    }
}

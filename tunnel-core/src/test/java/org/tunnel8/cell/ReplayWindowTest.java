package org.tunnel8.cell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tunnel8.virtual.Seed;

/** Which layers are told to have come before. */
class ReplayWindowTest {
    private static final int CAPACITY = 64;

    private final SplittableRandom random = new SplittableRandom(Seed.take(getClass()));

    @Test
    void knowsExactlyTheLatestOfManyLayers() {
        ReplayWindow window = new ReplayWindow(CAPACITY);
        Deque<Long> latest = new ArrayDeque<>();
        Set<Long> known = new HashSet<>();
        for (int i = 0; i < 100_000; i++) {
            // A few values over and over, so that every kind of neighbourhood comes up in the table.
            long layer = 1 + random.nextInt(3 * CAPACITY) * 0x1_0000_0001L;
            boolean isNew = known.add(layer);
            assertThat(window.isNew(layer))
                    .as("layer %d of number %d", layer, i)
                    .isEqualTo(isNew);
            if (isNew) {
                latest.add(layer);
                if (latest.size() > CAPACITY) {
                    known.remove(latest.remove());
                }
            }
        }
    }

    @Test
    void theSameCounterWithAnotherTagIsAnotherLayer() {
        byte[] one = new byte[40];
        random.nextBytes(one);
        byte[] other = one.clone();
        other[30] ^= 1;

        assertThat(ReplayWindow.fingerprint(one, 0, 40)).isEqualTo(ReplayWindow.fingerprint(one.clone(), 0, 40));
        assertThat(ReplayWindow.fingerprint(other, 0, 40)).isNotEqualTo(ReplayWindow.fingerprint(one, 0, 40));
    }

    @Test
    void aClearedWindowKnowsNothing() {
        ReplayWindow window = new ReplayWindow(CAPACITY);
        assertThat(window.isNew(7)).isTrue();
        assertThat(window.isNew(7)).isFalse();

        window.clear();

        assertThat(window.isNew(7)).isTrue();
    }

    @Test
    void refusesACapacityThatIsNoPowerOfTwo() {
        assertThatThrownBy(() -> new ReplayWindow(100)).isInstanceOf(IllegalArgumentException.class);
    }
}

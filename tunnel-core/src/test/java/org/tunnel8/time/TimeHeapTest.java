package org.tunnel8.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TimeHeapTest {
    private static final Comparator<Item> ORDER =
            Comparator.comparingLong(Item::whenNanos).thenComparingInt(Item::number);

    private final TimeHeap<Item> heap = new TimeHeap<>();
    private final SplittableRandom random = new SplittableRandom(52);

    private record Item(long whenNanos, int number) implements TimeHeap.Entry<Item> {
        @Override
        public boolean isBefore(Item other) {
            return number < other.number;
        }
    }

    /** Adds entries of few different times, so that many are equal. */
    private List<Item> fill(int count) {
        List<Item> added = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Item item = new Item(random.nextInt(20), i);
            heap.add(item);
            added.add(item);
        }
        return added;
    }

    private List<Item> drain() {
        List<Item> taken = new ArrayList<>();
        while (heap.first() != null) {
            Item first = heap.first();
            assertThat(heap.removeFirst()).isSameAs(first);
            taken.add(first);
        }
        return taken;
    }

    @Test
    void givesBackByTimeAndThenByOrder() {
        List<Item> added = fill(500);
        added.sort(ORDER);

        assertThat(drain()).isEqualTo(added);
        assertThat(heap.size()).isZero();
    }

    @Test
    void keepsTheOrderOfTheRestWhenSomeAreTakenOut() {
        List<Item> added = fill(500);
        heap.removeIf(item -> item.number() % 3 != 0);
        added.removeIf(item -> item.number() % 3 != 0);
        added.sort(ORDER);

        assertThat(heap.size()).isEqualTo(added.size());
        assertThat(drain()).isEqualTo(added);
    }

    @Test
    void takesEntriesAgainAfterAllWereTakenOut() {
        fill(100);
        heap.removeIf(item -> true);
        assertThat(heap.first()).isNull();

        List<Item> added = fill(40);
        added.sort(ORDER);
        assertThat(drain()).isEqualTo(added);
    }
}

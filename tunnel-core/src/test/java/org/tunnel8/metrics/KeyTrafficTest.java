package org.tunnel8.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.tunnel8.metrics.PacketCounts.Direction;

/** Any number of isolation keys is counted under few labels. */
class KeyTrafficTest {
    private final KeyTraffic traffic = new KeyTraffic();

    @Test
    void theFirstKeysInUseHaveLabelsAndAllOthersShareOne() {
        for (int i = 1; i <= KeyTraffic.LABELS; i++) {
            assertThat(traffic.acquire("key " + i)).isEqualTo(i);
        }
        assertThat(traffic.acquire("one more")).isEqualTo(KeyTraffic.OTHER_KEYS);
        assertThat(traffic.acquire("another")).isEqualTo(KeyTraffic.OTHER_KEYS);
        assertThat(traffic.labelOf("another")).isEmpty();
        assertThat(traffic.acquire(null)).isEqualTo(KeyTraffic.NO_KEY);
    }

    @Test
    void aLabelIsAKeysUntilItsLastUserIsGone() {
        int label = traffic.acquire("first");
        assertThat(traffic.acquire("first")).isEqualTo(label);
        traffic.release("first", label);
        assertThat(traffic.acquire("second")).isNotEqualTo(label);
        traffic.release("first", label);
        assertThat(traffic.labelOf("first")).isEmpty();
        assertThat(traffic.acquire("third")).isEqualTo(label);
    }

    @Test
    void whoHadNoLabelGivesNoneBack() {
        for (int i = 1; i <= KeyTraffic.LABELS; i++) {
            traffic.acquire("key " + i);
        }
        int other = traffic.acquire("late");
        traffic.release("key 5", 5);
        assertThat(traffic.acquire("late")).isEqualTo(5);
        traffic.release("late", other);
        assertThat(traffic.labelOf("late")).contains(5);
        traffic.release(null, KeyTraffic.NO_KEY);
        traffic.release("late", 5);
        assertThat(traffic.labelOf("late")).isEmpty();
    }

    @Test
    void aKeysFiguresBeginWhenItComesIntoUse() {
        int label = traffic.acquire("first");
        traffic.sent(label, 100);
        traffic.release("first", label);
        assertThat(traffic.passed("first")).isEmpty();

        assertThat(traffic.acquire("second")).isEqualTo(label);
        assertThat(traffic.passed("second")).contains(new KeyTraffic.Passed(0, 0, 0, 0));
        traffic.sent(label, 5);
        traffic.received(label, 7);
        traffic.received(label, 8);
        assertThat(traffic.passed("second")).contains(new KeyTraffic.Passed(1, 5, 2, 15));
        assertThat(traffic.bytes(Direction.SENT, label)).isEqualTo(105);
    }

    @Test
    void eachLabelCountsBothWaysApart() {
        traffic.sent(KeyTraffic.OTHER_KEYS, 100);
        traffic.sent(KeyTraffic.OTHER_KEYS, 50);
        traffic.received(KeyTraffic.OTHER_KEYS, 7);
        traffic.received(KeyTraffic.LABELS, 3);
        assertThat(traffic.packets(Direction.SENT, KeyTraffic.OTHER_KEYS)).isEqualTo(2);
        assertThat(traffic.bytes(Direction.SENT, KeyTraffic.OTHER_KEYS)).isEqualTo(150);
        assertThat(traffic.packets(Direction.RECEIVED, KeyTraffic.OTHER_KEYS)).isEqualTo(1);
        assertThat(traffic.bytes(Direction.RECEIVED, KeyTraffic.OTHER_KEYS)).isEqualTo(7);
        assertThat(traffic.bytes(Direction.RECEIVED, KeyTraffic.LABELS)).isEqualTo(3);
        assertThat(traffic.bytes(Direction.SENT, KeyTraffic.NO_KEY)).isZero();
    }
}

package org.tunnel8.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TransportCountersTest {
    @Test
    void countersOfSeveralPortsAddUp() {
        TransportCounters one = new TransportCounters(
                1, 2, 3, 4, 5, 6, 7, 8, 9, 10, Map.of(SendFailure.EMPTY, 1L, SendFailure.NOT_PERMITTED, 2L));
        TransportCounters other =
                new TransportCounters(10, 20, 30, 40, 50, 60, 70, 80, 90, 100, Map.of(SendFailure.NOT_PERMITTED, 3L));

        TransportCounters sum = one.plus(other).plus(TransportCounters.none());

        assertThat(sum)
                .isEqualTo(new TransportCounters(
                        11,
                        22,
                        33,
                        44,
                        55,
                        66,
                        77,
                        88,
                        99,
                        110,
                        Map.of(SendFailure.EMPTY, 1L, SendFailure.NOT_PERMITTED, 5L)));
        assertThat(sum.droppedInAll()).isEqualTo(6);
        assertThat(sum.dropped(SendFailure.NOT_PERMITTED)).isEqualTo(5);
        assertThat(sum.dropped(SendFailure.NO_MEMORY)).isZero();
    }

    @Test
    void aSnapshotDoesNotChangeWithTheMapItWasMadeFrom() {
        Map<SendFailure, Long> counts = new EnumMap<>(SendFailure.class);
        TransportCounters snapshot = new TransportCounters(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, counts);
        counts.put(SendFailure.EMPTY, 1L);
        assertThat(snapshot).isEqualTo(TransportCounters.none());
    }
}

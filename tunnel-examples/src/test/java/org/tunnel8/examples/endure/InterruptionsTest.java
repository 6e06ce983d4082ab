package org.tunnel8.examples.endure;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class InterruptionsTest {
    private static final long MILLI = 1_000_000;

    @Test
    void notesWhatIsLongerThanASecondAndNothingElse() {
        Interruptions interruptions = new Interruptions(500 * MILLI);
        interruptions.look(1_500 * MILLI, 10); // a second, not more
        interruptions.look(1_600 * MILLI, 10);
        interruptions.look(3_500 * MILLI, 11); // nothing came for two seconds
        interruptions.look(3_600 * MILLI, 12);
        interruptions.end(4_600 * MILLI);
        assertThat(interruptions.noted()).containsExactly(Duration.ofSeconds(2));
    }

    @Test
    void notesOneAtTheBeginningAndOneThatDoesNotEnd() {
        Interruptions interruptions = new Interruptions(0);
        interruptions.look(1_001 * MILLI, 1);
        interruptions.look(2_000 * MILLI, 1);
        assertThat(interruptions.silentNanos(3_001 * MILLI)).isEqualTo(2_000 * MILLI);
        interruptions.end(3_001 * MILLI);
        assertThat(interruptions.noted()).containsExactly(Duration.ofMillis(1_001), Duration.ofSeconds(2));
    }
}

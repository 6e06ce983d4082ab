package org.tunnel8.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PortRangeTest {
    @Test
    void zeroStandsForAnyPort() {
        assertThat(PortRange.of(0)).isEqualTo(PortRange.any());
        assertThat(PortRange.any().isAny()).isTrue();
        assertThat(PortRange.any()).hasToString("any");
    }

    @Test
    void onePortIsARangeOfOne() {
        PortRange range = PortRange.of(7_000);
        assertThat(range.first()).isEqualTo(7_000);
        assertThat(range.last()).isEqualTo(7_000);
        assertThat(range.isAny()).isFalse();
        assertThat(range).hasToString("7000");
    }

    @Test
    void theWholeRangeOfUnprivilegedPortsIsAllowed() {
        assertThat(PortRange.of(1_024, 65_535)).hasToString("1024-65535");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 53, 80, 1_023})
    void portsBelow1024AreRefusedWithWhatToDo(int port) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PortRange.of(port))
                .withMessageContaining("port " + port + " ")
                .withMessageContaining("1024 to 65535");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 65_536, Integer.MAX_VALUE})
    void numbersThatAreNoPortsAreRefused(int port) {
        assertThatIllegalArgumentException().isThrownBy(() -> PortRange.of(port));
    }

    @Test
    void aRangeThatBeginsAtZeroOrBelow1024IsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> PortRange.of(0, 5_000));
        assertThatIllegalArgumentException().isThrownBy(() -> PortRange.of(1_000, 5_000));
    }

    @Test
    void aReversedRangeIsRefusedWithTheRightOrder() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PortRange.of(7_010, 7_000))
                .withMessageContaining("7000-7010");
    }
}

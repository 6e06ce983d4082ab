package org.tunnel8.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tunnel8.simulation.Mailbox.at;

import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PortHistoryTest {
    private static final List<InetSocketAddress> OWNERS =
            List.of(at("192.168.1.2:7000"), at("192.168.1.3:7000"), at("192.168.1.3:7001"));

    private final PortHistory history = new PortHistory();

    @Test
    void aPortThatNeverWasAnybodysIsNobodys() {
        history.add(1_024, OWNERS.get(0));

        assertThat(history.latest(1_025)).isNull();
        assertThat(new PortHistory().latest(1_024)).isNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 1_000, 64_512})
    void eachPortIsWhoseItWasLast(int ports) {
        Random random = new Random(ports);
        Map<Integer, InetSocketAddress> expected = new HashMap<>();
        for (int i = 0; i < 3 * ports; i++) {
            int port = 65_535 - random.nextInt(ports);
            InetSocketAddress owner = OWNERS.get(random.nextInt(OWNERS.size()));
            history.add(port, owner);
            expected.put(port, owner);
        }

        for (int port = 0; port <= 65_535; port++) {
            assertThat(history.latest(port)).as("port %s", port).isEqualTo(expected.get(port));
        }
    }
}

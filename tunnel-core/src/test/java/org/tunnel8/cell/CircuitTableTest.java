package org.tunnel8.cell;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.tunnel8.crypto.PublicKey;

class CircuitTableTest {
    private static final class Nobody implements CellEndpoint {
        @Override
        public void onCell(InetSocketAddress from, byte[] buffer, int offset, int length) {}

        @Override
        public boolean isNeighbour(PublicKey key) {
            return false;
        }

        @Override
        public void onDestroy(int reason) {}
    }

    @Test
    void findsWhatAMapFindsWhateverTheOrderOfPutsAndRemoves() {
        long seed = System.nanoTime();
        System.out.println("CircuitTableTest seed " + seed);
        Random random = new Random(seed);
        CircuitTable table = new CircuitTable();
        Map<Integer, CellEndpoint> expected = new HashMap<>();
        for (int step = 0; step < 200_000; step++) {
            // Few distinct ids, and ids that share their low bits, so that runs of slots form and break.
            int id = random.nextBoolean() ? random.nextInt(300) : random.nextInt(300) << 20;
            if (random.nextInt(5) < 3) {
                Nobody endpoint = new Nobody();
                table.put(id, endpoint);
                expected.put(id, endpoint);
            } else {
                CellEndpoint endpoint = expected.remove(id);
                table.remove(id, endpoint == null ? new Nobody() : endpoint);
            }
            assertThat(table.get(id)).isSameAs(expected.get(id));
            assertThat(table.size()).isEqualTo(expected.size());
        }
        expected.forEach((id, endpoint) -> assertThat(table.get(id)).isSameAs(endpoint));
    }

    @Test
    void removesAnIdOnlyWithWhatItStandsFor() {
        CircuitTable table = new CircuitTable();
        Nobody endpoint = new Nobody();
        table.put(7, endpoint);

        table.remove(7, new Nobody());

        assertThat(table.get(7)).isSameAs(endpoint);
    }
}

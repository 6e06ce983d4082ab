package org.tunnel8.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.ByteString;

/** Of which uTP connections a client is told that they have ended. */
class UtpConnectionsTest {
    private static final int DATA = 0;
    private static final int FIN = 1;
    private static final int STATE = 2;
    private static final int RESET = 3;

    private final Address partner = Address.parse("192.0.2.1", 6_881);
    private final Address other = Address.parse("192.0.2.2", 6_881);
    private final UtpConnections connections = new UtpConnections();
    private final List<Told> told = new ArrayList<>();

    private record Told(Address partner, ByteString packet) {}

    private static byte[] packet(int type, int id, int sequence) {
        byte[] packet = new byte[60];
        packet[0] = (byte) (type << 4 | 1);
        packet[1] = 1;
        packet[2] = (byte) (id >>> 8);
        packet[3] = (byte) id;
        packet[17] = (byte) sequence;
        return packet;
    }

    private void hear(Address from, byte[] packet) {
        connections.heard(from, packet, 0, packet.length);
    }

    private void reset() {
        connections.reset(
                (from, buffer, offset, length) -> told.add(new Told(from, ByteString.of(buffer, offset, length))));
    }

    @Test
    void eachOpenConnectionIsEndedOnceByItsPartnersLatestNumbers() {
        hear(partner, packet(DATA, 700, 1));
        hear(partner, packet(STATE, 700, 2));
        hear(partner, packet(DATA, 701, 3));
        hear(other, packet(DATA, 700, 4));
        reset();

        byte[] expected = Arrays.copyOf(packet(RESET, 700, 2), 20);
        expected[1] = 0;
        assertThat(told).hasSize(3).contains(new Told(partner, ByteString.of(expected)));
        assertThat(told).extracting(Told::partner).containsOnly(partner, other);
        told.clear();
        reset();
        assertThat(told).isEmpty();
    }

    @Test
    void whatHasEndedByItselfIsNotEndedAgain() {
        hear(partner, packet(DATA, 700, 1));
        hear(partner, packet(FIN, 700, 2));
        hear(other, packet(DATA, 9, 1));
        hear(other, packet(RESET, 9, 2));
        reset();

        assertThat(told).isEmpty();
    }

    @Test
    void whatIsNoUtpIsNoConnection() {
        hear(partner, new byte[60]);
        hear(partner, "d1:y1:q1:q4:pinge with twenty bytes".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        hear(partner, Arrays.copyOf(packet(DATA, 1, 1), 19));
        reset();

        assertThat(told).isEmpty();
    }

    @Test
    void anyNumberOfConnectionsFitsIntoTheSameRoom() {
        for (int i = 0; i < 20_000; i++) {
            hear(Address.parse("10.0." + i / 250 + '.' + i % 250, 6_881), packet(DATA, i, 0));
        }
        reset();

        assertThat(told).hasSizeBetween(UtpConnections.MAX_CONNECTIONS / 2, UtpConnections.MAX_CONNECTIONS);
        assertThat(told.get(told.size() - 1)).isNotNull();
    }
}

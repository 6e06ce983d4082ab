package org.tunnel8.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.tunnel8.metrics.PacketCounts.Direction;

/** Each datagram is counted once, as what was said of it and of no other. */
class PacketCountsTest {
    private final PacketCounts packets = new PacketCounts();

    private long sent(MessageKind kind, OtherSide side) {
        return packets.packets(Direction.SENT, kind, side);
    }

    @Test
    void whatIsSaidOfADatagramHoldsForThatOneAlone() {
        packets.departs(MessageKind.DATA, OtherSide.FIRST_HOP);
        packets.sent(100);
        packets.sent(10);
        assertThat(sent(MessageKind.DATA, OtherSide.FIRST_HOP)).isEqualTo(1);
        assertThat(packets.bytes(Direction.SENT, MessageKind.DATA, OtherSide.FIRST_HOP))
                .isEqualTo(100);
        assertThat(sent(MessageKind.OTHER, OtherSide.STRANGER)).isEqualTo(1);
    }

    @Test
    void whatArrivesAndWhatIsSentMeanwhileAreToldApart() {
        packets.arrivesFrom(OtherSide.PREVIOUS_HOP);
        packets.departs(MessageKind.CELL, OtherSide.NEXT_HOP);
        packets.sent(7);
        packets.arrives(MessageKind.PING);
        packets.received(8);
        packets.received(9);
        assertThat(packets.bytes(Direction.RECEIVED, MessageKind.PING, OtherSide.PREVIOUS_HOP))
                .isEqualTo(8);
        assertThat(packets.bytes(Direction.RECEIVED, MessageKind.OTHER, OtherSide.STRANGER))
                .isEqualTo(9);
        assertThat(packets.bytes(Direction.SENT, MessageKind.CELL, OtherSide.NEXT_HOP))
                .isEqualTo(7);
    }

    @Test
    void aDatagramThatWaitedIsCountedForWhatItIsWhenItGoes() {
        packets.departs(MessageKind.EXTENDED, OtherSide.PREVIOUS_HOP);
        int held = packets.holdDeparture();
        packets.sent(1);
        packets.departsAsBefore(held);
        packets.sent(2);
        assertThat(sent(MessageKind.OTHER, OtherSide.STRANGER)).isEqualTo(1);
        assertThat(packets.bytes(Direction.SENT, MessageKind.EXTENDED, OtherSide.PREVIOUS_HOP))
                .isEqualTo(2);
    }
}

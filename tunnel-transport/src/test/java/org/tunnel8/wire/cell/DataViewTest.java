package org.tunnel8.wire.cell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.AddressCodec;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.Headroom;
import org.tunnel8.wire.HostAddress;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.MalformedMessageException;

class DataViewTest {
    private static final Address TARGET = Address.parse("192.0.2.7", 6881);
    private static final Address NAME = Address.parse("tracker.example.org", 6969);
    private static final int PAYLOAD_BYTES = 100;

    private final DataView view = new DataView();
    private final byte[] buffer = new byte[Headroom.FRONT_BYTES + PAYLOAD_BYTES + Headroom.BACK_BYTES];

    @Test
    void findsThePartsOfAMessageInPlace() throws Exception {
        int start = DataView.prepend(buffer, Headroom.FRONT_BYTES, NAME, TARGET);
        view.parse(buffer, start, Headroom.FRONT_BYTES + PAYLOAD_BYTES - start);

        assertThat(view.payloadOffset()).isEqualTo(Headroom.FRONT_BYTES);
        assertThat(view.payloadLength()).isEqualTo(PAYLOAD_BYTES);
        assertThat(view.destination()).isEqualTo(NAME);
        assertThat(view.origin()).isEqualTo(TARGET);
        assertThat(view.destinationEquals(AddressCodec.encode(NAME))).isTrue();
        assertThat(view.originEquals(AddressCodec.encode(NAME))).isFalse();
        assertThat(view.destinationLength()).isEqualTo(AddressCodec.encodedBytes(NAME));
        assertThat(view.originOffset() + view.originLength()).isEqualTo(view.payloadOffset());
    }

    @Test
    void writesTheSameFromEncodedAddresses() {
        byte[] other = buffer.clone();
        int start = DataView.prepend(buffer, Headroom.FRONT_BYTES, NAME, IpAddress.UNSPECIFIED);
        int otherStart = DataView.prepend(
                other, Headroom.FRONT_BYTES, AddressCodec.encode(NAME), AddressCodec.encode(IpAddress.UNSPECIFIED));

        assertThat(otherStart).isEqualTo(start);
        assertThat(other).isEqualTo(buffer);
    }

    @Test
    void knowsTheUnspecifiedAddress() throws Exception {
        int start = DataView.prepend(buffer, Headroom.FRONT_BYTES, IpAddress.UNSPECIFIED, TARGET);
        view.parse(buffer, start, Headroom.FRONT_BYTES - start);

        assertThat(view.destinationUnspecified()).isTrue();
        assertThat(view.originUnspecified()).isFalse();
        assertThat(view.payloadLength()).isZero();
    }

    @Test
    void forgetsTheLastMessageWhenTheNextIsMalformed() throws Exception {
        int start = DataView.prepend(buffer, Headroom.FRONT_BYTES, TARGET, TARGET);
        view.parse(buffer, start, Headroom.FRONT_BYTES + PAYLOAD_BYTES - start);

        assertThatExceptionOfType(MalformedMessageException.class).isThrownBy(() -> view.parse(buffer, start, 10));
        assertThat(view.payloadLength()).isZero();
        assertThat(view.payloadOffset()).isZero();
    }

    @Test
    void refusesToWriteWhereThereIsNoRoom() {
        HostAddress longName = new HostAddress("x".repeat(Headroom.FRONT_BYTES), 1);
        byte[] before = buffer.clone();

        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> DataView.prepend(buffer, Headroom.FRONT_BYTES, longName, TARGET));
        assertThat(buffer).isEqualTo(before);
    }

    @Test
    void allocatesNothingPerPacket() throws Exception {
        assumeTrue(ManagementFactory.getThreadMXBean() instanceof ThreadMXBean);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        assumeTrue(threads.isThreadAllocatedMemorySupported());
        threads.setThreadAllocatedMemoryEnabled(true);
        byte[] encodedName = AddressCodec.encode(NAME);
        byte[] encodedTarget = AddressCodec.encode(TARGET);
        int packets = 20_000;

        handle(packets, encodedName, encodedTarget);
        long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
        int sum = handle(packets, encodedName, encodedTarget);
        long allocated = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;

        assertThat(sum).isPositive();
        // A single small object per packet would make 320,000 bytes; asking itself may allocate a little.
        assertThat(allocated).isLessThan(packets);
    }

    private int handle(int packets, byte[] encodedName, byte[] encodedTarget) throws MalformedMessageException {
        int sum = 0;
        for (int i = 0; i < packets; i++) {
            int start = DataView.prepend(buffer, Headroom.FRONT_BYTES, encodedName, encodedTarget);
            int cell = start - CellFrame.HEADER_BYTES;
            CellFrame.writeHeader(buffer, cell, CommunityId.TRIBLER, i, false, true);
            int length = CellFrame.HEADER_BYTES + Headroom.FRONT_BYTES - start + PAYLOAD_BYTES;
            if (CommunityId.TRIBLER.matchesPrefix(buffer, cell, length) && CellFrame.isCell(buffer, cell, length)) {
                view.parse(buffer, start, length - CellFrame.HEADER_BYTES);
                sum += view.payloadLength() + (CellFrame.circuitId(buffer, cell) & 1);
                sum += view.destinationEquals(encodedName) && CellFrame.relayEarly(buffer, cell) ? 1 : 0;
            }
        }
        return sum;
    }
}

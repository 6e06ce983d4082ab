package org.tunnel8.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.tunnel8.circuit.CloseReason;
import org.tunnel8.circuit.FlowTable;
import org.tunnel8.virtual.VirtualNetwork;
import org.tunnel8.virtual.VirtualNode;
import org.tunnel8.wire.Headroom;
import org.tunnel8.wire.IpAddress;

/** Sends a numbered datagram over a circuit now and then, and insists that each comes back. */
final class EchoWatch {
    /** A uTP header, so that exits let it pass. */
    private static final int PAYLOAD_BYTES = 60;

    private final VirtualNetwork network;
    private final AttackedNode client;
    private final long begunNanos;
    private final IpAddress echo;
    private final FlowTable.Flow flow;
    private final Set<Integer> back = new HashSet<>();
    private int sent;

    /** A server outside that sends back what it gets. */
    record Echo(VirtualNetwork network, InetSocketAddress address) implements VirtualNode {
        Echo {
            // Joined by whoever makes it: a record cannot hand itself out while it is made.
        }

        @Override
        public long nextDeadlineNanos() {
            return Long.MAX_VALUE;
        }

        @Override
        public void onDeadline(long nowNanos) {}

        @Override
        public void onDatagram(long nowNanos, InetSocketAddress from, byte[] buffer, int offset, int length) {
            byte[] bytes = new byte[length];
            System.arraycopy(buffer, offset, bytes, 0, length);
            network.send(address, from, bytes);
        }
    }

    EchoWatch(VirtualNetwork network, AttackedNode client, InetSocketAddress echo) {
        this.network = network;
        this.client = client;
        this.echo = new IpAddress(echo);
        this.begunNanos = network.nowNanos();
        this.flow = client.engine()
                .openFlow(
                        (origin, buffer, offset, length) -> {
                            if (origin.equals(this.echo) && length == PAYLOAD_BYTES) {
                                back.add(ByteBuffer.wrap(buffer, offset + PAYLOAD_BYTES - 4, 4)
                                        .getInt());
                            }
                        },
                        null);
    }

    /** Sends the next datagram. */
    void send() {
        byte[] buffer = new byte[Headroom.FRONT_BYTES + PAYLOAD_BYTES + Headroom.BACK_BYTES];
        buffer[Headroom.FRONT_BYTES] = 1;
        ByteBuffer.wrap(buffer).putInt(Headroom.FRONT_BYTES + PAYLOAD_BYTES - 4, ++sent);
        client.engine().advance(network.nowNanos());
        assertThat(flow.send(echo, buffer, Headroom.FRONT_BYTES, PAYLOAD_BYTES))
                .as("datagram %d can be sent", sent)
                .isTrue();
    }

    /**
     * Fails unless all that was sent is back and a circuit is up. All hops are honest: circuits may end but by not being
     * needed, and by being given up in good order, one a minute, because of cells that only somebody between their hops can
     * have sent.
     */
    void check() {
        List<CloseReason> closed = client.closed();
        assertThat(Objects.requireNonNull(client.engine().circuits()).ready())
                .as("circuits that are up; circuits ended: %s", closed)
                .isPositive();
        assertThat(closed).doesNotContain(CloseReason.DESTROYED, CloseReason.UNRESPONSIVE, CloseReason.WORN_OUT);
        long minutes = (network.nowNanos() - begunNanos) / 60_000_000_000L;
        assertThat(closed.stream().filter(reason -> reason == CloseReason.MISBEHAVING))
                .as("circuits given up in %d minutes", minutes)
                .hasSizeLessThanOrEqualTo((int) minutes + 1);
        assertThat(back).as("echoes of %d datagrams", sent).hasSize(sent);
    }

    int sent() {
        return sent;
    }
}

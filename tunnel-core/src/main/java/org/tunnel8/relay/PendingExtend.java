package org.tunnel8.relay;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.tunnel8.cell.CellEndpoint;
import org.tunnel8.cell.CellKinds;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.metrics.OtherSide;
import org.tunnel8.relay.Neighbours.Link;
import org.tunnel8.time.Deadline;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.cell.CellCodec;
import org.tunnel8.wire.cell.CellFrame;
import org.tunnel8.wire.cell.Create;
import org.tunnel8.wire.cell.Created;

/**
 * A create that this node has sent for somebody else's extend and whose created is awaited.
 *
 * <p>Stands in the circuit table under the new link's id; created is matched by that id and by the identifier (D5).
 * Engine thread only.
 */
final class PendingExtend implements CellEndpoint {
    private final RelayService service;
    private final Extender extender;
    final JoinedCircuit circuit;
    final int extendIdentifier;
    final Link next;
    final Create create;
    private @Nullable Deadline timer;

    PendingExtend(
            RelayService service,
            Extender extender,
            JoinedCircuit circuit,
            int extendIdentifier,
            Link next,
            Create create) {
        this.service = service;
        this.extender = extender;
        this.circuit = circuit;
        this.extendIdentifier = extendIdentifier;
        this.next = next;
        this.create = create;
    }

    @Override
    public void onCell(InetSocketAddress from, byte[] buffer, int offset, int length) {
        service.packets().arrivesFrom(OtherSide.NEXT_HOP);
        if (!CellFrame.plaintext(buffer, offset)) {
            service.drop(DropReason.WRONG_STATE);
            return;
        }
        service.packets().arrives(CellKinds.of(buffer[offset + CellFrame.HEADER_BYTES]));
        try {
            if (CellCodec.decode(buffer, offset + CellFrame.HEADER_BYTES, length - CellFrame.HEADER_BYTES)
                            instanceof Created created
                    && created.identifier() == create.identifier()) {
                if (service.cells().others().takeIn(length)) {
                    service.onCreated(this, created);
                }
            } else {
                service.drop(DropReason.UNSOLICITED);
            }
        } catch (MalformedMessageException e) {
            service.drop(DropReason.MALFORMED);
        }
    }

    @Override
    public boolean isNeighbour(PublicKey key) {
        return key.equals(next.key());
    }

    @Override
    public void onDestroy(int reason) {
        service.packets().arrivesFrom(OtherSide.NEXT_HOP);
        extender.forget(this);
    }

    void timer(Deadline next) {
        timer = next;
    }

    void stopTimer() {
        if (timer != null) {
            timer.cancel();
        }
    }
}

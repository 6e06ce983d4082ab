package org.tunnel8.relay;

import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tunnel8.cell.CellEndpoint;
import org.tunnel8.cell.CellKinds;
import org.tunnel8.cell.JoinedPath;
import org.tunnel8.cell.ReplayWindow;
import org.tunnel8.crypto.LayerCipher;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.crypto.SendCounter;
import org.tunnel8.crypto.SessionKeys;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.metrics.OtherSide;
import org.tunnel8.peer.Peer;
import org.tunnel8.relay.Neighbours.Link;
import org.tunnel8.wire.cell.CellFrame;

/**
 * A circuit of somebody else's that ends here: it may be extended beyond this node, or send data to the outside.
 *
 * <p>The message of each cell that opens goes to {@link RelayService}; nothing else is a sign of its owner's life (D1).
 * Engine thread only.
 */
final class JoinedCircuit implements CellEndpoint, JoinedPath {
    /** Cells remembered while the circuit is being built: its owner sends a handful. */
    private static final int REMEMBERED_AT_FIRST = 64;
    /** Cells remembered once data goes through it to the outside. */
    private static final int REMEMBERED_WITH_DATA = 512;

    private final RelayService service;
    private final Link previous;
    private final SessionKeys keys;
    private final SendCounter backwardCounter = SendCounter.responderBackward();
    private final List<Peer> offered;
    private final long createdNanos;
    private ReplayWindow replays = new ReplayWindow(REMEMBERED_AT_FIRST);
    private long lastUsedNanos;
    private long bytes;
    private int extendsFollowed;
    private boolean open = true;
    private boolean carriesData;
    private boolean proven;

    @Nullable
    PendingExtend pending;

    JoinedCircuit(RelayService service, Link previous, SessionKeys keys, List<Peer> offered, long nowNanos) {
        this.service = service;
        this.previous = previous;
        this.keys = keys;
        this.offered = List.copyOf(offered);
        this.createdNanos = nowNanos;
        this.lastUsedNanos = nowNanos;
    }

    @Override
    public void onCell(InetSocketAddress from, byte[] buffer, int offset, int length) {
        service.packets().arrivesFrom(OtherSide.PREVIOUS_HOP);
        if (CellFrame.plaintext(buffer, offset)) {
            // A repeated create ends here too: one that was accepted is not answered twice (D5).
            service.drop(DropReason.PLAINTEXT_REFUSED);
            return;
        }
        int body = offset + CellFrame.HEADER_BYTES;
        int layer = length - CellFrame.HEADER_BYTES;
        long fingerprint = layer < LayerCipher.OVERHEAD_BYTES ? 0 : ReplayWindow.fingerprint(buffer, body, layer);
        int opened = service.cipher().open(keys.forward(), buffer, body, layer);
        if (opened < 0) {
            service.drop(DropReason.BAD_LAYER);
        } else if (!replays.isNew(fingerprint)) {
            service.drop(DropReason.REPLAYED);
        } else if (opened == 0) {
            service.drop(DropReason.MALFORMED);
        } else if (service.cells().others().takeIn(length)) {
            if (!proven) {
                proven = true;
                service.proven(this);
            }
            bytes += length;
            service.onMessage(
                    this, from, CellFrame.relayEarly(buffer, offset), buffer, body + LayerCipher.COUNTER_BYTES, opened);
        }
    }

    @Override
    public boolean isNeighbour(PublicKey key) {
        return key.equals(previous.key());
    }

    @Override
    public void onDestroy(int reason) {
        service.packets().arrivesFrom(OtherSide.PREVIOUS_HOP);
        service.destroyed(this);
    }

    @Override
    public InetSocketAddress previousHop() {
        return previous.address();
    }

    @Override
    public void sendBack(byte[] buffer, int offset, int length) {
        if (!open) {
            return;
        }
        service.packets().departs(CellKinds.of(buffer[offset]), OtherSide.PREVIOUS_HOP);
        service.cipher().seal(keys.backward(), backwardCounter.next(), buffer, offset, length);
        service.cells()
                .pass(
                        this,
                        previous.address(),
                        previous.circuitId(),
                        false,
                        buffer,
                        offset - LayerCipher.COUNTER_BYTES,
                        length + LayerCipher.OVERHEAD_BYTES);
    }

    @Override
    public void touch() {
        lastUsedNanos = service.nowNanos();
    }

    @Override
    public void carried(int count) {
        bytes += count;
    }

    /** Data has come through it: from now on more cells are remembered, as many more come. */
    void carriesData() {
        if (!carriesData) {
            carriesData = true;
            replays = replays.grownTo(REMEMBERED_WITH_DATA);
        }
    }

    /** Counts an extend; false if there have been too many. */
    boolean mayExtend(int most) {
        return extendsFollowed++ < most;
    }

    Link previous() {
        return previous;
    }

    SessionKeys keys() {
        return keys;
    }

    SendCounter backwardCounter() {
        return backwardCounter;
    }

    long createdNanos() {
        return createdNanos;
    }

    long lastUsedNanos() {
        return lastUsedNanos;
    }

    long bytes() {
        return bytes;
    }

    /** The peer of that key among those offered to the owner with the created. */
    @Nullable
    Peer offered(PublicKey key) {
        for (Peer peer : offered) {
            if (peer.key().equals(key)) {
                return peer;
            }
        }
        return null;
    }

    /** Ends this end; the keys live on if a relayed circuit goes on with them. */
    void close(boolean keysGoOn) {
        open = false;
        if (!keysGoOn) {
            keys.destroy();
        }
    }
}

package org.tunnel8.relay;

import java.net.InetSocketAddress;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.tunnel8.cell.CircuitTable;
import org.tunnel8.crypto.CryptoFailure;
import org.tunnel8.crypto.EphemeralKey;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.metrics.MessageKind;
import org.tunnel8.metrics.OtherSide;
import org.tunnel8.peer.Peer;
import org.tunnel8.peer.PeerTable;
import org.tunnel8.relay.Neighbours.Link;
import org.tunnel8.time.Deadline;
import org.tunnel8.time.Deadlines;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.cell.Create;
import org.tunnel8.wire.cell.Destroy;
import org.tunnel8.wire.cell.Extend;
import org.tunnel8.wire.walk.PeerFlags;

/**
 * Extends others' circuits beyond this node: decides whether and where to, and sends the create (PROTOCOL.md §8, D5,
 * D18).
 *
 * <p>Engine thread only. One extend is pending for each joined circuit; a later one supersedes it.
 */
final class Extender {
    /** A relay awaits created for so long (PROTOCOL.md §9, "create at a relay"). */
    static final long CREATED_WAIT_NANOS = 10_000_000_000L;
    /** A create to which nothing came back is repeated unchanged, first after this time, then after twice as long (D5). */
    static final long CREATE_REPEAT_NANOS = 500_000_000L;
    /**
     * Extends of one circuit that are followed, since each sends creates to where the owner likes. An owner of the
     * reference has six attempts for all its hops (PROTOCOL.md §8).
     */
    static final int MAX_EXTENDS = 8;

    private final RelayService service;
    private final RelaySettings settings;
    private final PublicKey ownKey;
    private final CircuitTable table;
    private final Neighbours neighbours;
    private final PeerTable peers;
    private final Deadlines deadlines;
    private final RandomGenerator random;
    private final Predicate<InetSocketAddress> targets;

    Extender(
            RelayService service,
            RelaySettings settings,
            PublicKey ownKey,
            CircuitTable table,
            Neighbours neighbours,
            PeerTable peers,
            Deadlines deadlines,
            RandomGenerator random,
            Predicate<InetSocketAddress> targets) {
        this.service = service;
        this.settings = settings;
        this.ownKey = ownKey;
        this.table = table;
        this.neighbours = neighbours;
        this.peers = peers;
        this.deadlines = deadlines;
        this.random = random;
        this.targets = targets;
    }

    /** Honours an extend, or drops it: a create goes to the next hop, and its created is awaited. */
    void extend(JoinedCircuit circuit, Extend extend) {
        if (!settings.flags().has(PeerFlags.RELAY)) {
            service.drop(DropReason.ROLE_MISSING);
            return;
        }
        if (deadlines.nowNanos() - circuit.createdNanos()
                > settings.extendWindow().toNanos()) {
            service.drop(DropReason.EXTEND_REFUSED);
            return;
        }
        if (extend.ephemeralKey().length() != EphemeralKey.LENGTH_BYTES) {
            service.drop(DropReason.MALFORMED); // nobody could answer it, and the create would take any size
            return;
        }
        if (extend.nodePublicKey().length() != PublicKey.USUAL_LENGTH_BYTES) {
            service.drop(DropReason.BAD_KEY); // no hop's; to read one of the other kinds would cost more than the rest
            return;
        }
        PublicKey key;
        try {
            key = PublicKey.parse(extend.nodePublicKey().toBytes());
        } catch (CryptoFailure e) {
            service.drop(DropReason.BAD_KEY);
            return;
        }
        InetSocketAddress target = extendTarget(circuit, key, extend.nodeAddress());
        if (target == null) {
            service.drop(DropReason.EXTEND_REFUSED);
            return;
        }
        if (!circuit.mayExtend(MAX_EXTENDS)) {
            service.drop(DropReason.RATE_LIMITED);
            return;
        }
        if (circuit.pending != null) {
            abandon(circuit.pending);
        }
        int id = unusedCircuitId();
        Create create = new Create(random.nextInt(1 << 16), ByteString.of(ownKey.toBytes()), extend.ephemeralKey());
        Link next = neighbours.link(target, key, id);
        PendingExtend pending = new PendingExtend(service, this, circuit, extend.identifier(), next, create);
        circuit.pending = pending;
        circuit.touch();
        table.put(id, pending);
        sendCreate(pending, CREATE_REPEAT_NANOS, deadlines.nowNanos() + CREATED_WAIT_NANOS);
    }

    /** Where an extend leads: an offered candidate, a peer of that key, or the given address; null if it is refused. */
    private @Nullable InetSocketAddress extendTarget(JoinedCircuit circuit, PublicKey key, IpAddress given) {
        if (!key.isTunnelCompatible()
                || key.equals(ownKey)
                || key.equals(circuit.previous().key())) {
            return null;
        }
        Peer peer = circuit.offered(key);
        if (peer == null) {
            peer = peers.byKey(key);
        }
        if (peer == null && !targets.test(given.endpoint())) {
            return null;
        }
        InetSocketAddress target = peer == null ? given.endpoint() : peer.address();
        return target.equals(circuit.previousHop()) ? null : target;
    }

    private void sendCreate(PendingExtend pending, long repeatNanos, long untilNanos) {
        service.packets().departs(MessageKind.CREATE, OtherSide.NEXT_HOP);
        service.cells().passPlain(pending.next.address(), pending.next.circuitId(), pending.create);
        long next = deadlines.nowNanos() + repeatNanos;
        Deadline timer = next < untilNanos
                ? deadlines.at(next, () -> sendCreate(pending, repeatNanos * 2, untilNanos))
                : deadlines.at(untilNanos, () -> abandon(pending));
        pending.timer(timer);
    }

    /** Gives up an extend; a created that comes for it later finds nothing, and who may have sent it need not wait. */
    void abandon(PendingExtend pending) {
        service.sendDestroy(pending.next, OtherSide.NEXT_HOP, Destroy.REASON_UNNEEDED);
        forget(pending);
    }

    /** Notes that the next hop has ended what it had begun, or never will begin. */
    void forget(PendingExtend pending) {
        pending.stopTimer();
        table.remove(pending.next.circuitId(), pending);
        neighbours.unlink(pending.next);
        if (pending.circuit.pending == pending) {
            pending.circuit.pending = null;
        }
    }

    private int unusedCircuitId() {
        int id = random.nextInt();
        while (table.contains(id)) {
            id = random.nextInt();
        }
        return id;
    }
}

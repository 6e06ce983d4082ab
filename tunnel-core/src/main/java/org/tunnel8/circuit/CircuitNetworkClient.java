package org.tunnel8.circuit;

import java.net.InetSocketAddress;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tunnel8.cell.CellKinds;
import org.tunnel8.cell.CellSender;
import org.tunnel8.cell.CircuitTable;
import org.tunnel8.cell.SealedCandidates;
import org.tunnel8.crypto.CryptoFailure;
import org.tunnel8.crypto.EphemeralKey;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.KeyAgreement;
import org.tunnel8.crypto.LayerCipher;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.crypto.SessionKeys;
import org.tunnel8.metrics.Counters;
import org.tunnel8.metrics.Counters.Kind;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.metrics.MessageKind;
import org.tunnel8.metrics.OtherSide;
import org.tunnel8.metrics.PacketCounts;
import org.tunnel8.peer.PeerTable;
import org.tunnel8.time.DatagramSink;
import org.tunnel8.time.Deadline;
import org.tunnel8.time.Deadlines;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.Headroom;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.cell.CandidateList;
import org.tunnel8.wire.cell.CellCodec;
import org.tunnel8.wire.cell.CellMessage;
import org.tunnel8.wire.cell.CellMessageId;
import org.tunnel8.wire.cell.Create;
import org.tunnel8.wire.cell.Created;
import org.tunnel8.wire.cell.DataView;
import org.tunnel8.wire.cell.Destroy;
import org.tunnel8.wire.cell.DestroyCodec;
import org.tunnel8.wire.cell.Extend;
import org.tunnel8.wire.cell.Extended;
import org.tunnel8.wire.cell.HttpRequest;
import org.tunnel8.wire.cell.HttpResponse;
import org.tunnel8.wire.cell.Ping;
import org.tunnel8.wire.cell.Pong;

/**
 * Builds own circuits over the network with create and extend, and takes what comes back through them (FR-014 to
 * FR-018, PROTOCOL.md §7, §8).
 *
 * <p>One extend per circuit and hop: an attempt that is not answered in time ends the circuit, and whoever asked for it
 * builds another (D5). The create alone is repeated unchanged while nothing came back. Engine thread only.
 */
public final class CircuitNetworkClient {
    /** First repetition of an unanswered create; each further one after twice as long (FR-004, D5). */
    static final long CREATE_REPEAT_NANOS = 250_000_000L;
    /** A destroy with this reason that came back from a hop: it left in good order, which is half a failure. */
    private static final double POLITE_FAILURE = 0.5;

    private static final Logger log = LoggerFactory.getLogger(CircuitNetworkClient.class);

    private final IdentityKey identity;
    private final ByteString ownKey;
    private final CircuitTable table;
    private final CellSender cells;
    private final DatagramSink sink;
    private final LayerCipher cipher;
    private final PeerTable peers;
    private final PathSelector selector;
    private final Deadlines deadlines;
    private final RandomGenerator random;
    private final Counters counters;
    private final PacketCounts packets;
    private final CircuitListener listener;
    private final Blame blame;
    private final TriedHops tried;
    private final BuildTimes buildTimes = new BuildTimes();
    private final CircuitQuality.Usual usualQuality = new CircuitQuality.Usual();
    private final LearntLimits limits;
    private final DataView data = new DataView();
    private final Set<Circuit> circuits = new LinkedHashSet<>();
    private long built;

    CircuitNetworkClient(
            IdentityKey identity,
            CircuitTable table,
            CellSender cells,
            DatagramSink sink,
            LayerCipher cipher,
            PeerTable peers,
            PathSelector selector,
            TriedHops tried,
            Deadlines deadlines,
            RandomGenerator random,
            Counters counters,
            CircuitListener listener) {
        this.identity = identity;
        this.ownKey = ByteString.of(identity.publicKey().toBytes());
        this.table = table;
        this.cells = cells;
        this.sink = sink;
        this.cipher = cipher;
        this.peers = peers;
        this.selector = selector;
        this.deadlines = deadlines;
        this.random = random;
        this.counters = counters;
        this.packets = counters.packets();
        this.listener = listener;
        this.tried = tried;
        this.limits = new LearntLimits(deadlines);
        this.blame = new Blame(peers, deadlines);
    }

    /** Begins to build a circuit along a path; the listener hears how it ends. */
    Circuit build(Path path) {
        int id = random.nextInt();
        while (table.contains(id)) {
            id = random.nextInt();
        }
        Circuit circuit = new Circuit(this, ++built, id, path, deadlines.nowNanos(), Wear.drawPart(random));
        table.put(id, circuit);
        circuits.add(circuit);
        peers.pin(path.first().key());
        long rttNanos = path.first().rtt().smoothedNanos();
        HopAttempt attempt = attempt(circuit, path.first().key(), BuildTimes.Kind.FIRST, rttNanos);
        Create create = new Create(attempt.identifier, ownKey, ByteString.of(attempt.ephemeral.publicKey()));
        boolean relayEarly = circuit.mayFlagRelayEarly();
        circuit.countRelayEarly(relayEarly);
        long untilNanos = attempt.startedNanos + buildTimes.waitNanos(BuildTimes.Kind.FIRST, rttNanos);
        sendCreate(circuit, attempt, create, relayEarly, Math.max(CREATE_REPEAT_NANOS, 2 * rttNanos), untilNanos);
        return circuit;
    }

    private void sendCreate(
            Circuit circuit, HopAttempt attempt, Create create, boolean relayEarly, long repeatNanos, long untilNanos) {
        packets.departs(MessageKind.CREATE, OtherSide.FIRST_HOP);
        cells.sendPlain(circuit.firstHop(), circuit.id(), relayEarly, create);
        long nextNanos = deadlines.nowNanos() + repeatNanos;
        Deadline timer = nextNanos < untilNanos
                ? deadlines.at(
                        nextNanos, () -> sendCreate(circuit, attempt, create, relayEarly, repeatNanos * 2, untilNanos))
                : deadlines.at(untilNanos, () -> fail(circuit, CloseReason.FIRST_HOP_SILENT));
        attempt.timer(timer);
    }

    /** Begins an attempt; whoever keeps the circuits hears when it turns out to be slow. */
    private HopAttempt attempt(Circuit circuit, PublicKey target, BuildTimes.Kind kind, long rttNanos) {
        long now = deadlines.nowNanos();
        HopAttempt attempt = new HopAttempt(target, random.nextInt(1 << 16), EphemeralKey.generate(random), kind, now);
        long slowNanos = now + buildTimes.slowNanos(kind, rttNanos);
        attempt.slowAt(slowNanos, deadlines.at(slowNanos, () -> listener.onSlow(circuit)));
        circuit.attempt = attempt;
        return attempt;
    }

    /** A plaintext cell on an own circuit: only the first hop's created is taken. */
    void onPlaintext(Circuit circuit, byte[] buffer, int offset, int length) {
        packets.arrives(CellKinds.of(buffer[offset]));
        HopAttempt attempt = circuit.attempt;
        if (attempt == null || circuit.hops() > 0 || buffer[offset] != CellMessageId.CREATED) {
            drop(DropReason.PLAINTEXT_REFUSED);
            return;
        }
        try {
            if (CellCodec.decode(buffer, offset, length) instanceof Created created
                    && created.identifier() == attempt.identifier) {
                onHop(circuit, attempt, created.ephemeralKey(), created.auth(), created.sealedCandidates());
            } else {
                drop(DropReason.UNSOLICITED);
            }
        } catch (MalformedMessageException e) {
            drop(DropReason.MALFORMED);
        }
    }

    /** A message that the last hop has sealed. */
    void onMessage(Circuit circuit, InetSocketAddress from, byte[] buffer, int offset, int length) {
        packets.arrives(CellKinds.of(buffer[offset]));
        if (buffer[offset] == CellMessageId.DATA) {
            onData(circuit, from, buffer, offset, length);
            return;
        }
        try {
            CellMessage message = CellCodec.decode(buffer, offset, length);
            HopAttempt attempt = circuit.attempt;
            if (message instanceof Pong pong) {
                if (!circuit.health.onPong(pong.identifier())) {
                    drop(DropReason.UNSOLICITED);
                }
            } else if (message instanceof Extended extended) {
                if (attempt != null && circuit.hops() > 0 && extended.identifier() == attempt.identifier) {
                    onHop(circuit, attempt, extended.ephemeralKey(), extended.auth(), extended.sealedCandidates());
                } else {
                    drop(DropReason.UNSOLICITED);
                }
            } else if (message instanceof HttpResponse response) {
                listener.onHttpResponse(circuit, response);
            } else {
                drop(DropReason.UNKNOWN_MESSAGE);
            }
        } catch (MalformedMessageException e) {
            drop(DropReason.MALFORMED);
        }
    }

    private void onData(Circuit circuit, InetSocketAddress from, byte[] buffer, int offset, int length) {
        if (!from.equals(circuit.firstHop())) {
            drop(DropReason.WRONG_SENDER);
            return;
        }
        try {
            data.parse(buffer, offset, length);
        } catch (MalformedMessageException e) {
            drop(DropReason.MALFORMED);
            return;
        }
        if (cells.community().matchesPrefix(buffer, data.payloadOffset(), data.payloadLength())) {
            // Whoever can reach the exit's socket can send this; answering it would give the owner away (D17).
            drop(DropReason.TUNNELLED_MESSAGE_REFUSED);
            return;
        }
        circuit.dataPassed();
        circuit.health.broughtData();
        counters.packet(Kind.DATA_PACKETS_RECEIVED, Kind.DATA_BYTES_RECEIVED, data.payloadLength());
        listener.onData(
                circuit, circuit.origins().origin(data, buffer), buffer, data.payloadOffset(), data.payloadLength());
    }

    private void onHop(
            Circuit circuit, HopAttempt attempt, ByteString y, ByteString auth, ByteString sealedCandidates) {
        SessionKeys keys;
        CandidateList candidates;
        try {
            keys = KeyAgreement.initiate(attempt.ephemeral, attempt.target, y.toBytes(), auth.toBytes());
            candidates = SealedCandidates.open(cipher, keys.forward(), sealedCandidates);
        } catch (CryptoFailure | MalformedMessageException e) {
            fail(circuit, CloseReason.HANDSHAKE_FAILED);
            return;
        }
        attempt.stop();
        if (circuit.hops() > 0) {
            tried.passedOn(circuit.lastHopKey());
        }
        tried.letIn(attempt.target);
        long tookNanos = deadlines.nowNanos() - attempt.startedNanos;
        buildTimes.took(attempt.kind, tookNanos);
        circuit.attempt = null;
        circuit.add(new Hop(attempt.target, keys));
        listener.onHopAdded(circuit, tookNanos);
        if (circuit.hops() == 1) {
            circuit.health.start();
        } else {
            circuit.health.authenticated();
        }
        if (circuit.hops() < circuit.goalHops()) {
            extend(circuit, candidates, tookNanos);
            return;
        }
        circuit.becomeReady(deadlines.nowNanos());
        if (log.isDebugEnabled()) {
            log.atDebug()
                    .addKeyValue("hops", circuit.hops())
                    .addKeyValue("millis", circuit.buildNanos() / 1_000_000)
                    .addKeyValue("path", circuit.explain())
                    .log("circuit ready");
        }
        circuit.health.ready(); // teaches the round trip, which the signs of life are judged by
        listener.onReady(circuit);
    }

    private void extend(Circuit circuit, CandidateList candidates, long rttNanos) {
        PathSelector.NextHop next = selector.next(circuit, candidates, identity.publicKey(), circuits);
        if (next == null) {
            // A network too small is nobody's fault.
            close(circuit, CloseReason.NO_CANDIDATE);
            return;
        }
        circuit.chosen(next.choice());
        BuildTimes.Kind kind = next.listed() ? BuildTimes.Kind.LISTED : BuildTimes.Kind.UNLISTED;
        HopAttempt attempt = attempt(circuit, next.key(), kind, rttNanos);
        sendMessage(
                circuit,
                new Extend(
                        attempt.identifier,
                        ByteString.of(next.key().toBytes()),
                        ByteString.of(attempt.ephemeral.publicKey()),
                        next.address()));
        long wait = buildTimes.waitNanos(kind, rttNanos);
        attempt.timer(deadlines.after(wait, () -> fail(circuit, CloseReason.EXTEND_TIMED_OUT)));
    }

    /** Ends a circuit before the hop that is being added has had all its time: something better can be done with its place. */
    void giveUp(Circuit circuit) {
        fail(circuit, circuit.hops() == 0 ? CloseReason.FIRST_HOP_SILENT : CloseReason.EXTEND_TIMED_OUT);
    }

    /** Ends a circuit that could not be built, and lays the failure where it may belong (D11). */
    private void fail(Circuit circuit, CloseReason reason) {
        HopAttempt attempt = circuit.attempt;
        if (attempt != null) {
            tried.failed(attempt.target);
            if (circuit.hops() > 0) {
                tried.extendedInVain(circuit.lastHopKey());
            }
        }
        blame.failed(circuit, 1);
        close(circuit, reason);
    }

    /** The first hop has ended the circuit, by itself or for one behind it. */
    void destroyed(Circuit circuit, int reason) {
        boolean polite = reason == Destroy.REASON_SHUTDOWN;
        blame.failed(circuit, polite ? POLITE_FAILURE : 1);
        circuit.hopKeys().forEach(tried::failed);
        HopAttempt attempt = circuit.attempt;
        if (attempt != null) {
            tried.failed(attempt.target);
        }
        noteEnd(circuit);
        close(circuit, CloseReason.DESTROYED);
    }

    /** What a circuit that was ready had reached when it ended by no doing of ours. */
    private void noteEnd(Circuit circuit) {
        if (circuit.state() == Circuit.State.READY) {
            limits.ended(
                    circuit.hopKeys(),
                    deadlines.nowNanos() - circuit.createdNanos(),
                    circuit.bytesUp() + circuit.bytesDown());
        }
    }

    void becameSuspect(Circuit circuit) {
        listener.onSuspect(circuit);
    }

    void isToBeReplaced(Circuit circuit) {
        log.debug(
                "circuit of {} hops is to be replaced: {}",
                circuit.hops(),
                circuit.health.isFailing() ? "it does not answer" : "it loses, damages or repeats cells");
        if (circuit.health.isFailing()) {
            // One of them is gone; until it is known which, others are asked first.
            circuit.hopKeys().forEach(tried::failed);
        }
        listener.onFailing(circuit);
    }

    /** A ping was answered. */
    void roundTrip(Circuit circuit, long nanos) {
        listener.onRoundTrip(circuit, nanos);
    }

    /** A circuit that was given up by half answers again. */
    void recovered(Circuit circuit) {
        circuit.hopKeys().forEach(tried::succeeded);
    }

    /** The circuit has carried for a while, and carries. */
    void provedWorth(Circuit circuit) {
        blame.served(circuit);
    }

    /** Ends a circuit; its first hop is told unless it was the one to end it. */
    void close(Circuit circuit, CloseReason reason) {
        if (!circuits.remove(circuit)) {
            return;
        }
        if (reason == CloseReason.UNRESPONSIVE) {
            blame.failed(circuit, 1);
            noteEnd(circuit);
        } else if (reason == CloseReason.MISBEHAVING) {
            blame.misbehaved(circuit);
        }
        if (reason != CloseReason.DESTROYED) {
            byte[] packet = DestroyCodec.encode(cells.community(), circuit.id(), reason.code(), identity);
            packets.departs(MessageKind.DESTROY, OtherSide.FIRST_HOP);
            sink.send(circuit.firstHop(), packet, 0, packet.length);
        }
        HopAttempt attempt = circuit.attempt;
        if (attempt != null && reason.isFailure()) {
            listener.onHopFailed(circuit, reason, deadlines.nowNanos() - attempt.startedNanos);
        }
        table.remove(circuit.id(), circuit);
        peers.unpin(circuit.path().first().key());
        circuit.becomeClosed();
        if (log.isDebugEnabled()) {
            log.atDebug()
                    .addKeyValue("hops", circuit.hops())
                    .addKeyValue("of", circuit.goalHops())
                    .addKeyValue("reason", reason)
                    .log("circuit closed");
        }
        listener.onClosed(circuit, reason);
    }

    /** Sends a ping to the last hop and returns its identifier. */
    int sendPing(Circuit circuit) {
        int identifier = random.nextInt(1 << 16);
        sendMessage(circuit, new Ping(identifier));
        return identifier;
    }

    /** Sends a request to the exit of a circuit that is ready. */
    void ask(Circuit circuit, HttpRequest request) {
        circuit.health.sent();
        sendMessage(circuit, request);
    }

    private void sendMessage(Circuit circuit, CellMessage message) {
        int length = cells.encode(message);
        circuit.send(cells.scratch(), Headroom.FRONT_BYTES, length);
    }

    Set<Circuit> circuits() {
        return circuits;
    }

    CircuitQuality.Usual usualQuality() {
        return usualQuality;
    }

    LearntLimits limits() {
        return limits;
    }

    TriedHops tried() {
        return tried;
    }

    PacketCounts packets() {
        return packets;
    }

    void drop(DropReason reason) {
        counters.dropped(reason);
    }

    Deadlines deadlines() {
        return deadlines;
    }

    LayerCipher cipher() {
        return cipher;
    }

    CellSender cells() {
        return cells;
    }
}

package org.tunnel8.circuit;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tunnel8.cell.AddressMemo;
import org.tunnel8.cell.CellEndpoint;
import org.tunnel8.cell.CellKinds;
import org.tunnel8.cell.CellSender;
import org.tunnel8.cell.ReplayWindow;
import org.tunnel8.crypto.LayerCipher;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.metrics.OtherSide;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.Headroom;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.cell.CellFrame;
import org.tunnel8.wire.cell.CellMessageId;
import org.tunnel8.wire.cell.DataView;
import org.tunnel8.wire.walk.PeerFlags;

/**
 * An own circuit: puts a layer on for each hop and takes them off again (PROTOCOL.md §6).
 *
 * <pre>
 * state        event                                  next
 * ----------   -----------------------------------    ------------------------------------------------
 * EXTENDING    created or extended, hops missing      EXTENDING, an extend goes out
 * EXTENDING    created or extended, last hop          READY
 * EXTENDING    time-out, failed agreement, destroy    CLOSED (another circuit is built, D5)
 * READY        failed probes, destroy, limits         CLOSED
 * </pre>
 *
 * <p>Engine thread only.
 */
public final class Circuit implements CellEndpoint {
    /** Cells of an own circuit that bear the relay_early flag; extends always do (PROTOCOL.md §6). */
    static final int RELAY_EARLY_CELLS = 8;

    /** Cells among which one that comes again is noticed: a hundredth of a second's at full speed, seconds' of a torrent's. */
    private static final int REMEMBERED_CELLS = 1_024;

    /** Room that is left in front of a payload for the head of a data message; no DNS name needs more. */
    private static final int MAX_HEADER_BYTES =
            Headroom.FRONT_BYTES - CellFrame.HEADER_BYTES - CircuitSettings.MAX_HOPS * LayerCipher.COUNTER_BYTES;

    private final CircuitNetworkClient client;
    private final long number;
    private final int id;
    private final Path path;
    private final InetSocketAddress firstHop;
    private final List<Hop> hops = new ArrayList<>();
    private final AddressMemo origins = new AddressMemo();
    private final ReplayWindow replays = new ReplayWindow(REMEMBERED_CELLS);
    private final List<HopChoice> choices = new ArrayList<>();
    private final long createdNanos;
    private final double wornPart;
    private int relayEarlySent;
    private long bytesUp;
    private long bytesDown;
    private long lastDataNanos;
    private long leftNanos;
    private State state = State.EXTENDING;
    private long readyNanos;
    private int riders;
    private int exchanges;
    private @Nullable String carriedKey;
    /** Layers of the first hop's, once too many cells came again; to tell whether it is the datagrams that do. */
    private @Nullable ReplayWindow arrivals;

    @Nullable
    HopAttempt attempt;

    final CircuitHealth health;

    /** Where a circuit stands. */
    public enum State {
        /** Hops are being added. */
        EXTENDING,
        /** All hops answered and proved to hold their keys. */
        READY,
        /** It has ended; nothing goes through it any more. */
        CLOSED
    }

    Circuit(CircuitNetworkClient client, long number, int id, Path path, long nowNanos, double wornPart) {
        this.client = client;
        this.number = number;
        this.id = id;
        this.path = path;
        this.firstHop = path.first().address();
        this.createdNanos = nowNanos;
        this.wornPart = wornPart;
        this.lastDataNanos = nowNanos;
        this.leftNanos = nowNanos;
        this.choices.addAll(path.choices());
        this.health = new CircuitHealth(this, client);
    }

    @Override
    public void onCell(InetSocketAddress from, byte[] buffer, int offset, int length) {
        int message = offset + CellFrame.HEADER_BYTES;
        int messageBytes = length - CellFrame.HEADER_BYTES;
        client.packets().arrivesFrom(OtherSide.FIRST_HOP);
        if (CellFrame.plaintext(buffer, offset)) {
            client.onPlaintext(this, buffer, message, messageBytes);
            return;
        }
        boolean isRepeatedDatagram = isRepeatedDatagram(buffer, message, messageBytes);
        long fingerprint = 0;
        for (int i = 0; i < hops.size(); i++) {
            // The innermost layer is the last hop's; nobody on the way can make it look new again.
            if (i == hops.size() - 1 && messageBytes >= LayerCipher.OVERHEAD_BYTES) {
                fingerprint = ReplayWindow.fingerprint(buffer, message, messageBytes);
            }
            messageBytes = client.cipher().open(hops.get(i).keys.backward(), buffer, message, messageBytes);
            if (messageBytes < 0) {
                client.drop(DropReason.BAD_LAYER);
                health.badLayer(i);
                return;
            }
            message += LayerCipher.COUNTER_BYTES;
        }
        if (hops.isEmpty() || messageBytes == 0) {
            client.drop(DropReason.WRONG_STATE);
            return;
        }
        if (!replays.isNew(fingerprint)) {
            client.drop(DropReason.REPLAYED);
            health.replayed(isRepeatedDatagram);
            if (arrivals == null && health.quality().isRepeating()) {
                arrivals = new ReplayWindow(REMEMBERED_CELLS);
            }
            return;
        }
        health.authenticated();
        bytesDown += length;
        client.onMessage(this, from, buffer, message, messageBytes);
    }

    private boolean isRepeatedDatagram(byte[] buffer, int offset, int length) {
        return arrivals != null
                && length >= LayerCipher.OVERHEAD_BYTES
                && !arrivals.isNew(ReplayWindow.fingerprint(buffer, offset, length));
    }

    @Override
    public boolean isNeighbour(PublicKey key) {
        return key.equals(path.first().key());
    }

    @Override
    public void onDestroy(int reason) {
        client.packets().arrivesFrom(OtherSide.FIRST_HOP);
        client.destroyed(this, reason);
    }

    /**
     * Sends application data to a target.
     *
     * @param target where the exit is to send it; never looked up here
     * @param buffer holds the payload with room in front and behind ({@code Headroom}); overwritten
     * @param offset where the payload starts
     * @param length its bytes
     * @return false if the circuit is not ready or the datagram would be too large (counted)
     */
    public boolean sendData(Address target, byte[] buffer, int offset, int length) {
        if (state != State.READY) {
            client.drop(DropReason.NO_CIRCUIT);
            return false;
        }
        int header = DataView.headerBytes(target, IpAddress.UNSPECIFIED);
        int whole = CellFrame.HEADER_BYTES + hops.size() * LayerCipher.OVERHEAD_BYTES + header + length;
        if (header > MAX_HEADER_BYTES || whole > CellSender.MAX_DATAGRAM_BYTES) {
            client.drop(DropReason.TOO_LARGE);
            return false;
        }
        int start = DataView.prepend(buffer, offset, target, IpAddress.UNSPECIFIED);
        health.sent();
        dataPassed();
        send(buffer, start, length + offset - start);
        return true;
    }

    /** Seals a message for the last hop and sends it to the first. */
    void send(byte[] buffer, int offset, int length) {
        boolean relayEarly = relayEarlySent < RELAY_EARLY_CELLS || buffer[offset] == CellMessageId.EXTEND;
        client.packets().departs(CellKinds.of(buffer[offset]), OtherSide.FIRST_HOP);
        int start = offset;
        int bytes = length;
        for (int i = hops.size() - 1; i >= 0; i--) {
            Hop hop = hops.get(i);
            client.cipher().seal(hop.keys.forward(), hop.forward.next(), buffer, start, bytes);
            start -= LayerCipher.COUNTER_BYTES;
            bytes += LayerCipher.OVERHEAD_BYTES;
        }
        countRelayEarly(relayEarly);
        bytesUp += CellFrame.HEADER_BYTES + bytes;
        client.cells().send(firstHop, id, false, relayEarly, buffer, start, bytes);
    }

    /** Counts a cell with the flag, the create included. */
    void countRelayEarly(boolean flagged) {
        if (flagged) {
            relayEarlySent = Math.min(relayEarlySent + 1, RELAY_EARLY_CELLS);
        }
    }

    boolean mayFlagRelayEarly() {
        return relayEarlySent < RELAY_EARLY_CELLS;
    }

    void add(Hop hop) {
        hops.add(hop);
    }

    List<Hop> hopList() {
        return hops;
    }

    void becomeReady(long nowNanos) {
        state = State.READY;
        readyNanos = nowNanos;
    }

    /** The part of its limits of age and traffic from which on its successor is built. */
    double wornPart() {
        return wornPart;
    }

    /** Application data goes over it, in either direction. */
    void dataPassed() {
        lastDataNanos = client.deadlines().nowNanos();
    }

    /** When application data last went over it; its creation if none has. */
    long lastDataNanos() {
        return lastDataNanos;
    }

    /** Notes why somebody is to be a hop of it. */
    void chosen(@Nullable HopChoice choice) {
        if (choice != null) {
            choices.add(choice);
        }
    }

    /** Everybody who is part of it, or is to be as far as that is decided. */
    Set<PublicKey> parts() {
        Set<PublicKey> parts = new LinkedHashSet<>(hopKeys());
        parts.add(path.first().key());
        parts.add(path.exit().key());
        if (attempt != null) {
            parts.add(attempt.target);
        }
        return parts;
    }

    /** Whether the hop that is being added takes longer than such hops do. */
    boolean isSlow() {
        return attempt != null && attempt.isSlow(client.deadlines().nowNanos());
    }

    /** Whether the hop that is being added has been slow for so long that it hardly comes. */
    boolean isOverdue() {
        return attempt != null && attempt.isOverdue(client.deadlines().nowNanos());
    }

    /** Whether it is overdue, and nothing but our patience keeps it. */
    boolean mayBeGivenUp() {
        return isOverdue() && attempt != null && attempt.mayBeGivenUp();
    }

    /**
     * Why these hops were chosen: a line for each, in the order in which they were drawn, the exit first.
     *
     * @return a new list; names hops by the labels of the log (D12), and nobody's address
     */
    public List<String> explain() {
        return choices.stream().map(HopChoice::toString).toList();
    }

    /** Ends the circuit; its keys are wiped. */
    void becomeClosed() {
        state = State.CLOSED;
        health.stop();
        if (attempt != null) {
            attempt.stop();
            attempt = null;
        }
        for (Hop hop : hops) {
            hop.keys.destroy();
        }
        replays.clear();
        arrivals = null;
    }

    /**
     * Which it is of the own circuits that were begun, to be told apart by in what is shown.
     *
     * @return from 1
     */
    public long number() {
        return number;
    }

    /**
     * The id of the link to the first hop.
     *
     * @return circuit id
     */
    public int id() {
        return id;
    }

    /**
     * Where the circuit stands.
     *
     * @return its state
     */
    public State state() {
        return state;
    }

    /**
     * How many hops have been added.
     *
     * @return 0 to {@link #goalHops()}
     */
    public int hops() {
        return hops.size();
    }

    /**
     * How many hops it is to have.
     *
     * @return 1 to 3
     */
    public int goalHops() {
        return path.hops();
    }

    /**
     * Keys of the hops added so far, first hop first.
     *
     * @return a new list
     */
    public List<PublicKey> hopKeys() {
        return hops.stream().map(hop -> hop.key).toList();
    }

    /** Who was added last; there must be a hop. */
    PublicKey lastHopKey() {
        return hops.get(hops.size() - 1).key;
    }

    /**
     * Whether signs of life are overdue (D1).
     *
     * @return true while it is probed
     */
    public boolean isSuspect() {
        return health.isSuspect();
    }

    /**
     * Whether probes have gone unanswered, so that flows leave it if they can (D1).
     *
     * @return true until it answers again or is torn down
     */
    public boolean isFailing() {
        return health.isFailing();
    }

    /**
     * Whether it loses, damages or repeats far more than circuits of this client usually do (D11).
     *
     * @return true while it does
     */
    public boolean isPoor() {
        return health.quality().isPoor();
    }

    /**
     * Round trip to the last hop and back.
     *
     * @return smoothed nanoseconds; 0 before the first answered ping
     */
    public long rttNanos() {
        return health.rtt().smoothedNanos();
    }

    /**
     * When the building began.
     *
     * @return nanoseconds on the engine's clock
     */
    public long createdNanos() {
        return createdNanos;
    }

    /**
     * How long the building took.
     *
     * @return nanoseconds; 0 while it is not ready
     */
    public long buildNanos() {
        return readyNanos == 0 ? 0 : readyNanos - createdNanos;
    }

    /**
     * Bytes sent to the first hop.
     *
     * @return whole datagrams, in bytes
     */
    public long bytesUp() {
        return bytesUp;
    }

    /**
     * Bytes received from the first hop that opened.
     *
     * @return whole datagrams, in bytes
     */
    public long bytesDown() {
        return bytesDown;
    }

    /** Notes that a flow of the application rides this circuit from now on, or does not any more. */
    void ridden(boolean begins) {
        riders += begins ? 1 : -1;
        if (riders == 0) {
            leftNanos = client.deadlines().nowNanos();
        }
    }

    boolean isRidden() {
        return riders > 0;
    }

    /** When the last flow or exchange left it; its creation if none ever rode it. */
    long leftNanos() {
        return leftNanos;
    }

    /** How many flows and exchanges ride it. */
    int riders() {
        return riders;
    }

    /** Notes that an HTTP exchange of a key uses this circuit from now on, or that one does not any more. */
    void exchange(boolean begins, @Nullable String key) {
        exchanges += begins ? 1 : -1;
        if (key != null) {
            carry(key);
        }
        ridden(begins);
    }

    int exchanges() {
        return exchanges;
    }

    /** Notes that traffic of an isolation key goes over it from now on. */
    void carry(String key) {
        carriedKey = key;
    }

    /** Whose traffic goes over it; null if no traffic has. */
    @Nullable
    String carriedKey() {
        return carriedKey;
    }

    /** Whether traffic of a key may go over it: nothing else has. */
    boolean mayCarry(String key) {
        return carriedKey == null || carriedKey.equals(key);
    }

    /** Whether no traffic has gone over it. */
    boolean isUnused() {
        return carriedKey == null;
    }

    /** Whether its exit sends datagrams of BitTorrent to the outside. */
    boolean carriesData() {
        return path.exit().flags().has(PeerFlags.EXIT_BT);
    }

    /** Whether its exit performs HTTP exchanges. */
    boolean performsHttp() {
        return path.exit().flags().has(PeerFlags.EXIT_HTTP);
    }

    /**
     * Who its last hop is or is to be.
     *
     * @return the exit's key
     */
    public PublicKey exitKey() {
        return path.exit().key();
    }

    Path path() {
        return path;
    }

    InetSocketAddress firstHop() {
        return firstHop;
    }

    AddressMemo origins() {
        return origins;
    }
}

package org.tunnel8.peer;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.wire.walk.ConnectionType;
import org.tunnel8.wire.walk.PeerFlags;

/**
 * A known identity: a key whose owner sent us a correctly signed introduction message from its address (D2).
 *
 * <p>Engine thread only. Made and changed by the {@link PeerTable}; equal only to itself. {@link #toString()} tells
 * neither address nor key (D12).
 */
public final class Peer {
    private final PublicKey key;
    private final long sinceNanos;
    private final RttEstimator rtt = new RttEstimator();
    private final Reliability reliability;
    private InetSocketAddress address;
    private @Nullable InetSocketAddress otherAddress;
    private @Nullable InetSocketAddress lanAddress;
    private PeerFlags flags = PeerFlags.NONE;
    private ConnectionType connectionType = ConnectionType.UNKNOWN;
    private boolean newStyle;
    private NetworkPrefix network;
    private boolean confirmed;
    private boolean sought;
    private boolean reachable = true;
    private boolean countsAsExit;
    private long lastHeardNanos;
    private long lastHeardHereNanos;
    private long lastHeardThereNanos;
    private long lastProvenNanos;

    Peer(PublicKey key, InetSocketAddress address, Reliability reliability, long nowNanos) {
        this.key = key;
        this.address = address;
        this.network = NetworkPrefix.of(address);
        this.reliability = reliability;
        this.sinceNanos = nowNanos;
        this.lastHeardNanos = nowNanos;
        this.lastHeardHereNanos = nowNanos;
    }

    /**
     * Who it is.
     *
     * @return the public key; perhaps of a kind that cannot be a hop (D7)
     */
    public PublicKey key() {
        return key;
    }

    /**
     * Where it is reached.
     *
     * @return the source of its signed messages
     */
    public InetSocketAddress address() {
        return address;
    }

    /**
     * Its address in its own network, as it says.
     *
     * @return null if it told none
     */
    public @Nullable InetSocketAddress lanAddress() {
        return lanAddress;
    }

    /**
     * What it offers, by its newest introduction message.
     *
     * @return {@link PeerFlags#NONE} if it offers nothing or told nothing yet
     */
    public PeerFlags flags() {
        return flags;
    }

    /**
     * What it says of its own reachability (PROTOCOL.md §4).
     *
     * @return by its newest message that had room for it
     */
    public ConnectionType connectionType() {
        return connectionType;
    }

    /**
     * Tells whether anybody can reach it without a puncture, as it says: in so many words, or by an address in its own
     * network that is the public one it is seen at.
     *
     * @return false if it said no such thing
     */
    public boolean isPublic() {
        return AddressScope.of(address) == AddressScope.PUBLIC
                && (connectionType == ConnectionType.PUBLIC || address.equals(lanAddress));
    }

    /**
     * Tells whether new-style messages may be sent to it (PROTOCOL.md §4).
     *
     * @return true once it said or showed that it speaks them
     */
    public boolean speaksNewStyle() {
        return newStyle;
    }

    /**
     * Tells whether it has answered a request of ours, which shows that it is where it says and that we reach it.
     *
     * @return false while all we have are requests that came from its address
     */
    public boolean isConfirmed() {
        return confirmed;
    }

    /**
     * Tells whether we found it ourselves: it answered a request that nobody else made us send. Strangers decide how many
     * of the others there are, and only we how many of these.
     *
     * @return false for who came by itself and was only asked in return
     */
    public boolean isSought() {
        return sought;
    }

    /**
     * The network it is in.
     *
     * @return that of {@link #address()}
     */
    public NetworkPrefix network() {
        return network;
    }

    /**
     * Tells whether it answered when last asked.
     *
     * @return false after requests of ours went unanswered, until it is heard again
     */
    public boolean isReachable() {
        return reachable;
    }

    /**
     * When it became known.
     *
     * @return nanoseconds on the engine's clock
     */
    public long sinceNanos() {
        return sinceNanos;
    }

    /**
     * When its last authenticated sign of life came.
     *
     * @return nanoseconds on the engine's clock
     */
    public long lastHeardNanos() {
        return lastHeardNanos;
    }

    /**
     * Round trip to it, from introduction exchanges and whatever else the engine measures.
     *
     * @return the estimator; feed it only with answers that name their request
     */
    public RttEstimator rtt() {
        return rtt;
    }

    /**
     * The standing of its key, which survives this entry.
     *
     * @return never null
     */
    public Reliability reliability() {
        return reliability;
    }

    /**
     * How likely it is to do its part next time, in the most that it offers: as an exit, else as a relay, else in answering.
     *
     * @param nowNanos the time on the engine's clock
     * @return between 0 and 1; {@link Reliability#UNKNOWN_SCORE} without evidence
     */
    public double standing(long nowNanos) {
        boolean exits =
                flags.has(PeerFlags.EXIT_BT) || flags.has(PeerFlags.EXIT_IPV8) || flags.has(PeerFlags.EXIT_HTTP);
        PeerRole most = flags.has(PeerFlags.RELAY) ? PeerRole.RELAY : PeerRole.INTRODUCTION;
        return reliability.score(exits ? PeerRole.EXIT : most, nowNanos);
    }

    void heard(long nowNanos) {
        lastHeardNanos = nowNanos;
        reachable = true;
    }

    void unreachable() {
        reachable = false;
    }

    /** Whether the table counts it among its exits. */
    boolean countsAsExit() {
        return countsAsExit;
    }

    void countsAsExit(boolean yes) {
        countsAsExit = yes;
    }

    /** It has shown just now, by what cannot be made up or sent again, that it is at its address. */
    void proven(long nowNanos) {
        lastProvenNanos = nowNanos;
    }

    /** Tells whether it showed lately that it is there and speaks our version. */
    boolean isProvenSince(long sinceNanos) {
        return confirmed && lastProvenNanos >= sinceNanos;
    }

    void confirm(boolean soughtByUs) {
        confirmed = true;
        sought |= soughtByUs;
    }

    /** Another address at which it was met: its WAN address if {@link #address()} is in our LAN, or its last one. */
    @Nullable
    InetSocketAddress otherAddress() {
        return otherAddress;
    }

    void otherAddress(@Nullable InetSocketAddress other) {
        otherAddress = other;
    }

    void moveTo(InetSocketAddress newAddress) {
        address = newAddress;
        network = NetworkPrefix.of(newAddress);
    }

    /** Goes to the other address. */
    void changeAddresses() {
        InetSocketAddress former = address;
        long formerNanos = lastHeardHereNanos;
        if (otherAddress != null) {
            moveTo(otherAddress);
            lastHeardHereNanos = lastHeardThereNanos;
            otherAddress = former;
            lastHeardThereNanos = formerNanos;
        }
    }

    void heardHere(long nowNanos) {
        lastHeardHereNanos = nowNanos;
    }

    long lastHeardHereNanos() {
        return lastHeardHereNanos;
    }

    void heardThere(long nowNanos) {
        lastHeardThereNanos = nowNanos;
    }

    long lastHeardThereNanos() {
        return lastHeardThereNanos;
    }

    void learn(Sighting sighting) {
        lanAddress = sighting.lanAddress();
        flags = sighting.flags();
        if (sighting.connectionType() != null) {
            connectionType = sighting.connectionType();
        }
        // Sticks: a peer that has shown new style is answered in it from then on, as the reference does.
        newStyle |= sighting.newStyle();
    }

    @Override
    public String toString() {
        return "Peer[" + key + "]";
    }
}

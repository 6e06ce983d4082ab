package org.tunnel8.relay;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.metrics.DropReason;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.relay.Neighbours.Link;
import org.tunnel8.time.Deadlines;
import org.tunnel8.time.TokenBucket;
import org.tunnel8.wire.WireNumbers;

/**
 * Who holds the places for others' circuits, and who gets another ({@link JoinLimits}).
 *
 * <p>A create is signed by nobody, and its source can be made up as well as its key. Hence nothing that it says is held
 * against anybody until a cell of the circuit opens: only who has had our created can seal one, and that went to the
 * address the create came from. From then on the circuit counts as that address's, and as its key's at that address; the
 * same key at another address is another neighbour, since anybody can claim it. Circuits without a cell are bounded by
 * themselves, with room set aside for peers, so that creates from made-up sources fill neither the table nor that room.
 * What they use up of the rate keeps no address from being answered as long as half of the rate is free.
 *
 * <p>Engine thread only. A count for each circuit at most, and a rate for each of {@link #MAX_RATES} addresses.
 */
final class Places {
    /** Addresses whose rate is remembered; the one not heard for longest goes. */
    static final int MAX_RATES = 1_024;

    private static final int IPV4_BYTES = 4;

    private final JoinLimits limits;
    private final int half;
    private final int createsPerSecond;
    private final Deadlines deadlines;
    private final TokenBucket creates;
    private final Map<Long, TokenBucket> rates = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<Long, Integer> byAddress = new HashMap<>();
    private final Map<Claim, Integer> byNeighbour = new HashMap<>();
    private final Map<Integer, Long> unproven = new HashMap<>();
    private final Map<Long, Integer> unprovenByAddress = new HashMap<>();

    /** A key at an address. */
    private record Claim(long address, PublicKey key) {}

    Places(RelaySettings settings, Deadlines deadlines) {
        this.limits = settings.joining();
        this.half = settings.maxJoinedCircuits() / 2;
        this.createsPerSecond = settings.createsPerSecond();
        this.deadlines = deadlines;
        this.creates = new TokenBucket(deadlines, createsPerSecond, createsPerSecond);
    }

    /**
     * Takes a create into account, by all that is known before it is read.
     *
     * @param from where it says it comes from
     * @param known whether a peer that has shown to be there is at that address
     * @param taken places taken in all
     * @return why it is refused; null if it is not
     */
    @Nullable
    DropReason refusal(InetSocketAddress from, boolean known, int taken) {
        long address = addressOf(from.getAddress());
        if (taken >= half && byAddress.getOrDefault(address, 0) >= limits.perAddress()) {
            return DropReason.NEIGHBOUR_LIMIT;
        }
        if (unproven.size() >= limits.unproven() && !mayUseRoomOfPeers(address, known)) {
            return DropReason.UNPROVEN_LIMIT;
        }
        boolean inTime = isBusy() ? rateOf(address).tryTake() && creates.tryTake() : creates.tryTake();
        return inTime ? null : DropReason.RATE_LIMITED;
    }

    private boolean mayUseRoomOfPeers(long address, boolean known) {
        return known
                && unproven.size() < limits.unprovenInAll()
                && unprovenByAddress.getOrDefault(address, 0) < limits.unprovenPerPeer();
    }

    private boolean isBusy() {
        return creates.left() <= createsPerSecond / 2;
    }

    private TokenBucket rateOf(long address) {
        int perSecond = limits.createsPerSecondPerAddress();
        TokenBucket rate = rates.computeIfAbsent(address, a -> new TokenBucket(deadlines, perSecond, perSecond));
        if (rates.size() > MAX_RATES) {
            rates.remove(rates.keySet().iterator().next());
        }
        return rate;
    }

    /** Whether a neighbour has its share, once it has said which key it has. */
    boolean isAboveItsShare(InetSocketAddress from, PublicKey key, int taken) {
        return taken >= half && byNeighbour.getOrDefault(of(from, key), 0) >= limits.perNeighbour();
    }

    /** A create was answered; whether its sender has received that is still open. */
    void joined(Link previous) {
        long address = addressOf(previous.address().getAddress());
        unproven.put(previous.circuitId(), address);
        unprovenByAddress.merge(address, 1, Integer::sum);
    }

    /** The sender of the create has received the answer: the place is his. */
    void proven(Link previous) {
        if (isNoLongerUnproven(previous)) {
            take(previous, 1);
        }
    }

    private boolean isNoLongerUnproven(Link previous) {
        Long address = unproven.remove(previous.circuitId());
        if (address != null) {
            add(unprovenByAddress, address, -1);
        }
        return address != null;
    }

    /** A circuit that ends here has ended, or goes on as one that runs through. */
    void left(Link previous) {
        if (!isNoLongerUnproven(previous)) {
            give(previous, 1);
        }
    }

    /** A neighbour gets places, having proven to be there. */
    void take(Link previous, int places) {
        count(previous, places);
    }

    /** A neighbour no longer has places. */
    void give(Link previous, int places) {
        count(previous, -places);
    }

    private void count(Link previous, int places) {
        add(byAddress, addressOf(previous.address().getAddress()), places);
        add(byNeighbour, of(previous.address(), previous.key()), places);
    }

    private static <K> void add(Map<K, Integer> counts, K key, int more) {
        counts.merge(key, more, (before, added) -> before + added == 0 ? null : before + added);
    }

    private static Claim of(InetSocketAddress address, PublicKey key) {
        return new Claim(addressOf(address.getAddress()), key);
    }

    /** An IPv4 address, or the /64 of an IPv6 one, which is what one host has. No /64 in use looks like an IPv4 one. */
    private static long addressOf(InetAddress address) {
        byte[] bytes = address.getAddress();
        return bytes.length == IPV4_BYTES ? WireNumbers.u32(bytes, 0) : WireNumbers.u64(bytes, 0);
    }

    /** How many circuits wait for their first cell. */
    TableSize unprovenCircuits() {
        return new TableSize("circuits without a cell", unproven.size(), limits.unprovenInAll());
    }

    /** How many addresses have a rate of their own. */
    TableSize rates() {
        return new TableSize("rates of creates", rates.size(), MAX_RATES);
    }
}

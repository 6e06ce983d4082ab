package org.tunnel8.virtual;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.tunnel8.simulation.SignatureMode;
import org.tunnel8.time.DatagramSink;
import org.tunnel8.time.Deadlines;
import org.tunnel8.wire.Headroom;

/**
 * A network in virtual time, reproducible from one seed: it carries datagrams between nodes with a delay, loses some, and
 * runs the nodes' deadlines when they are due.
 *
 * <p>Everything runs on the caller's thread, inside the {@code run…} methods.
 */
public final class VirtualNetwork {
    private static final Duration DEFAULT_DELAY = Duration.ofMillis(30);

    private final SplittableRandom random;
    private final Map<InetSocketAddress, VirtualNode> nodes = new LinkedHashMap<>();
    private final Map<InetSocketAddress, VirtualNat> natOf = new HashMap<>();
    private final Map<InetAddress, VirtualNat> nats = new HashMap<>();
    private final PriorityQueue<Flight> flights = new PriorityQueue<>();
    private final List<Passage> passages = new ArrayList<>();
    private Predicate<Passage> loses = passage -> false;
    private Consumer<Passage> elsewhere = passage -> {};
    private Duration delay = DEFAULT_DELAY;
    private Duration jitter = Duration.ZERO;
    private SignatureMode signatures = SignatureMode.REAL;
    private double loss;
    private long nowNanos;
    private long sequence;

    private record Flight(long arrivesNanos, long number, Passage passage) implements Comparable<Flight> {
        @Override
        public int compareTo(Flight other) {
            int byTime = Long.compare(arrivesNanos, other.arrivesNanos);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    /** An empty network at time 0. */
    public VirtualNetwork(long seed) {
        random = new SplittableRandom(seed);
    }

    /** A generator of its own for something in this network, decided by the network's seed. */
    public SplittableRandom random() {
        return random.split();
    }

    /** How long a datagram is under way: the delay, and up to the jitter more. */
    public VirtualNetwork delay(Duration least, Duration mostMore) {
        delay = least;
        jitter = mostMore;
        return this;
    }

    /**
     * What nodes that join from now on sign their walker messages with: most of the time of a test goes to real signatures,
     * and many tests are not about them.
     */
    public VirtualNetwork signatures(SignatureMode mode) {
        signatures = mode;
        return this;
    }

    /** What nodes sign their walker messages with; real ones unless something else was said. */
    public SignatureMode signatures() {
        return signatures;
    }

    /** The share of datagrams that do not arrive. */
    public VirtualNetwork loss(double share) {
        loss = share;
        return this;
    }

    /** Loses the datagrams that a test names, besides the random ones. */
    public VirtualNetwork lose(Predicate<Passage> which) {
        loses = which;
        return this;
    }

    /** Has somebody hear what arrives at addresses where no node is. */
    public VirtualNetwork elsewhere(Consumer<Passage> taker) {
        elsewhere = taker;
        return this;
    }

    /** The time since the start. */
    public long nowNanos() {
        return nowNanos;
    }

    /** A clock for a node that joins now. */
    public Deadlines newDeadlines() {
        return new Deadlines(nowNanos);
    }

    /** What a node at this address sends through. */
    public DatagramSink sinkOf(InetSocketAddress address) {
        return (to, buffer, offset, length) -> send(address, to, Arrays.copyOfRange(buffer, offset, offset + length));
    }

    /** Lets a node take part. */
    public void join(VirtualNode node) {
        if (nodes.putIfAbsent(node.address(), node) != null) {
            throw new IllegalStateException("somebody is at " + node.address());
        }
    }

    /** Puts a node's address behind a router. */
    public void behind(VirtualNat nat, InetSocketAddress address) {
        nats.put(nat.outside(), nat);
        natOf.put(address, nat);
    }

    /** Takes a node away as if its power had failed. */
    public void leave(VirtualNode node) {
        nodes.remove(node.address());
    }

    /** Sends a datagram as if it came from an address. */
    public void send(InetSocketAddress from, InetSocketAddress to, byte[] bytes) {
        VirtualNat nat = natOf.get(from);
        boolean crossesNat = nat != null && natOf.get(to) != nat;
        Passage passage = new Passage(nowNanos, crossesNat ? nat.translateOut(from, to) : from, to, bytes);
        passages.add(passage);
        if (random.nextDouble() < loss || loses.test(passage)) {
            return;
        }
        long extra = jitter.isZero() ? 0 : random.nextLong(jitter.toNanos());
        flights.add(new Flight(nowNanos + delay.toNanos() + extra, sequence++, passage));
    }

    /** Everything that was sent so far, lost datagrams included. */
    public List<Passage> passages() {
        return passages;
    }

    /** Forgets what was sent so far. */
    public void forgetPassages() {
        passages.clear();
    }

    /** Lets time pass. */
    public void runFor(Duration time) {
        runUntil(() -> false, time);
    }

    /**
     * Lets time pass until something holds.
     *
     * @return false if it did not within the limit
     */
    public boolean runUntil(BooleanSupplier condition, Duration limit) {
        long end = nowNanos + limit.toNanos();
        while (!condition.getAsBoolean()) {
            long next = nextNanos();
            if (next > end) {
                advance(end);
                return condition.getAsBoolean();
            }
            advance(next);
        }
        return true;
    }

    private long nextNanos() {
        Flight first = flights.peek();
        long next = first == null ? Long.MAX_VALUE : first.arrivesNanos();
        for (VirtualNode node : nodes.values()) {
            next = Math.min(next, node.nextDeadlineNanos());
        }
        return Math.max(next, nowNanos);
    }

    private void advance(long toNanos) {
        nowNanos = toNanos;
        while (true) {
            Flight first = flights.peek();
            if (first == null || first.arrivesNanos() > nowNanos) {
                break;
            }
            flights.remove();
            deliver(first.passage());
        }
        for (VirtualNode node : new ArrayList<>(nodes.values())) {
            if (node.nextDeadlineNanos() <= nowNanos) {
                node.onDeadline(nowNanos);
            }
        }
    }

    private void deliver(Passage passage) {
        VirtualNode node = nodes.get(inside(passage));
        if (node == null) {
            elsewhere.accept(passage);
            return;
        }
        int length = passage.bytes().length;
        byte[] buffer = new byte[Headroom.FRONT_BYTES + length + Headroom.BACK_BYTES];
        System.arraycopy(passage.bytes(), 0, buffer, Headroom.FRONT_BYTES, length);
        node.onDatagram(nowNanos, passage.from(), buffer, Headroom.FRONT_BYTES, length);
    }

    private @Nullable InetSocketAddress inside(Passage passage) {
        VirtualNat nat = nats.get(passage.to().getAddress());
        if (nat != null) {
            return nat.translateIn(passage.to(), passage.from());
        }
        // An address behind a router exists only for its neighbours there, who did not cross the router to send.
        boolean reachable = !natOf.containsKey(passage.to()) || natOf.get(passage.from()) == natOf.get(passage.to());
        return reachable ? passage.to() : null;
    }
}

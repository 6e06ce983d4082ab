package org.tunnel8.simulation;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.tunnel8.wire.Headroom;

/**
 * A network in virtual time, reproducible from one seed: hosts, NAT boxes, the ways between them, and one queue of all that
 * is to happen.
 *
 * <p>Everything runs on the caller's thread, inside the {@code run…} methods. Nothing in it knows a clock, a socket or
 * another source of chance than the seed; the same seed and the same calls give the same {@link #log}.
 */
public final class SimulatedNetwork {
    private static final int MAX_DATAGRAM_BYTES = 65_535;
    /** Between hosts behind one NAT box. */
    private static final long LOCAL_NANOS = 200_000;

    private final SignatureMode signatures;
    private final WatchedLayers layers;
    private final SeededRandom random;
    private final EventQueue queue = new EventQueue();
    private final Map<InetAddress, Site> addressed = new HashMap<>();
    private final Set<SimulatedPort> ports = new LinkedHashSet<>();
    private final Map<String, List<InetAddress>> names = new LinkedHashMap<>();
    private final Internet internet;
    private final PublicAddresses addresses;
    private final EventLog log = new EventLog();
    private final List<Consumer<Passage>> observers = new ArrayList<>();
    private final byte[] delivery = new byte[Headroom.FRONT_BYTES + MAX_DATAGRAM_BYTES + Headroom.BACK_BYTES];
    private Predicate<Passage> loses = passage -> false;
    private @Nullable Consumer<Passage> elsewhere;
    private boolean watched;
    private int sites;
    private long nowNanos;
    private long events;

    /**
     * An empty network at time 0, with real signatures.
     *
     * @param seed decides all that is left to chance
     */
    public SimulatedNetwork(long seed) {
        this(seed, SignatureMode.REAL);
    }

    /**
     * An empty network at time 0.
     *
     * @param seed decides all that is left to chance
     * @param signatures what its nodes sign with
     */
    public SimulatedNetwork(long seed, SignatureMode signatures) {
        this(seed, signatures, LayerMode.REAL);
    }

    /**
     * An empty network at time 0.
     *
     * @param seed decides all that is left to chance
     * @param signatures what its nodes sign with
     * @param layers what its nodes seal cells with
     */
    public SimulatedNetwork(long seed, SignatureMode signatures, LayerMode layers) {
        this.signatures = signatures;
        this.layers = new WatchedLayers(layers);
        this.random = new SeededRandom(SeededRandom.mix(seed));
        SeededRandom chance = random.split();
        this.internet = new Internet(chance, random.nextLong(), queue);
        this.addresses = new PublicAddresses(random.split(), this::hasSomebodyAt);
    }

    /**
     * A generator of its own for something in this network, decided by the seed.
     *
     * @return a new generator
     */
    public SeededRandom random() {
        return random.split();
    }

    /**
     * What its nodes sign with.
     *
     * @return the mode
     */
    public SignatureMode signatures() {
        return signatures;
    }

    /** The layer cipher of all its nodes, which watches their counters. */
    WatchedLayers layers() {
        return layers;
    }

    /**
     * The time since the start.
     *
     * @return nanoseconds
     */
    public long nowNanos() {
        return nowNanos;
    }

    /**
     * What was sent so far.
     *
     * @return the same object each time
     */
    public EventLog log() {
        return log;
    }

    /**
     * How much the network has done: datagrams delivered, deadlines run, actions.
     *
     * @return zero or more
     */
    public long events() {
        return events;
    }

    /**
     * Sets what the ways between hosts do; at first they take 60 ms there and back and lose nothing.
     *
     * @param settings for all ways, from now on
     * @return this network
     */
    public SimulatedNetwork links(LinkSettings settings) {
        internet.settings(settings);
        return this;
    }

    /**
     * What the ways between hosts do.
     *
     * @return the settings
     */
    public LinkSettings links() {
        return internet.settings();
    }

    /**
     * Loses the datagrams that somebody names, besides those that chance takes.
     *
     * @param which asked of each datagram when it is sent
     * @return this network
     */
    public SimulatedNetwork lose(Predicate<Passage> which) {
        loses = which;
        watched = true;
        return this;
    }

    /**
     * Has somebody hear of every datagram when it is sent, lost ones included.
     *
     * @param observer must not send by itself
     * @return this network
     */
    public SimulatedNetwork observe(Consumer<Passage> observer) {
        observers.add(observer);
        watched = true;
        return this;
    }

    /**
     * Has somebody take what arrives at addresses where nobody is.
     *
     * @param taker hears each such datagram, with the time of its arrival
     * @return this network
     */
    public SimulatedNetwork elsewhere(Consumer<Passage> taker) {
        elsewhere = taker;
        return this;
    }

    /**
     * Enters a name into the table that all hosts' resolvers answer from.
     *
     * @param host the name
     * @param addresses its addresses
     * @return this network
     */
    public SimulatedNetwork name(String host, List<InetAddress> addresses) {
        names.put(host, List.copyOf(addresses));
        return this;
    }

    List<InetAddress> addressesOf(String host) {
        return names.getOrDefault(host, List.of());
    }

    /**
     * Draws an address for a host or box to be added.
     *
     * @return a public IPv4 address at which nobody is, in a /16 block in which nobody is as long as there is one
     */
    public InetAddress publicAddress() {
        return addresses.draw();
    }

    /**
     * Adds a host that is reached directly.
     *
     * @param address free so far
     * @return the host
     */
    public SimulatedHost host(InetAddress address) {
        SimulatedHost host = new SimulatedHost(this, sites++, address, null);
        place(address, host);
        return host;
    }

    /**
     * Adds a NAT box.
     *
     * @param settings how it works
     * @param outside its address, free so far
     * @return the box
     */
    public NatBox nat(NatSettings settings, InetAddress outside) {
        NatBox box = new NatBox(this, sites++, settings, outside, random.split());
        place(outside, box);
        return box;
    }

    /**
     * Adds a host behind a NAT box.
     *
     * @param box the box
     * @param inside its address there; others behind other boxes may have the same
     * @return the host
     */
    public SimulatedHost behind(NatBox box, InetAddress inside) {
        SimulatedHost host = new SimulatedHost(this, sites++, inside, box);
        box.add(host, inside);
        return host;
    }

    void place(InetAddress address, Site site) {
        if (addressed.putIfAbsent(address, site) != null) {
            throw new IllegalStateException("somebody is at " + address.getHostAddress());
        }
    }

    boolean hasSomebodyAt(InetAddress address) {
        return addressed.containsKey(address);
    }

    /** Nobody is at an address any more. */
    void vacate(InetAddress address) {
        addressed.remove(address);
    }

    void move(Site site, InetAddress from, InetAddress to) {
        place(to, site);
        addressed.remove(from, site);
    }

    void opened(SimulatedPort port) {
        ports.add(port);
        reschedule(port);
    }

    void closed(SimulatedPort port) {
        ports.remove(port);
    }

    /**
     * Plans an action.
     *
     * @param whenNanos when; at once if that is over
     * @param action what; may use nodes and send
     */
    public void at(long whenNanos, Runnable action) {
        queue.add(new ScenarioAction(Math.max(whenNanos, nowNanos), action, true));
    }

    /**
     * Plans an action.
     *
     * @param delay how long from now
     * @param action what; may use nodes and send
     */
    public void after(Duration delay, Runnable action) {
        at(nowNanos + delay.toNanos(), action);
    }

    /**
     * Plans an action that only looks at nodes, or starts and ends them: after each other one every node is asked what it has
     * due, and a course has some for each node.
     */
    void quietlyAfter(Duration delay, Runnable action) {
        queue.add(new ScenarioAction(nowNanos + delay.toNanos(), action, false));
    }

    /** Sees to it that a port's participant is run when it wants to be. */
    void reschedule(SimulatedPort port) {
        if (!port.isOpen()) {
            return;
        }
        long next = Math.max(port.participant().nextDeadlineNanos(), nowNanos);
        if (next < port.scheduled.atNanos) {
            port.scheduled = new PortDeadline(next, port);
            queue.add(port.scheduled);
        }
    }

    /**
     * Sends a datagram as if it came from an address, whoever is there.
     *
     * @param from the source it will show
     * @param to resolved target
     * @param bytes the datagram; not to be changed afterwards
     */
    public void inject(InetSocketAddress from, InetSocketAddress to, byte[] bytes) {
        depart(addressed.get(from.getAddress()), from, to, bytes);
    }

    void send(SimulatedPort port, InetSocketAddress to, byte[] bytes) {
        SimulatedHost host = port.host();
        InetAddress address = host.sourceFor(to);
        if (address == null || !host.isConnected()) {
            return;
        }
        InetSocketAddress source = port.at(address);
        NatBox nat = host.nat();
        if (nat == null || !address.equals(host.address())) {
            depart(host, source, to, bytes);
        } else if (nat.hostAt(to.getAddress()) != null) {
            if (!isTakenOnTheWay(source, to, bytes)) {
                queue.add(new Flight(nowNanos + LOCAL_NANOS, source, to, bytes, nat, nat, true));
            }
        } else {
            sendThrough(nat, source, to, bytes);
        }
    }

    private void sendThrough(NatBox nat, InetSocketAddress source, InetSocketAddress to, byte[] bytes) {
        boolean turnsBack = to.getAddress().equals(nat.outside());
        if (turnsBack && !nat.settings().hairpin()) {
            return;
        }
        InetSocketAddress mapped = nat.translateOut(nowNanos, source, to);
        if (mapped == null) {
            return;
        }
        if (!turnsBack) {
            depart(nat, mapped, to, bytes);
        } else if (!isTakenOnTheWay(mapped, to, bytes)) {
            queue.add(new Flight(nowNanos + LOCAL_NANOS, mapped, to, bytes, null, nat, true));
        }
    }

    /** Notes a datagram that was sent; true if somebody wants it lost. */
    private boolean isTakenOnTheWay(InetSocketAddress from, InetSocketAddress to, byte[] bytes) {
        log.sent(nowNanos, from, to, bytes);
        if (!watched) {
            return false;
        }
        Passage passage = new Passage(nowNanos, from, to, bytes);
        for (Consumer<Passage> observer : observers) {
            observer.accept(passage);
        }
        return loses.test(passage);
    }

    /** Sets a datagram on its way over the Internet. */
    private void depart(@Nullable Site sender, InetSocketAddress from, InetSocketAddress to, byte[] bytes) {
        if (!isTakenOnTheWay(from, to, bytes)) {
            internet.carry(nowNanos, sender, addressed.get(to.getAddress()), from, to, bytes);
        }
    }

    /**
     * Lets time pass.
     *
     * @param time how much
     */
    public void runFor(Duration time) {
        runUntil(() -> false, time);
    }

    /**
     * Lets time pass until something holds, which is asked after everything that happens.
     *
     * @param condition what is waited for
     * @param limit how long at most
     * @return false if it did not hold within the limit
     */
    public boolean runUntil(BooleanSupplier condition, Duration limit) {
        long end = nowNanos + limit.toNanos();
        rescheduleAll();
        while (!condition.getAsBoolean()) {
            if (queue.nextNanos() > end) {
                nowNanos = end;
                return condition.getAsBoolean();
            }
            happen(queue.remove());
        }
        return true;
    }

    /** Whoever runs the network may have used nodes whose deadlines it does not know of. */
    private void rescheduleAll() {
        ports.forEach(this::reschedule);
    }

    private void happen(Event event) {
        nowNanos = event.atNanos;
        if (event instanceof Flight flight) {
            events++;
            arrive(flight);
        } else if (event instanceof PortDeadline deadline) {
            run(deadline);
        } else if (event instanceof ScenarioAction planned) {
            events++;
            planned.action.run();
            if (planned.usesNodes) {
                rescheduleAll();
            }
        }
    }

    private void run(PortDeadline deadline) {
        SimulatedPort port = deadline.port;
        if (port == null || port.scheduled != deadline || !port.isOpen()) {
            return;
        }
        port.scheduled = PortDeadline.NONE;
        if (port.participant().nextDeadlineNanos() <= nowNanos) {
            events++;
            port.participant().onDeadline(nowNanos);
        }
        reschedule(port);
    }

    private void arrive(Flight flight) {
        Site site = flight.receiver;
        if (site == null || !site.isAt(flight.to.getAddress())) {
            site = addressed.get(flight.to.getAddress());
        }
        if (site != null && !flight.arrived) {
            long passed = site.passIn(nowNanos, flight.bytes.length);
            if (passed != nowNanos) {
                if (passed > 0) {
                    queue.add(new Flight(passed, flight.from, flight.to, flight.bytes, null, site, true));
                }
                return;
            }
        }
        SimulatedPort port = portAt(flight, site);
        if (port != null) {
            deliver(flight, port);
        } else if (elsewhere != null && site == null) {
            elsewhere.accept(new Passage(nowNanos, flight.from, flight.to, flight.bytes));
        }
    }

    private @Nullable SimulatedPort portAt(Flight flight, @Nullable Site site) {
        SimulatedHost host = null;
        int number = flight.to.getPort();
        if (flight.local != null) {
            host = flight.local.hostAt(flight.to.getAddress());
        } else if (site instanceof SimulatedHost direct) {
            host = direct;
        } else if (site instanceof NatBox nat) {
            InetSocketAddress inside = nat.translateIn(nowNanos, flight.from, number);
            if (inside == null) {
                return null;
            }
            host = nat.hostAt(inside.getAddress());
            number = inside.getPort();
        }
        return host == null || !host.isConnected() ? null : host.port(number);
    }

    private void deliver(Flight flight, SimulatedPort port) {
        int length = flight.bytes.length;
        System.arraycopy(flight.bytes, 0, delivery, Headroom.FRONT_BYTES, length);
        port.participant().onDatagram(nowNanos, flight.from, delivery, Headroom.FRONT_BYTES, length);
        reschedule(port);
    }
}

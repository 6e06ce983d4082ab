package org.tunnel8.simulation;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.node.NodeRole;

/**
 * The peers of a scenario: brings each in at its time, takes it away when its time is over, and puts another in its
 * place; knows who is where.
 */
final class Residents {
    /** Of those who leave, the share that says so. */
    private static final double POLITE = 0.5;

    /** Of those who leave, the share that comes back: as the same peer, with another address. */
    private static final double RETURNING = 0.25;

    /** How long a place stays empty at most. */
    private static final Duration VACANCY = Duration.ofSeconds(20);

    /** Ten times the median round trip of 60 ms to everybody: 270 ms more each way. */
    private static final LineSettings FAR_AWAY = LineSettings.slow(Duration.ofMillis(270));

    /** What home routers and providers' NATs do (RFC 4787 asks for two minutes or more, and few listen). */
    private static final List<Duration> NAT_TIMEOUTS =
            List.of(Duration.ofSeconds(60), Duration.ofSeconds(120), Duration.ofSeconds(180));

    /**
     * How long it is remembered what was where somebody lived who has left: longer than any node tells others of him or
     * holds him for dead.
     */
    static final Duration MEMORY = Duration.ofHours(1);

    private final SimulatedNetwork network;
    private final Population population;
    private final List<InetSocketAddress> servers;
    private final AddressPlan addresses;
    private final NatWatch nats;
    private final SeededRandom random;
    private final List<Consumer<Resident>> arrivals = new ArrayList<>();
    private final Map<PublicKey, Resident> byKey = new LinkedHashMap<>();
    private final Map<InetAddress, List<Resident>> byOutside = new HashMap<>();
    /** Addresses of those who are forgotten otherwise, and whether one of them was an exit. */
    private final Map<InetAddress, Boolean> formerly = new HashMap<>();
    /** Routers that another of the same placement moves in behind. */
    private final Map<Placement, NatBox> waitingBoxes = new EnumMap<>(Placement.class);

    Residents(
            SimulatedNetwork network,
            Population population,
            List<InetSocketAddress> servers,
            AddressPlan addresses,
            NatWatch nats) {
        this.network = network;
        this.population = population;
        this.servers = servers;
        this.addresses = addresses;
        this.nats = nats;
        this.random = network.random();
    }

    /** Has somebody hear of everybody who comes from now on, built and not started yet. */
    void onArrival(Consumer<Resident> listener) {
        arrivals.add(listener);
    }

    /** Plans the arrival of so many peers at random times within a duration. */
    void arrive(int peers, Duration within) {
        for (Role role : Role.draw(population, peers, random)) {
            long when = within.isZero() ? 0 : random.nextLong(within.toNanos());
            network.quietlyAfter(Duration.ofNanos(when), () -> moveIn(role, IdentityKey.generate(random)));
        }
    }

    /** Somebody moves in who never leaves: a relay with a public address. */
    SimulatedNode settle() {
        Role role = new Role(Placement.PUBLIC, false, null, null, false, false);
        return Objects.requireNonNull(come(role, IdentityKey.generate(random)).node());
    }

    private void moveIn(Role role, IdentityKey identity) {
        Resident resident = come(role, identity);
        if (!population.meanUptime().equals(Population.FOREVER)) {
            network.quietlyAfter(uptime(), () -> moveOut(resident, role));
        }
    }

    private Resident come(Role role, IdentityKey identity) {
        SimulatedHost host = place(role.placement(), role.slow() ? FAR_AWAY : population.line());
        Misbehaviour misbehaviour = role.misbehaviour();
        Resident resident;
        if (misbehaviour != null) {
            resident = new Resident(role, new MisbehavingPeer(host, misbehaviour, identity, servers));
            register(resident);
        } else {
            NatWatch.Ear ear = nats.ear(role.placement());
            SimulatedNode node = SimulatedNode.builder(host)
                    .port(addresses.port())
                    .identity(identity)
                    .roles(role.exit() ? List.of(NodeRole.RELAY, NodeRole.EXIT_BT) : List.of(NodeRole.RELAY))
                    .bootstrap(servers)
                    .listener(ear)
                    .lie(role.lie())
                    .joinsCircuits(!role.full())
                    .build();
            ear.isAt(node);
            resident = new Resident(role, node);
            register(resident);
            node.start();
        }
        return resident;
    }

    /** Enters somebody who was built and is about to start. */
    void register(Resident resident) {
        byKey.put(resident.publicKey(), resident);
        byOutside
                .computeIfAbsent(resident.outside(), address -> new ArrayList<>())
                .add(resident);
        arrivals.forEach(listener -> listener.accept(resident));
    }

    /** A host of its own for the measured client. */
    SimulatedHost place(Placement placement) {
        return place(placement, population.line());
    }

    /** A host of its own for somebody, behind a router of its own or, now and then, a neighbour's. */
    private SimulatedHost place(Placement placement, LineSettings line) {
        NatKind kind = placement.natKind();
        if (kind == null) {
            return network.host(addresses.fresh()).line(line);
        }
        NatBox neighbours = waitingBoxes.remove(placement);
        if (neighbours != null) {
            return network.behind(neighbours, addresses.inside(1));
        }
        NatSettings settings = NatSettings.of(kind)
                .withTimeout(NAT_TIMEOUTS.get(random.nextInt(NAT_TIMEOUTS.size())))
                .withHairpin(random.nextBoolean());
        NatBox box = network.nat(settings, addresses.fresh()).line(line);
        if (random.nextDouble() < population.sharedRouters() / 2) {
            waitingBoxes.put(placement, box);
        }
        return network.behind(box, addresses.inside(0));
    }

    private Duration uptime() {
        double drawn = -StrictMath.log(1 - random.nextDouble());
        return Duration.ofNanos((long) (drawn * population.meanUptime().toNanos()));
    }

    /** Somebody dies without a word, and at once another node comes in that one's place. */
    void kill(Resident resident) {
        Role role = Objects.requireNonNull(resident.role(), "the measured client is not killed");
        leave(resident, false);
        moveIn(role, IdentityKey.generate(random));
    }

    private void moveOut(Resident resident, Role role) {
        if (!resident.isPresent()) {
            return; // it was killed, and somebody is there instead
        }
        leave(resident, random.nextDouble() < POLITE);
        boolean returns = random.nextDouble() < RETURNING;
        IdentityKey next = returns ? resident.identity() : IdentityKey.generate(random);
        network.quietlyAfter(Duration.ofNanos(random.nextLong(VACANCY.toNanos())), () -> moveIn(role, next));
    }

    private void leave(Resident resident, boolean politely) {
        resident.leave(politely);
        network.quietlyAfter(MEMORY, () -> forget(resident));
    }

    /** Hundreds leave in a long run; what only tells what was once where they lived would fill its memory. */
    private void forget(Resident gone) {
        InetAddress outside = gone.outside();
        byKey.remove(gone.publicKey(), gone);
        List<Resident> there = byOutside.getOrDefault(outside, new ArrayList<>());
        there.remove(gone);
        formerly.merge(outside, gone.isExit(), Boolean::logicalOr);
        NatBox box = gone.host().nat();
        if (there.isEmpty() && !waitingBoxes.containsValue(box)) {
            byOutside.remove(outside);
            network.vacate(outside);
        }
    }

    /** Everybody who is there or left lately, in order of arrival; of those who came back, the last time. */
    Collection<Resident> all() {
        return Collections.unmodifiableCollection(byKey.values());
    }

    /** Whether anybody who took part was ever seen at an address. */
    boolean hasLivedAt(InetAddress outside) {
        return byOutside.containsKey(outside) || formerly.containsKey(outside);
    }

    /** Whether an exit is or was at an address. */
    boolean isExitAt(InetAddress outside) {
        return byOutside.getOrDefault(outside, List.of()).stream().anyMatch(Resident::isExit)
                || formerly.getOrDefault(outside, false);
    }

    /** The owner of a key; null if it is nobody's who lives here, or did lately. */
    @Nullable
    Resident ownerOf(PublicKey key) {
        return byKey.get(key);
    }

    /** Who is reached at an outside address and port; null if that is nobody's, and was not lately. */
    @Nullable
    Resident at(InetSocketAddress outside) {
        List<Resident> there = byOutside.get(outside.getAddress());
        if (there == null) {
            return null;
        }
        for (Resident resident : there) {
            NatBox nat = resident.host().nat();
            InetSocketAddress inside = nat == null ? outside : nat.everMappedFrom(outside.getPort());
            if (resident.address().equals(inside)) {
                return resident;
            }
        }
        return null;
    }
}

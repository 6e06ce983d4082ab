package org.tunnel8.simulation;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.tunnel8.circuit.CircuitSettings;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.node.NodeRole;
import org.tunnel8.walk.RememberedPeer;

/** One run of a scenario. Used once, by one thread. */
final class SimulationRun {
    private static final int SERVER_PORT = 6_421;
    private static final Duration SLOW_ANSWER = Duration.ofMillis(1_500);

    /** FR-012. */
    private static final Duration HANDSHAKE_LIMIT = Duration.ofSeconds(10);

    /** Of virtual time; how soon a run notices that it is to stop. */
    private static final Duration STRIDE = Duration.ofSeconds(1);

    /** Circuits of three hops, as the specification's (SC-004). */
    private static final int HOPS = 3;

    /** The usual. */
    private static final int STANDBYS = 1;

    /** A first hop and an exit: whoever is between them is named by the first hop (D8). */
    private static final int PEERS = 2;

    /** Who stays for hours among few waits for so many: behind a symmetric NAT not even twenty of them can be reached. */
    private static final int FEWER_PEERS = 10;

    private final Scenario scenario;
    private final long seed;
    private final BooleanSupplier stopped;
    private final SimulatedNetwork network;
    private final AddressPlan addresses;
    private final List<InetSocketAddress> servers = new ArrayList<>();
    private final List<SimulatedHost> soundServers = new ArrayList<>();
    private final Residents residents;
    private final NatWatch nats;
    private final @Nullable IntegrityWatch integrity;
    private final Placement placement;
    private final SimulatedHost clientHost;
    private final IdentityKey clientKey;
    private final int clientPort;
    private final Notes notes;
    private RunReport.@Nullable Heap heap;
    private final Map<Criterion, Measurement> measured = new EnumMap<>(Criterion.class);
    private final Map<Ratio, Quotient> ratios = new EnumMap<>(Ratio.class);

    SimulationRun(Scenario scenario, long seed, SimulatedNetwork network, BooleanSupplier stopped) {
        this.scenario = scenario;
        this.seed = seed;
        this.stopped = stopped;
        this.network = network.links(scenario.links());
        this.notes = new Notes(network);
        this.addresses = new AddressPlan(network.random());
        startServers(scenario.servers());
        this.nats = new NatWatch(network);
        this.residents = new Residents(network, scenario.population(), servers, addresses, nats);
        this.integrity = scenario.population().misbehaving() > 0 ? new IntegrityWatch(network, residents) : null;
        this.placement = scenario.population().clientOf(seed);
        this.clientHost = residents.place(placement);
        this.clientKey = IdentityKey.generate(network.random());
        this.clientPort = addresses.port();
    }

    private void startServers(ServerPark park) {
        for (int i = 0; i < park.servers(); i++) {
            SimulatedHost host = network.host(addresses.fresh());
            servers.add(new InetSocketAddress(host.address(), SERVER_PORT));
            if (i < park.dead()) {
                continue;
            }
            if (i < park.dead() + park.lying()) {
                new LyingServer(host, SERVER_PORT, IdentityKey.generate(network.random()));
                continue;
            }
            if (i < park.dead() + park.lying() + park.slow()) {
                host.line(LineSettings.slow(SLOW_ANSWER.dividedBy(2)));
            }
            SimulatedNode.builder(host)
                    .port(SERVER_PORT)
                    .roles(List.of(NodeRole.BOOTSTRAP))
                    .start();
            soundServers.add(host);
        }
    }

    RunReport run() {
        residents.arrive(scenario.peers(), scenario.arrival());
        pass(scenario.clientStart());
        switch (scenario.course()) {
            case JOINS -> join();
            case JOINS_IN_THE_DARK -> joinInTheDark();
            case BUILDS_CIRCUITS -> buildCircuits();
            case STREAMS -> stream();
            case STAYS -> stay();
            case RETURNS -> leaveAndReturn();
        }
        if (scenario.load().circuits()) {
            LayerKeys keys = network.layers().keys();
            boolean clean = keys.reused() == 0;
            if (!clean) {
                notes.accept("A NONCE WAS USED TWICE under " + keys.reused() + " of " + keys.used() + " layer keys");
            }
            measured.put(
                    Criterion.NO_NONCE_TWICE, Measurement.once(clean ? Optional.of(Duration.ZERO) : Optional.empty()));
        }
        measured.put(Criterion.NAT_NAMED, nats.named());
        if (integrity != null) {
            measured.put(Criterion.NOBODY_FORGED, integrity.undeceived());
            measured.put(Criterion.NOBODY_SHUNNED, integrity.unshunning());
        }
        return new RunReport(
                seed,
                placement,
                network.log().digest(),
                network.log().datagrams(),
                measured,
                ratios,
                heap,
                notes.lines());
    }

    /** Lets time pass in short strides, so that a run can be stopped. */
    private void pass(Duration time) {
        long endNanos = network.nowNanos() + time.toNanos();
        while (network.nowNanos() < endNanos) {
            if (stopped.getAsBoolean()) {
                throw new CancellationException("the simulation was stopped");
            }
            network.runFor(Duration.ofNanos(Math.min(STRIDE.toNanos(), endNanos - network.nowNanos())));
        }
    }

    private void join() {
        Client client = start(scenario.load().circuits() ? withCircuits(CircuitSettings.DEFAULT_MIN_PEERS) : client());
        pass(scenario.observed());
        measure(client);
    }

    private SimulatedNodeBuilder client() {
        return SimulatedNode.builder(clientHost)
                .port(clientPort)
                .identity(clientKey)
                .roles(List.of())
                .bootstrap(servers);
    }

    private SimulatedNodeBuilder withCircuits(int minPeers) {
        return client().circuits(HOPS, STANDBYS, minPeers);
    }

    /** The measured client with all who watch it. */
    private record Client(SimulatedNode node, ClientWatch watch, CircuitWatch circuits) {}

    private Client start(SimulatedNodeBuilder builder) {
        CircuitWatch circuits = new CircuitWatch(network, CircuitSettings.DEFAULT_MIN_PEERS, scenario.load());
        ClientEar ear = new ClientEar(nats.ear(placement), circuits);
        SimulatedNode node = builder.listener(ear).build();
        ClientWatch watch = new ClientWatch(node, placement, residents, servers);
        ear.nat.isAt(node);
        ear.watch = watch;
        residents.register(new Resident(placement, node));
        if (node.engine().circuits() != null) {
            circuits.watch(node);
        }
        node.start();
        return new Client(node, watch, circuits);
    }

    private void measure(Client client) {
        ClientWatch watch = client.watch();
        measured.put(Criterion.FIRST_ANSWER, watch.firstAnswer());
        measured.put(Criterion.TWENTY_PEERS, watch.twentyPeers());
        measured.put(Criterion.REACHABLE_HANDSHAKES, watch.handshakes(true, HANDSHAKE_LIMIT));
        measured.put(Criterion.ALL_HANDSHAKES, watch.handshakes(false, HANDSHAKE_LIMIT));
        if (scenario.load().circuits()) {
            measured.put(Criterion.CIRCUIT_ON_REQUEST, client.circuits().readyOnceAsked());
            ratios.put(Ratio.BUILT, client.circuits().built());
        }
    }

    private void stay() {
        SimulatedNode relay = residents.settle();
        Client client = start(withCircuits(FEWER_PEERS));
        GrowthWatch growth = new GrowthWatch(client.node(), relay, residents, scenario.observed(), notes::sumUp);
        stream(client);
        ratios.putAll(growth.ratios());
        measured.put(Criterion.REQUESTS_END, growth.requestsEnd());
        heap = growth.heap();
    }

    private void stream() {
        stream(start(withCircuits(CircuitSettings.DEFAULT_MIN_PEERS)));
    }

    private void stream(Client client) {
        LeakWatch leaks = new LeakWatch(client.node(), residents, servers, notes);
        pass(Load.LEAD);
        new LoadCourse(scenario, residents, client.node(), client.circuits(), leaks, notes, addresses)
                .play(this::pass, measured, ratios);
        measure(client);
        measured.put(Criterion.NOTHING_LEAKED, leaks.nothing());
    }

    private void joinInTheDark() {
        soundServers.forEach(server -> server.connected(false));
        Client client = start(client());
        // Not at a round number: whoever asks each half minute would be found asking at that very moment.
        pass(Scenario.DARKNESS.plusNanos(network.random().nextLong(Scenario.DARKNESS_VARIES.toNanos())));
        long backNanos = network.nowNanos();
        soundServers.forEach(server -> server.connected(true));
        pass(scenario.observed().minus(Scenario.DARKNESS).minus(Scenario.DARKNESS_VARIES));
        measure(client);
        ClientWatch watch = client.watch();
        measured.put(Criterion.RECOVERED, watch.firstPeerSince(backNanos));
        measured.put(Criterion.TWENTY_AFTER_RECOVERY, watch.twentyPeersSince(backNanos));
    }

    private void buildCircuits() {
        Client client = start(withCircuits(PEERS));
        ClientWatch watch = client.watch();
        watch.awaitSufficientPeers(PEERS);
        pass(scenario.observed());
        measure(client);
        measured.put(Criterion.CIRCUIT_READY, watch.circuitSincePeersSufficed());
    }

    private void leaveAndReturn() {
        SimulatedNode first = client().start();
        pass(Scenario.FIRST_STAY);
        first.stop();
        List<RememberedPeer> memory = first.engine().memory();
        soundServers.forEach(SimulatedHost::fail);
        pass(Scenario.ABSENCE);
        long away = Scenario.ABSENCE.toSeconds();
        List<RememberedPeer> aged = memory.stream()
                .map(peer -> new RememberedPeer(peer.key(), peer.address(), peer.flags(), peer.ageSeconds() + away))
                .toList();
        Client client = start(client().discovery(settings -> settings.remembered(aged)));
        pass(scenario.observed());
        measure(client);
        measured.put(Criterion.TWENTY_AFTER_RETURN, client.watch().twentyPeers());
    }
}

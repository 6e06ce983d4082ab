package org.tunnel8.simulation;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.tunnel8.circuit.Circuit;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.engine.EngineListener;
import org.tunnel8.node.NodeRole;
import org.tunnel8.walk.NatEvidence;
import org.tunnel8.walk.NatType;
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

    /** A first hop and an exit: whoever is between them is named by the first hop (D8). */
    private static final int PEERS = 2;

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

    SimulationRun(Scenario scenario, long seed, SignatureMode signatures, BooleanSupplier stopped) {
        this.scenario = scenario;
        this.seed = seed;
        this.stopped = stopped;
        this.network = new SimulatedNetwork(seed, signatures).links(scenario.links());
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
        Map<Criterion, Measurement> measured = new EnumMap<>(Criterion.class);
        switch (scenario.course()) {
            case JOINS -> measure(join(), measured);
            case JOINS_IN_THE_DARK -> joinInTheDark(measured);
            case BUILDS_CIRCUITS -> buildCircuits(measured);
            case RETURNS -> leaveAndReturn(measured);
        }
        measured.put(Criterion.NAT_NAMED, nats.named());
        if (integrity != null) {
            measured.put(Criterion.NOBODY_FORGED, integrity.undeceived());
            measured.put(Criterion.NOBODY_SHUNNED, integrity.unshunning());
        }
        return new RunReport(
                seed, placement, network.log().digest(), network.log().datagrams(), measured);
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

    private ClientWatch join() {
        ClientWatch watch = start(client());
        pass(scenario.observed());
        return watch;
    }

    private SimulatedNodeBuilder client() {
        return SimulatedNode.builder(clientHost)
                .port(clientPort)
                .identity(clientKey)
                .roles(List.of())
                .bootstrap(servers);
    }

    private ClientWatch start(SimulatedNodeBuilder builder) {
        ClientEar ear = new ClientEar(nats.ear(placement));
        SimulatedNode node = builder.listener(ear).build();
        ClientWatch watch = new ClientWatch(node, placement, residents, servers);
        ear.nat.isAt(node);
        ear.watch = watch;
        residents.register(new Resident(placement, node));
        node.start();
        return watch;
    }

    private void measure(ClientWatch watch, Map<Criterion, Measurement> measured) {
        measured.put(Criterion.FIRST_ANSWER, watch.firstAnswer());
        measured.put(Criterion.TWENTY_PEERS, watch.twentyPeers());
        measured.put(Criterion.REACHABLE_HANDSHAKES, watch.handshakes(true, HANDSHAKE_LIMIT));
        measured.put(Criterion.ALL_HANDSHAKES, watch.handshakes(false, HANDSHAKE_LIMIT));
    }

    private void joinInTheDark(Map<Criterion, Measurement> measured) {
        soundServers.forEach(server -> server.connected(false));
        ClientWatch watch = start(client());
        // Not at a round number: whoever asks each half minute would be found asking at that very moment.
        pass(Scenario.DARKNESS.plusNanos(network.random().nextLong(Scenario.DARKNESS_VARIES.toNanos())));
        long backNanos = network.nowNanos();
        soundServers.forEach(server -> server.connected(true));
        pass(scenario.observed().minus(Scenario.DARKNESS).minus(Scenario.DARKNESS_VARIES));
        measure(watch, measured);
        measured.put(Criterion.RECOVERED, watch.firstPeerSince(backNanos));
        measured.put(Criterion.TWENTY_AFTER_RECOVERY, watch.twentyPeersSince(backNanos));
    }

    private void buildCircuits(Map<Criterion, Measurement> measured) {
        ClientWatch watch = start(client().circuits(HOPS, 1, PEERS));
        watch.awaitSufficientPeers(PEERS);
        pass(scenario.observed());
        measure(watch, measured);
        measured.put(Criterion.CIRCUIT_READY, watch.circuitSincePeersSufficed());
    }

    /** Tells the watches of the client's circuits, and of what it believes to be behind. */
    private static final class ClientEar implements EngineListener {
        private final NatWatch.Ear nat;
        private @Nullable ClientWatch watch;

        ClientEar(NatWatch.Ear nat) {
            this.nat = nat;
        }

        @Override
        public void onCircuitReady(Circuit circuit) {
            Objects.requireNonNull(watch).circuitReady();
        }

        @Override
        public void onNatType(NatType type, NatEvidence evidence) {
            nat.onNatType(type, evidence);
        }
    }

    private void leaveAndReturn(Map<Criterion, Measurement> measured) {
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
        ClientWatch watch = start(client().discovery(settings -> settings.remembered(aged)));
        pass(scenario.observed());
        measure(watch, measured);
        measured.put(Criterion.TWENTY_AFTER_RETURN, watch.twentyPeers());
    }
}

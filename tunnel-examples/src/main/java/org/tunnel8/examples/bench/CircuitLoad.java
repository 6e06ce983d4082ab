package org.tunnel8.examples.bench;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;
import org.tunnel8.cell.CellRouter;
import org.tunnel8.cell.CircuitTable;
import org.tunnel8.crypto.LayerCipher;
import org.tunnel8.metrics.Counters;
import org.tunnel8.transport.udp.TransportLoop;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.Headroom;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.cell.CellCodec;
import org.tunnel8.wire.cell.Create;

/**
 * Builds circuits through one relay, keeps them alive, and spreads traffic evenly over them: a cell of each in turn, in both
 * directions at once.
 *
 * <p>It plays the owners and the next hops itself, a few of each with ports of their own. What it is told and asked from other
 * threads goes through {@link #build}, {@link #start} and {@link #stop}; everything else is the loop's.
 */
final class CircuitLoad {
    /** Enough that the relay always has something to do, and fewer than a socket's buffer holds. */
    private static final int MOST_UNDER_WAY = 512;

    private static final int BURST = 128;
    private static final long PAUSE_NANOS = 50_000;
    private static final int BUILDING_AT_ONCE = 32;
    private static final long BUILD_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final int MOST_GIVEN_UP = 100;
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** Each circuit has a cell in this time; relays forget one after 20 s without a cell of its owner's. */
    private static final double KEEP_ALIVE_NANOS = TimeUnit.SECONDS.toNanos(4);

    private final TransportLoop loop;
    private final RelayUnderTest.Relay relay;
    private final LayerCipher cipher;
    private final RandomGenerator random;
    private final int payloadBytes;
    private final List<LoadNeighbour> owners = new ArrayList<>();
    private final List<LoadNeighbour> nextHops = new ArrayList<>();
    private final CircuitTable ownerLinks = new CircuitTable();
    private final CircuitTable nextHopLinks = new CircuitTable();
    private final Map<ByteString, LoadedCircuit> extending = new HashMap<>();
    private final Set<LoadedCircuit> building = new LinkedHashSet<>();
    private final List<LoadedCircuit> circuits = new ArrayList<>();
    private final CompletableFuture<Void> built = new CompletableFuture<>();
    private final byte[] datagram;
    private int wanted;
    private int begun;
    private int givenUp;
    private int nextKept;
    private int nextForward;
    private int nextBackward;
    private long lastTickNanos = System.nanoTime();
    private boolean sending;
    private volatile NumberedFlow forward = new NumberedFlow(MOST_UNDER_WAY);
    private volatile NumberedFlow backward = new NumberedFlow(MOST_UNDER_WAY);

    /**
     * Opens the neighbours' ports.
     *
     * @param loop runs everything
     * @param relay what is loaded
     * @param cipher the layer cipher of the loop's thread
     * @param random where keys and ids come from
     * @param payloadBytes what each cell holds below the relay's layer
     * @param neighbours how many owners, and how many next hops
     * @param addresses gives each neighbour its address, by a number from 0
     */
    CircuitLoad(
            TransportLoop loop,
            RelayUnderTest.Relay relay,
            LayerCipher cipher,
            RandomGenerator random,
            int payloadBytes,
            int neighbours,
            IntFunction<InetAddress> addresses) {
        this.loop = loop;
        this.relay = relay;
        this.cipher = cipher;
        this.random = random;
        this.payloadBytes = payloadBytes;
        this.datagram = new byte[Headroom.FRONT_BYTES + payloadBytes + Headroom.BACK_BYTES];
        Counters counters = new Counters();
        CellRouter ownerRouter = new CellRouter(ownerLinks, counters, (from, id, buffer, offset, length) -> {});
        CellRouter nextHopRouter = new CellRouter(nextHopLinks, counters, this::onCreate);
        for (int i = 0; i < neighbours; i++) {
            owners.add(LoadNeighbour.open(loop, addresses.apply(i), random, ownerRouter));
            nextHops.add(LoadNeighbour.open(loop, addresses.apply(neighbours + i), random, nextHopRouter));
        }
    }

    /**
     * Builds circuits, and keeps them alive from then on. Any thread, once.
     *
     * @param count how many
     * @return completes when all are ready; fails if the relay does not answer
     */
    CompletableFuture<Void> build(int count) {
        loop.execute(() -> {
            wanted = count;
            beginMore();
            loop.schedule(this::tick, TICK_NANOS);
        });
        return built;
    }

    /** Begins to send, under numbers that start anew. Any thread. */
    void start() {
        loop.execute(() -> {
            forward = new NumberedFlow(MOST_UNDER_WAY);
            backward = new NumberedFlow(MOST_UNDER_WAY);
            sending = true;
            pump();
        });
    }

    /** Stops sending. Any thread. */
    void stop() {
        loop.execute(() -> sending = false);
    }

    NumberedFlow forward() {
        return forward;
    }

    NumberedFlow backward() {
        return backward;
    }

    /** Fails what was not ready yet, or what is asked for next. Any thread. */
    void checkHealthy() {
        if (built.isCompletedExceptionally()) {
            built.join();
        }
    }

    void failed(RuntimeException failure) {
        sending = false;
        built.obtrudeException(failure);
    }

    RelayUnderTest.Relay relay() {
        return relay;
    }

    LayerCipher cipher() {
        return cipher;
    }

    RandomGenerator random() {
        return random;
    }

    private void beginMore() {
        while (building.size() < BUILDING_AT_ONCE && circuits.size() + building.size() < wanted) {
            int number = begun++;
            int id = random.nextInt();
            if (ownerLinks.contains(id)) {
                continue;
            }
            // Neighbours in turn, and every pair of them.
            LoadNeighbour owner = owners.get(number % owners.size());
            LoadNeighbour nextHop = nextHops.get((number + number / owners.size()) % nextHops.size());
            LoadedCircuit circuit = new LoadedCircuit(this, owner, nextHop, id, System.nanoTime());
            building.add(circuit);
            ownerLinks.put(id, circuit.ownerEnd());
            circuit.sendCreate();
        }
    }

    void extending(LoadedCircuit circuit, ByteString key) {
        extending.put(key, circuit);
    }

    private void onCreate(InetSocketAddress from, int circuitId, byte[] buffer, int offset, int length) {
        try {
            if (CellCodec.decode(buffer, offset, length) instanceof Create create) {
                LoadedCircuit circuit = extending.remove(create.ephemeralKey());
                if (circuit != null) {
                    nextHopLinks.put(circuitId, circuit.answerCreate(circuitId, create));
                }
            }
        } catch (MalformedMessageException e) {
            failed(new IllegalStateException("the relay sends a create that is none", e));
        }
    }

    void ready(LoadedCircuit circuit) {
        building.remove(circuit);
        circuits.add(circuit);
        if (circuits.size() == wanted) {
            built.complete(null);
        } else {
            beginMore();
        }
    }

    private void tick() {
        giveUpSlow();
        if (!sending) {
            keepAlive();
        }
        loop.schedule(this::tick, TICK_NANOS);
    }

    private void giveUpSlow() {
        long before = System.nanoTime() - BUILD_LIMIT_NANOS;
        for (LoadedCircuit circuit : List.copyOf(building)) {
            if (circuit.startedNanos() - before < 0) {
                building.remove(circuit);
                ownerLinks.remove(circuit.id(), circuit.ownerEnd());
                extending.values().remove(circuit);
                circuit.giveUp();
                givenUp++;
            }
        }
        if (givenUp > MOST_GIVEN_UP) {
            failed(new IllegalStateException("the relay does not build circuits"));
        } else {
            beginMore();
        }
    }

    /** Sends cells too short to count, to a share of the circuits each time: all of them if the machine stood still. */
    private void keepAlive() {
        long nowNanos = System.nanoTime();
        double share = Math.min(1, (nowNanos - lastTickNanos) / KEEP_ALIVE_NANOS);
        lastTickNanos = nowNanos;
        for (int i = (int) Math.ceil(share * circuits.size()); i > 0; i--) {
            nextKept = (nextKept + 1) % circuits.size();
            circuits.get(nextKept).sendForward(datagram, Headroom.FRONT_BYTES, NumberedFlow.HEADER_BYTES - 1);
        }
    }

    private void pump() {
        if (!sending) {
            return;
        }
        int sent = 0;
        boolean room = true;
        while (room && sent < BURST) {
            long nowNanos = System.nanoTime();
            int before = sent;
            if (forward.hasRoom(nowNanos)) {
                nextForward = (nextForward + 1) % circuits.size();
                forward.stamp(datagram, Headroom.FRONT_BYTES);
                circuits.get(nextForward).sendForward(datagram, Headroom.FRONT_BYTES, payloadBytes);
                sent++;
            }
            if (backward.hasRoom(nowNanos)) {
                nextBackward = (nextBackward + 1) % circuits.size();
                backward.stamp(datagram, Headroom.FRONT_BYTES);
                circuits.get(nextBackward).sendBackward(datagram, Headroom.FRONT_BYTES, payloadBytes);
                sent++;
            }
            room = sent > before;
        }
        if (sent >= BURST) {
            loop.execute(this::pump);
        } else {
            loop.schedule(this::pump, PAUSE_NANOS);
        }
    }
}

package org.tunnel8.simulation;

import java.time.Duration;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tunnel8.circuit.Circuit;
import org.tunnel8.circuit.CircuitPool;
import org.tunnel8.engine.TunnelEngine;
import org.tunnel8.metrics.TableSize;

/**
 * Compares what the measured client, a relay and all nodes have in hand late in a long run with what they had early on,
 * and looks for requests that do not end.
 *
 * <p>The run is divided into six hours, as it has six; tables are counted in the last sixth of the first hour and of the
 * last, each ten seconds, since what is in them at one moment is chance.
 */
final class GrowthWatch {
    private static final int HOURS = 6;
    private static final int SIXTHS = 6;
    private static final Duration LOOK = Duration.ofSeconds(10);
    /** The serial collector leaves some of the dead where they are, but in every fourth collection. */
    private static final int COLLECTIONS = 4;

    private static final String DEADLINES = "deadlines";
    private static final String CANCELLED = "deadlines with cancelled ones";

    /** What requests wait in. */
    private static final Set<String> REQUESTS = Set.of(
            "exchanges",
            "requests of exchanges",
            "exchanges of the discovery overlay",
            "requests of exchanges of the discovery overlay",
            "own circuits",
            "pings",
            "similarity requests",
            "pending extends",
            "HTTP exchanges",
            "own HTTP exchanges");

    /** No request waits longer; a circuit's building is three of them. */
    private static final Duration LONGEST_REQUEST = Duration.ofSeconds(10);

    private static final Duration LONGEST_BUILDING = LONGEST_REQUEST.multipliedBy(3);

    private final SimulatedNetwork network;
    private final SimulatedNode client;
    private final SimulatedNode relay;
    private final Residents residents;
    private final Consumer<String> notes;
    private final long startNanos;
    private final long hourNanos;
    private final Books clientBooks = new Books();
    private final Books relayBooks = new Books();
    private final Books allBooks = new Books();
    private boolean overdue;
    private long firstHeapBytes;
    private RunReport.@Nullable Heap heap;

    /** Sums of table sizes, early and late, and how often they were counted. */
    private static final class Books {
        private final Map<String, long[]> sums = new LinkedHashMap<>();
        private final int[] looks = new int[2];

        void look(TunnelEngine engine, int when) {
            looks[when]++;
            add(engine, when);
        }

        /** Several engines' tables, as if they were one's. */
        void look(Collection<TunnelEngine> engines, int when) {
            looks[when]++;
            engines.forEach(engine -> add(engine, when));
        }

        private void add(TunnelEngine engine, int when) {
            for (TableSize table : engine.tables()) {
                sums.computeIfAbsent(table.table(), name -> new long[2])[when] += table.size();
            }
        }

        private double mean(String table, int when) {
            return looks[when] == 0 ? 0 : (double) sums.getOrDefault(table, new long[2])[when] / looks[when];
        }

        Quotient deadlines() {
            return new Quotient(mean(DEADLINES, 1), mean(DEADLINES, 0));
        }

        Quotient entries() {
            double late = 0;
            double early = 0;
            for (String table : sums.keySet()) {
                if (!table.equals(DEADLINES) && !table.equals(CANCELLED)) {
                    late += mean(table, 1);
                    early += mean(table, 0);
                }
            }
            return new Quotient(late, early);
        }

        String told() {
            StringBuilder told = new StringBuilder();
            for (String table : sums.keySet()) {
                if (mean(table, 0) > 0 || mean(table, 1) > 0) {
                    told.append(String.format(Locale.ROOT, "; %s %.1f, %.1f", table, mean(table, 0), mean(table, 1)));
                }
            }
            return told.toString();
        }
    }

    GrowthWatch(
            SimulatedNode client, SimulatedNode relay, Residents residents, Duration observed, Consumer<String> notes) {
        this.network = client.network();
        this.client = client;
        this.relay = relay;
        this.residents = residents;
        this.notes = notes;
        this.startNanos = network.nowNanos();
        this.hourNanos = observed.toNanos() / HOURS;
        network.after(LOOK, this::look);
        network.after(Duration.ofNanos(hourNanos), () -> firstHeapBytes = heapBytes());
    }

    private void look() {
        long sixth = (network.nowNanos() - startNanos) / (hourNanos / SIXTHS);
        if (sixth == SIXTHS - 1) {
            count(0);
        } else if (sixth == HOURS * SIXTHS - 1) {
            count(1);
        }
        if (sixth < HOURS * SIXTHS) {
            seekOverdue();
            network.after(LOOK, this::look);
        }
    }

    private void count(int when) {
        clientBooks.look(client.engine(), when);
        relayBooks.look(relay.engine(), when);
        allBooks.look(
                residents.all().stream()
                        .map(Resident::node)
                        .filter(Objects::nonNull)
                        .map(SimulatedNode::engine)
                        .toList(),
                when);
    }

    private void seekOverdue() {
        CircuitPool pool = Objects.requireNonNull(client.engine().circuits());
        for (Circuit circuit : pool.circuits()) {
            boolean isBeingBuilt = circuit.state() == Circuit.State.EXTENDING;
            if (isBeingBuilt && network.nowNanos() - circuit.createdNanos() > LONGEST_BUILDING.toNanos() && !overdue) {
                overdue = true;
                notes.accept("a circuit is being built for longer than its requests may take");
            }
        }
    }

    /** What is in use after a collection, in the whole process. */
    private static long heapBytes() {
        Runtime runtime = Runtime.getRuntime();
        long least = Long.MAX_VALUE;
        // Right after a collection another thread may take a piece of the heap, which counts as used as a whole.
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }

    /** The run is over: how the end compares with the beginning. */
    Map<Ratio, Quotient> ratios() {
        heap = new RunReport.Heap(firstHeapBytes, heapBytes());
        notes.accept("client's tables early and late" + clientBooks.told());
        notes.accept("relay's tables early and late" + relayBooks.told());
        notes.accept("all nodes' tables early and late" + allBooks.told());
        Map<Ratio, Quotient> ratios = new EnumMap<>(Ratio.class);
        ratios.put(Ratio.CLIENT_TABLES, clientBooks.entries());
        ratios.put(Ratio.CLIENT_DEADLINES, clientBooks.deadlines());
        ratios.put(Ratio.RELAY_TABLES, relayBooks.entries());
        ratios.put(Ratio.RELAY_DEADLINES, relayBooks.deadlines());
        ratios.put(Ratio.ALL_TABLES, allBooks.entries());
        ratios.put(Ratio.ALL_DEADLINES, allBooks.deadlines());
        return ratios;
    }

    /** Stops both, so that no further request is made, and gives those under way the time they may take at most. */
    Measurement requestsEnd() {
        boolean ended = ended("client", client.engine()) && ended("relay", relay.engine()) && !overdue;
        return Measurement.once(ended ? Optional.of(Duration.ZERO) : Optional.empty());
    }

    private boolean ended(String whose, TunnelEngine engine) {
        engine.stop(network.nowNanos());
        long untilNanos = network.nowNanos() + LONGEST_REQUEST.toNanos();
        while (engine.nextDeadlineNanos() <= untilNanos) {
            engine.onDeadline(Math.max(engine.nextDeadlineNanos(), network.nowNanos()));
        }
        List<TableSize> left = engine.tables().stream()
                .filter(table -> REQUESTS.contains(table.table()) && table.size() > 0)
                .toList();
        if (!left.isEmpty()) {
            notes.accept("requests that outlived their time at the " + whose + ": " + left);
        }
        return left.isEmpty();
    }

    RunReport.@Nullable Heap heap() {
        return heap;
    }
}

package org.tunnel8.fuzz;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.stream.HttpRoute;
import org.tunnel8.stream.HttpRoutes;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.cell.CellCodec;
import org.tunnel8.wire.cell.HttpRequest;

/** Circuits that come and go, to our own exit and to exits that answer what they like or nothing. */
final class DrawnCircuits implements HttpRoutes {
    private static final int CIRCUITS = 6;

    /** What a datagram may have (D4), less three layers and the cell's frame. */
    private static final int MOST_REQUEST_BYTES = 2_048 - 3 * 24 - 29;

    /** Keys are dear to make, and only told apart here. */
    private static final List<PublicKey> EXITS = new ArrayList<>();

    static {
        for (int i = 0; i < CIRCUITS; i++) {
            EXITS.add(IdentityKey.generate(new SplittableRandom(i)).publicKey());
        }
    }

    private final RandomGenerator random;
    private final HttpGrammar grammar;
    private final BiConsumer<Circuit, HttpRequest> asked;
    /** In some networks no exit is known, in others no circuit is ready. */
    private final boolean isExitKnown;

    private final boolean isReady;
    private final List<Circuit> live = new ArrayList<>();
    private final Set<Route> held = new HashSet<>();
    private int lastId;

    /** What the exit at a circuit's end does. */
    enum Exit {
        OURS,
        LYING,
        SILENT
    }

    DrawnCircuits(RandomGenerator random, HttpGrammar grammar, BiConsumer<Circuit, HttpRequest> asked) {
        this.random = random;
        this.grammar = grammar;
        this.isReady = random.nextInt(8) != 0;
        this.isExitKnown = isReady || random.nextBoolean();
        this.asked = asked;
        for (int i = 0; i < CIRCUITS; i++) {
            live.add(new Circuit(i));
        }
    }

    /** One circuit. */
    final class Circuit {
        final int id = ++lastId;
        final int place;
        final Exit exit;

        Circuit(int place) {
            this.place = place;
            int kind = random.nextInt(20);
            this.exit = kind < 10 ? Exit.OURS : kind < 19 ? Exit.LYING : Exit.SILENT;
        }
    }

    /** Replaces one of them by another; returns the old one. */
    Circuit replaceOne() {
        int place = random.nextInt(live.size());
        return live.set(place, new Circuit(place));
    }

    /** Routes that were taken and not released. */
    int held() {
        return held.size();
    }

    @Override
    public @Nullable HttpRoute take(@Nullable String isolationKey, Set<PublicKey> tried, boolean settle) {
        if (!isReady || random.nextInt(10) == 0) {
            return null;
        }
        Circuit circuit = live.get(random.nextInt(live.size()));
        boolean isTried = tried.contains(EXITS.get(circuit.place));
        if (isTried && !settle && tried.size() < EXITS.size()) {
            return null;
        }
        Route route = new Route(circuit);
        held.add(route);
        return route;
    }

    @Override
    public boolean exitKnown() {
        return isExitKnown;
    }

    private final class Route implements HttpRoute {
        private final Circuit circuit;

        Route(Circuit circuit) {
            this.circuit = circuit;
        }

        @Override
        public int circuitId() {
            return circuit.id;
        }

        @Override
        public PublicKey exit() {
            return EXITS.get(circuit.place);
        }

        @Override
        public void ask(HttpRequest request) {
            byte[] cell = grammar.encoded(request);
            try {
                Object read = CellCodec.decode(cell, 0, cell.length);
                if (cell.length > MOST_REQUEST_BYTES || !request.equals(read)) {
                    throw new AssertionError("a request that no exit can read: " + Arrays.toString(cell));
                }
            } catch (MalformedMessageException e) {
                throw new AssertionError(e);
            }
            asked.accept(circuit, request);
        }

        @Override
        public void release() {
            if (!held.remove(this)) {
                throw new AssertionError("released twice");
            }
        }

        @Override
        public void exitLied() {
            if (circuit.exit == Exit.OURS) {
                throw new AssertionError("our exit is said to lie");
            }
        }
    }
}

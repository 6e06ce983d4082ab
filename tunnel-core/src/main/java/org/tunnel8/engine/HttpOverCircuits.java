package org.tunnel8.engine;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tunnel8.circuit.Circuit;
import org.tunnel8.circuit.HttpCircuits;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.stream.HttpRoute;
import org.tunnel8.stream.HttpRoutes;
import org.tunnel8.wire.cell.HttpRequest;

/** Lets exchanges ask over the pool's circuits. Engine thread only. */
final class HttpOverCircuits implements HttpRoutes {
    private final HttpCircuits circuits;

    HttpOverCircuits(HttpCircuits circuits) {
        this.circuits = circuits;
    }

    @Override
    public @Nullable HttpRoute take(@Nullable String isolationKey, Set<PublicKey> tried, boolean settle) {
        Circuit taken = circuits.take(isolationKey, tried, settle);
        return taken == null ? null : new CircuitRoute(taken);
    }

    @Override
    public boolean exitKnown() {
        return circuits.exitKnown();
    }

    private final class CircuitRoute implements HttpRoute {
        private final Circuit circuit;

        CircuitRoute(Circuit circuit) {
            this.circuit = circuit;
        }

        @Override
        public int circuitId() {
            return circuit.id();
        }

        @Override
        public PublicKey exit() {
            return circuit.exitKey();
        }

        @Override
        public void ask(HttpRequest request) {
            circuits.ask(circuit, request);
        }

        @Override
        public void release() {
            circuits.release(circuit);
        }

        @Override
        public void exitLied() {
            circuits.exitLied(circuit);
        }
    }
}

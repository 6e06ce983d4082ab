package org.tunnel8.meters;

import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.tunnel8.circuit.CircuitSettings;
import org.tunnel8.engine.TroubleKind;
import org.tunnel8.meters.NodeState.EngineState;
import org.tunnel8.meters.NodeState.Lending;
import org.tunnel8.meters.NodeState.PeerCondition;
import org.tunnel8.metrics.TableSize;
import org.tunnel8.transport.SendFailure;
import org.tunnel8.transport.TransportCounters;
import org.tunnel8.walk.BootstrapState;
import org.tunnel8.walk.NatType;

/** What the engine's thread is asked for: peers, circuits, tables, how entering the network goes, the sockets' counts. */
final class StateMeters {
    private final Registrar registrar;
    private final Supplier<NodeState> state;

    StateMeters(Registrar registrar, Supplier<NodeState> state, boolean hasCircuits, boolean servesOthers) {
        this.registrar = registrar;
        this.state = state;
        peers();
        bootstrap();
        nat();
        port("own", NodeState::port);
        if (hasCircuits) {
            circuits();
        }
        if (servesOthers) {
            port("outside", NodeState::outside);
            others();
            lending();
        }
    }

    private void gauge(
            String name, @Nullable String unit, String what, ToDoubleFunction<EngineState> value, String... tags) {
        registrar.gauge(name, unit, what, () -> of(value), tags);
    }

    private double of(ToDoubleFunction<EngineState> value) {
        EngineState engine = state.get().engine();
        return engine == null ? 0 : value.applyAsDouble(engine);
    }

    private static double number(boolean holds) {
        return holds ? 1 : 0;
    }

    private void peers() {
        for (PeerCondition condition : PeerCondition.values()) {
            gauge(
                    "tunnel8.peers",
                    null,
                    "peers in the table",
                    engine -> engine.peers().getOrDefault(condition, 0),
                    "state",
                    Registrar.value(condition));
        }
        NodeState.ROLES.forEach((flag, role) -> gauge(
                "tunnel8.peers.candidates",
                null,
                "peers that can be hops of a role",
                engine -> engine.candidates().getOrDefault(flag, 0),
                "role",
                role));
        gauge(
                "tunnel8.requests.outstanding",
                null,
                "requests to find peers that are unanswered",
                engine -> engine.discovery().outstanding());
    }

    private void bootstrap() {
        for (BootstrapState each : BootstrapState.values()) {
            gauge(
                    "tunnel8.bootstrap.state",
                    null,
                    "1 for how entering the network goes, 0 for all else",
                    engine -> number(engine.discovery().bootstrap() == each),
                    "state",
                    Registrar.value(each));
        }
        servers("known", engine -> engine.discovery().bootstrapServers());
        servers("answering", engine -> engine.discovery().bootstrapAnswering());
        remembered("known", engine -> engine.discovery().remembered());
        remembered("tried", engine -> engine.discovery().rememberedTried());
        remembered("found", engine -> engine.discovery().rememberedFound());
        gauge(
                "tunnel8.bootstrap.degraded",
                null,
                "1 while there is no way into the network",
                engine -> number(engine.discovery().degraded()));
        gauge(
                "tunnel8.bootstrap.introducible",
                null,
                "members that a bootstrap server can introduce",
                engine -> engine.discovery().introducible());
    }

    private void servers(String each, ToDoubleFunction<EngineState> value) {
        gauge("tunnel8.bootstrap.servers", null, "addresses of bootstrap servers", value, "state", each);
    }

    private void remembered(String each, ToDoubleFunction<EngineState> value) {
        gauge("tunnel8.bootstrap.remembered", null, "peers of earlier runs", value, "state", each);
    }

    private void nat() {
        for (NatType each : NatType.values()) {
            gauge(
                    "tunnel8.nat.type",
                    null,
                    "1 for what the node is behind, 0 for all else",
                    engine -> number(engine.discovery().natType() == each),
                    "type",
                    Registrar.value(each));
        }
        String name = "tunnel8.nat.punctures";
        String what = "the latest handshakes that needed a puncture";
        gauge(name, null, what, engine -> engine.discovery().natEvidence().failedPunctures(), "outcome", "failed");
        gauge(
                name,
                null,
                what,
                engine -> engine.discovery().natEvidence().punctures()
                        - engine.discovery().natEvidence().failedPunctures(),
                "outcome",
                "succeeded");
        gauge(
                "tunnel8.nat.punctures.failing",
                null,
                "1 while more than half of the punctures fail",
                engine -> number(engine.discovery().puncturesFailing()));
    }

    private void circuits() {
        for (TroubleKind each : TroubleKind.values()) {
            gauge(
                    "tunnel8.client.trouble",
                    null,
                    "1 for why no circuit can be used, 0 for all other reasons",
                    engine -> number(engine.trouble() == each),
                    "reason",
                    Registrar.value(each));
        }
        for (CircuitCondition condition : CircuitCondition.values()) {
            for (int hops = 1; hops <= CircuitSettings.MAX_HOPS; hops++) {
                int length = hops;
                gauge(
                        "tunnel8.circuits",
                        null,
                        "own circuits",
                        engine -> engine.circuits(condition, length),
                        "state",
                        Registrar.value(condition),
                        "hops",
                        Integer.toString(hops));
            }
        }
    }

    private void others() {
        String name = "tunnel8.relay.circuits";
        gauge(name, null, "circuits of others", EngineState::joined, "kind", "joined");
        gauge(name, null, "circuits of others", EngineState::relayed, "kind", "relayed");
        gauge("tunnel8.exit.sockets", null, "sockets to the outside", EngineState::sockets);
    }

    private void lending() {
        registrar.counter(
                "tunnel8.lending.carried",
                Registrar.BYTES,
                "carried for others, in and out",
                () -> of(engine -> engine.lending().carriedBytes()));
        lent("tunnel8.lending.waiting", Registrar.BYTES, "waits for the line", Lending::waitingBytes);
        lent(
                "tunnel8.lending.rate",
                "bytes.per.second",
                "may leave for others; 0 for no limit",
                Lending::bytesPerSecond);
        lent("tunnel8.quota.limit", Registrar.BYTES, "may be carried in a month; 0 for no quota", Lending::quotaBytes);
        lent("tunnel8.quota.used", Registrar.BYTES, "what of it is used", Lending::quotaUsedBytes);
        lent("tunnel8.quota.exhausted", null, "1 while nothing more is carried", lending -> lending.usedUp() ? 1 : 0);
    }

    private void lent(String name, @Nullable String unit, String what, ToLongFunction<Lending> value) {
        gauge(name, unit, what, engine -> value.applyAsLong(engine.lending()));
    }

    private void port(String port, Function<NodeState, TransportCounters> counters) {
        port(
                "tunnel8.port.packets",
                null,
                "datagrams of sockets",
                port,
                counters,
                TransportCounters::received,
                "received");
        port("tunnel8.port.packets", null, "datagrams of sockets", port, counters, TransportCounters::sent, "sent");
        String bytes = "tunnel8.port.bytes";
        port(bytes, Registrar.BYTES, "their payload", port, counters, TransportCounters::receivedBytes, "received");
        port(bytes, Registrar.BYTES, "their payload", port, counters, TransportCounters::sentBytes, "sent");
        event(port, counters, "segmented", TransportCounters::segmented);
        event(port, counters, "retried", TransportCounters::retried);
        event(port, counters, "receive-error", TransportCounters::receiveErrors);
        event(port, counters, "listener-failure", TransportCounters::listenerFailures);
        dropped(port, counters, "received-too-large", TransportCounters::cut);
        for (SendFailure failure : SendFailure.values()) {
            dropped(
                    port,
                    counters,
                    Registrar.value(failure),
                    failure == SendFailure.TOO_LARGE
                            ? TransportCounters::tooLarge
                            : counted -> counted.dropped(failure));
        }
    }

    private void port(
            String name,
            @Nullable String unit,
            String what,
            String port,
            Function<NodeState, TransportCounters> counters,
            ToLongFunction<TransportCounters> value,
            String direction) {
        registrar.counter(
                name,
                unit,
                what,
                () -> value.applyAsLong(counters.apply(state.get())),
                "direction",
                direction,
                "port",
                port);
    }

    private void event(
            String port,
            Function<NodeState, TransportCounters> counters,
            String event,
            ToLongFunction<TransportCounters> value) {
        registrar.counter(
                "tunnel8.port.events",
                null,
                "what happened to datagrams at a socket",
                () -> value.applyAsLong(counters.apply(state.get())),
                "event",
                event,
                "port",
                port);
    }

    private void dropped(
            String port,
            Function<NodeState, TransportCounters> counters,
            String reason,
            ToLongFunction<TransportCounters> value) {
        registrar.counter(
                "tunnel8.port.drops",
                null,
                "datagrams that a socket lost",
                () -> value.applyAsLong(counters.apply(state.get())),
                "port",
                port,
                "reason",
                reason);
    }

    /** Registers the fill of a table that the engine has. */
    void table(String table) {
        String tag = Registrar.value(table);
        gauge(
                "tunnel8.table.size",
                null,
                "entries",
                engine -> size(engine, table).size(),
                "table",
                tag);
        gauge(
                "tunnel8.table.bound",
                null,
                "most entries",
                engine -> size(engine, table).bound(),
                "table",
                tag);
    }

    private static TableSize size(EngineState engine, String table) {
        return Objects.requireNonNullElse(engine.tables().get(table), new TableSize(table, 0, 0));
    }
}

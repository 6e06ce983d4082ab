package org.tunnel8.meters;

import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.tunnel8.direct.DirectDrop;
import org.tunnel8.meters.NodeState.DirectState;
import org.tunnel8.proxy.Socks5Drop;
import org.tunnel8.proxy.Socks5Refusal;
import org.tunnel8.proxy.Socks5Statistics;

/** What a client has besides its engine: its state, its proxy, and what goes directly. */
final class ClientMeters {
    private static final String DROPS = "tunnel8.drops";
    private static final String DROPPED = "what was dropped";

    private final Registrar registrar;
    private final Supplier<NodeState> state;
    private final Sources.Own own;

    ClientMeters(Registrar registrar, Supplier<NodeState> state, Sources.Own own) {
        this.registrar = registrar;
        this.state = state;
        this.own = own;
        for (Enum<?> each : own.states()) {
            registrar.gauge(
                    "tunnel8.client.state",
                    null,
                    "1 for the state that the client is in, 0 for all others",
                    () -> own.state().get() == each ? 1 : 0,
                    "state",
                    Registrar.value(each));
        }
        proxy();
        direct();
    }

    private void proxy() {
        gauge("tunnel8.socks5.connections", "TCP connections to the proxy", Socks5Statistics::connections);
        gauge("tunnel8.socks5.associations", "UDP associations", Socks5Statistics::associations);
        gauge("tunnel8.socks5.streams", "streams of the proxy", Socks5Statistics::streams);
        count(
                "tunnel8.socks5.associations.opened",
                null,
                "UDP associations ever",
                Socks5Statistics::associationsOpened);
        count("tunnel8.socks5.streams.opened", null, "streams of the proxy ever", Socks5Statistics::streamsOpened);
        count("tunnel8.socks5.exchanges", null, "HTTP requests to names", Socks5Statistics::exchanges);
        String packets = "tunnel8.socks5.packets";
        String bytes = "tunnel8.socks5.bytes";
        String streamed = "tunnel8.socks5.streams.bytes";
        String datagrams = "datagrams between proxy and applications";
        String payload = "their payload";
        String streams = "bytes of streams between proxy and applications";
        count(packets, null, datagrams, Socks5Statistics::datagramsFromClients, "direction", "received");
        count(packets, null, datagrams, Socks5Statistics::datagramsToClients, "direction", "sent");
        count(bytes, Registrar.BYTES, payload, Socks5Statistics::bytesFromClients, "direction", "received");
        count(bytes, Registrar.BYTES, payload, Socks5Statistics::bytesToClients, "direction", "sent");
        count(streamed, Registrar.BYTES, streams, Socks5Statistics::streamBytesFromClients, "direction", "received");
        count(streamed, Registrar.BYTES, streams, Socks5Statistics::streamBytesToClients, "direction", "sent");
        for (Socks5Drop reason : Socks5Drop.values()) {
            count(DROPS, null, DROPPED, counted -> counted.dropped(reason), dropTags("socks5", reason));
        }
        for (Socks5Refusal reason : Socks5Refusal.values()) {
            count(
                    "tunnel8.socks5.refusals",
                    null,
                    "connections and requests that the proxy refused",
                    counted -> counted.refused(reason),
                    "reason",
                    Registrar.value(reason));
        }
    }

    private static String[] dropTags(String source, Enum<?> reason) {
        return new String[] {"source", source, "reason", Registrar.value(reason)};
    }

    private void gauge(String name, String what, ToLongFunction<Socks5Statistics> value) {
        registrar.gauge(name, null, what, () -> ofProxy(value));
    }

    private void count(
            String name, @Nullable String unit, String what, ToLongFunction<Socks5Statistics> value, String... tags) {
        registrar.counter(name, unit, what, () -> ofProxy(value), tags);
    }

    private double ofProxy(ToLongFunction<Socks5Statistics> value) {
        Socks5Statistics counted = own.proxy().get();
        return counted == null ? 0 : value.applyAsLong(counted);
    }

    private void direct() {
        directCount(
                "tunnel8.direct.packets", null, "datagrams sent directly", DirectState::datagramsReceived, "received");
        directCount("tunnel8.direct.packets", null, "datagrams sent directly", DirectState::datagramsSent, "sent");
        directCount("tunnel8.direct.bytes", Registrar.BYTES, "payload of all", DirectState::bytesReceived, "received");
        directCount("tunnel8.direct.bytes", Registrar.BYTES, "payload of all", DirectState::bytesSent, "sent");
        registrar.counter(
                "tunnel8.direct.streams", null, "streams tried directly", () -> ofDirect(DirectState::streams));
        registrar.counter(
                "tunnel8.direct.exchanges",
                null,
                "HTTP exchanges tried directly",
                () -> ofDirect(DirectState::exchanges));
        registrar.gauge(
                "tunnel8.direct.streams.open", null, "direct streams", () -> ofDirect(DirectState::openStreams));
        registrar.gauge("tunnel8.direct.leases", null, "leases in force", () -> ofDirect(DirectState::leases));
        for (DirectDrop reason : DirectDrop.values()) {
            registrar.counter(
                    DROPS,
                    null,
                    DROPPED,
                    () -> ofDirect(direct -> direct.drops().getOrDefault(reason, 0L)),
                    dropTags("direct", reason));
        }
    }

    private void directCount(
            String name, @Nullable String unit, String what, ToLongFunction<DirectState> value, String direction) {
        registrar.counter(name, unit, what, () -> ofDirect(value), "direction", direction);
    }

    private double ofDirect(ToLongFunction<DirectState> value) {
        DirectState direct = state.get().direct();
        return direct == null ? 0 : value.applyAsLong(direct);
    }
}

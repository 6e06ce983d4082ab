package org.tunnel8.examples.monitor;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tunnel8.CircuitStatus;
import org.tunnel8.DirectStatus;
import org.tunnel8.PeerStatus;
import org.tunnel8.TunnelClient;
import org.tunnel8.TunnelException;
import org.tunnel8.TunnelStatus;
import org.tunnel8.TunnelTrouble;

/** What is shown of a client. */
final class ClientView implements View {
    private final TunnelClient client;

    ClientView(TunnelClient client) {
        this.client = client;
    }

    @Override
    public Look look() {
        TunnelStatus status = client.status();
        List<PeerStatus> peers = client.peers();
        JsonObject seen = new JsonObject();
        seen.addProperty("kind", "client");
        seen.addProperty("state", status.state().name());
        seen.addProperty("sentence", StatusSentence.of(status));
        status.trouble().ifPresent(trouble -> seen.add("trouble", trouble(trouble)));
        seen.add("listening", listening(status));
        seen.add("direct", direct(status.direct()));
        seen.add("circuits", circuits(status.circuits()));
        JsonObject known = new JsonObject();
        known.addProperty("known", status.peers());
        known.addProperty("exits", status.exits());
        known.addProperty("relays", status.relays());
        known.add("table", Parts.peers(peers));
        seen.add("peers", known);
        seen.add("nat", Parts.nat(status.nat()));
        seen.add("entry", Parts.entry(status.bootstrap()));
        seen.add("traffic", Parts.traffic(status.traffic()));
        seen.addProperty("layerCipher", status.layerCipher());
        Map<String, Long> totals = Map.of(
                "up", status.traffic().dataBytesSent(),
                "down", status.traffic().dataBytesReceived());
        return new Look(seen, totals, roundTrips(status.circuits()), status.drops());
    }

    private static JsonObject trouble(TunnelTrouble trouble) {
        JsonObject one = new JsonObject();
        one.addProperty("kind", trouble.kind().name());
        one.addProperty("remedy", trouble.remedy());
        one.addProperty("sinceSeconds", Figures.seconds(trouble.since()));
        return one;
    }

    /** Its own ports: what the user points a torrent client at, and the port towards the network. */
    private JsonArray listening(TunnelStatus status) {
        JsonArray listening = new JsonArray();
        try {
            InetSocketAddress proxy = client.socks5().address();
            listening.add(port("SOCKS5 proxy", proxy.getAddress().getHostAddress(), proxy.getPort()));
        } catch (TunnelException e) {
            // Before the start and after the end there is none to show.
            if (e.kind() != TunnelException.Kind.NOT_STARTED && e.kind() != TunnelException.Kind.CLOSED) {
                throw e;
            }
        }
        status.address().ifPresent(own -> listening.add(port("UDP towards the network", "", own.getPort())));
        return listening;
    }

    private static JsonObject port(String what, String host, int port) {
        JsonObject one = new JsonObject();
        one.addProperty("what", what);
        one.addProperty("host", host.indexOf(':') < 0 ? host : "[" + host + "]");
        one.addProperty("port", port);
        return one;
    }

    private static JsonObject direct(DirectStatus status) {
        JsonObject direct = new JsonObject();
        direct.addProperty("allowed", status.isAllowed());
        status.leases().stream()
                .map(DirectStatus.Lease::until)
                .max(Comparator.<Instant>naturalOrder())
                .ifPresent(until -> direct.addProperty("until", until.toEpochMilli()));
        direct.addProperty("used", status.leases().stream().anyMatch(DirectStatus.Lease::used));
        direct.addProperty("datagrams", status.datagramsSent());
        direct.addProperty("streams", status.streams());
        direct.addProperty("exchanges", status.exchanges());
        direct.addProperty("bytesSent", status.bytesSent());
        direct.addProperty("bytesReceived", status.bytesReceived());
        return direct;
    }

    private static JsonArray circuits(List<CircuitStatus> circuits) {
        JsonArray all = new JsonArray();
        for (CircuitStatus circuit : circuits) {
            JsonObject one = new JsonObject();
            one.addProperty("number", circuit.number());
            one.addProperty("state", state(circuit));
            one.addProperty("role", circuit.primary() ? "primary" : "standby");
            one.add("hops", Parts.texts(circuit.path()));
            one.addProperty("goalHops", circuit.goalHops());
            one.addProperty("ageSeconds", Figures.seconds(circuit.age()));
            one.addProperty("buildMillis", Figures.millis(circuit.buildTime()));
            one.addProperty("roundTripMillis", Figures.millis(circuit.roundTrip()));
            one.addProperty("bytesUp", circuit.bytesUp());
            one.addProperty("bytesDown", circuit.bytesDown());
            one.add("why", Parts.texts(circuit.explanation()));
            all.add(one);
        }
        return all;
    }

    private static String state(CircuitStatus circuit) {
        if (!circuit.ready()) {
            return "building";
        }
        return circuit.suspect() ? "suspect" : "ready";
    }

    private static Map<String, Double> roundTrips(List<CircuitStatus> circuits) {
        Map<String, Double> levels = new TreeMap<>();
        for (CircuitStatus circuit : circuits) {
            if (circuit.ready() && !circuit.roundTrip().isZero()) {
                levels.put("circuit " + circuit.number(), Figures.millis(circuit.roundTrip()));
            }
        }
        return levels;
    }
}

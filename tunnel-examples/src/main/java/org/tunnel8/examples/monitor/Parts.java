package org.tunnel8.examples.monitor;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.Collection;
import java.util.List;
import org.tunnel8.BootstrapStatus;
import org.tunnel8.NatStatus;
import org.tunnel8.PeerStatus;
import org.tunnel8.Traffic;

/** Parts of a status that clients and nodes have in common, as JSON for the page: labels and figures alone (D12). */
final class Parts {
    private Parts() {}

    static JsonArray peers(List<PeerStatus> peers) {
        JsonArray table = new JsonArray();
        for (PeerStatus peer : peers) {
            JsonObject row = new JsonObject();
            row.addProperty("label", peer.label());
            row.add("roles", names(peer.roles().stream().sorted().toList()));
            row.addProperty("confirmed", peer.confirmed());
            row.addProperty("reachable", peer.reachable());
            row.addProperty("roundTripMillis", Figures.millis(peer.roundTrip()));
            row.addProperty("standing", Figures.rounded(peer.standing()));
            row.addProperty("knownSeconds", Figures.seconds(peer.known()));
            table.add(row);
        }
        return table;
    }

    static JsonObject nat(NatStatus status) {
        JsonObject nat = new JsonObject();
        nat.addProperty("type", status.type().name());
        nat.addProperty("sentence", status.explanation());
        nat.addProperty("relayOnly", status.isRelayOnly());
        nat.addProperty("voters", status.voters());
        nat.addProperty("agreeing", status.agreeing());
        nat.addProperty("ports", status.ports());
        nat.addProperty("punctures", status.punctures());
        nat.addProperty("failedPunctures", status.failedPunctures());
        nat.addProperty("puncturesFailing", status.puncturesFailing());
        return nat;
    }

    static JsonObject entry(BootstrapStatus status) {
        JsonObject entry = new JsonObject();
        entry.addProperty("state", status.state().name());
        entry.addProperty("servers", status.servers());
        entry.addProperty("answering", status.answering());
        entry.addProperty("remembered", status.remembered());
        entry.addProperty("rememberedFound", status.rememberedFound());
        entry.addProperty("degraded", status.degraded());
        return entry;
    }

    static JsonObject traffic(Traffic passed) {
        JsonObject traffic = new JsonObject();
        traffic.addProperty("packetsReceived", passed.packetsReceived());
        traffic.addProperty("bytesReceived", passed.bytesReceived());
        traffic.addProperty("packetsSent", passed.packetsSent());
        traffic.addProperty("bytesSent", passed.bytesSent());
        traffic.addProperty("dataBytesSent", passed.dataBytesSent());
        traffic.addProperty("dataBytesReceived", passed.dataBytesReceived());
        traffic.addProperty("cellsRelayed", passed.cellsRelayed());
        traffic.addProperty("exitPacketsSent", passed.exitPacketsSent());
        traffic.addProperty("exitPacketsReceived", passed.exitPacketsReceived());
        return traffic;
    }

    static JsonArray texts(Collection<String> texts) {
        JsonArray array = new JsonArray();
        texts.forEach(array::add);
        return array;
    }

    static JsonArray names(Collection<? extends Enum<?>> values) {
        JsonArray array = new JsonArray();
        values.forEach(value -> array.add(value.name()));
        return array;
    }
}

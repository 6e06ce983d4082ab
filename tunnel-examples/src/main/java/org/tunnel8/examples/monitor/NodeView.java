package org.tunnel8.examples.monitor;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import org.tunnel8.PeerStatus;
import org.tunnel8.TunnelException;
import org.tunnel8.node.LendingStatus;
import org.tunnel8.node.NodeStatus;
import org.tunnel8.node.TunnelNode;

/** What is shown of a node: what it carries for others, whom it knows; nothing of whose circuits these are. */
final class NodeView implements View {
    private final TunnelNode node;

    NodeView(TunnelNode node) {
        this.node = node;
    }

    @Override
    public Look look() {
        try {
            return of(node.status(), node.peers());
        } catch (TunnelException e) {
            JsonObject ended = new JsonObject();
            ended.addProperty("kind", "node");
            ended.addProperty("state", e.kind() == TunnelException.Kind.CLOSED ? "CLOSED" : "NEW");
            ended.addProperty("sentence", e.kind() == TunnelException.Kind.CLOSED ? "Ended." : "Starting.");
            return new Look(ended, Map.of(), Map.of(), Map.of());
        }
    }

    private Look of(NodeStatus status, List<PeerStatus> peers) {
        JsonObject seen = new JsonObject();
        seen.addProperty("kind", "node");
        seen.addProperty("state", "READY");
        seen.addProperty("sentence", StatusSentence.of(status));
        JsonArray listening = new JsonArray();
        JsonObject port = new JsonObject();
        port.addProperty("what", "UDP towards the network");
        port.addProperty("host", "");
        port.addProperty("port", node.address().getPort());
        listening.add(port);
        seen.add("listening", listening);
        JsonObject known = new JsonObject();
        known.addProperty("known", status.peers());
        known.add("table", Parts.peers(peers));
        seen.add("peers", known);
        seen.add("nat", Parts.nat(status.nat()));
        seen.add("entry", Parts.entry(status.bootstrap()));
        seen.add("traffic", Parts.traffic(status.traffic()));
        seen.addProperty("layerCipher", status.layerCipher());
        seen.add("served", served(status));
        Map<String, Long> totals = Map.of(
                "up", status.traffic().bytesSent(),
                "down", status.traffic().bytesReceived());
        Map<String, Double> levels = Map.of(
                "circuits that end here", (double) status.joinedCircuits(),
                "circuits that run through", (double) status.relayedCircuits());
        return new Look(seen, totals, levels, status.drops());
    }

    private static JsonObject served(NodeStatus status) {
        LendingStatus lending = status.lending();
        JsonObject served = new JsonObject();
        served.addProperty("joinedCircuits", status.joinedCircuits());
        served.addProperty("relayedCircuits", status.relayedCircuits());
        served.addProperty("outsideSockets", status.outsideSockets());
        served.addProperty("carriedBytes", lending.carriedBytes());
        served.addProperty("waitingBytes", lending.waitingBytes());
        served.addProperty("bandwidthBytesPerSecond", lending.bytesPerSecond());
        lending.quota().ifPresent(quota -> {
            served.addProperty("quotaBytes", quota.bytesPerMonth());
            served.addProperty("quotaLeftBytes", quota.leftBytes());
            served.addProperty("quotaUsedUp", quota.isUsedUp());
            served.addProperty("quotaRenewal", quota.renewal().toEpochMilli());
        });
        return served;
    }
}

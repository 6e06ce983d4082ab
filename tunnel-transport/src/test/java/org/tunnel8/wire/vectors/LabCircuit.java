package org.tunnel8.wire.vectors;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tunnel8.crypto.LayerKey;
import org.tunnel8.crypto.SessionKeys;

/** A circuit of the vectors: the circuit id of each link and, per hop, both keys with the counters last used. */
public final class LabCircuit {
    private final int[] circuitIds;
    private final List<SessionKeys> keys = new ArrayList<>();
    private final long[] forwardCounters;
    private final long[] backwardCounters;

    /** The circuit that an entry with {@code circuit_ids} and {@code session_keys_per_hop} describes. */
    public LabCircuit(JsonObject entry) {
        circuitIds = VectorJson.circuitIds(entry);
        JsonArray hops = entry.getAsJsonArray("session_keys_per_hop");
        forwardCounters = new long[hops.size()];
        backwardCounters = new long[hops.size()];
        for (JsonElement hop : hops) {
            JsonObject session = hop.getAsJsonObject();
            forwardCounters[keys.size()] = session.get("salt_explicit_forward").getAsLong();
            backwardCounters[keys.size()] =
                    session.get("salt_explicit_backward").getAsLong();
            keys.add(VectorJson.sessionKeys(session));
        }
        if (circuitIds.length != hops.size() || entry.get("hops").getAsInt() != hops.size()) {
            throw new AssertionError("a circuit has as many links as hops");
        }
    }

    /** How many hops there are. */
    public int hops() {
        return keys.size();
    }

    /** The circuit id on a link; link 0 begins at the owner. */
    public int circuitId(int link) {
        return circuitIds[link];
    }

    /** The circuit id on the last hop's link. */
    public int lastCircuitId() {
        return circuitIds[hops() - 1];
    }

    /** The key that opens a hop's layers away from the owner. */
    public LayerKey forward(int hop) {
        return keys.get(hop).forward();
    }

    /** The key that a hop seals with towards the owner. */
    public LayerKey backward(int hop) {
        return keys.get(hop).backward();
    }

    /** The keys with which the owner opens what arrives, in the order of use. */
    public LayerKey[] backwardKeys() {
        return keys.stream().map(SessionKeys::backward).toArray(LayerKey[]::new);
    }

    /** Sets the counters of the owner as if this one was used next. */
    public void nextForward(long counter) {
        Arrays.fill(forwardCounters, counter - 1);
    }

    /** The message as the owner sends it on the first link: a layer for every hop, the last hop's innermost. */
    public byte[] sealAll(CellLab lab, byte[] message) {
        byte[] layered = message;
        for (int hop = hops() - 1; hop >= 0; hop--) {
            layered = lab.seal(forward(hop), ++forwardCounters[hop], layered);
        }
        return layered;
    }

    /** The message as the last hop sends it towards the owner. */
    public byte[] sealAtExit(CellLab lab, byte[] message) {
        int hop = hops() - 1;
        return lab.seal(backward(hop), ++backwardCounters[hop], message);
    }

    /** What a relay sends towards the owner, for a packet of the link behind it. */
    public byte[] relayBackward(CellLab lab, int hop, byte[] packet) {
        return lab.relayBackward(packet, backward(hop), ++backwardCounters[hop], circuitIds[hop]);
    }
}

package org.tunnel8.wire.cell;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;
import org.tunnel8.wire.vectors.VectorJson;

/** Decoded tunnel messages under the names and in the form that the vectors' {@code fields} have, but for the circuit id. */
final class CellFieldsJson {
    private CellFieldsJson() {}

    static JsonObject of(CellMessage message) {
        JsonObject json = new JsonObject();
        if (message instanceof Data data) {
            json.add("dest_address", VectorJson.json(data.destination()));
            json.add("org_address", VectorJson.json(data.origin()));
            json.addProperty("data", VectorJson.hex(data.payload()));
        } else if (message instanceof Create create) {
            identifier(json, create.identifier());
            json.addProperty("node_public_key", VectorJson.hex(create.nodePublicKey()));
            json.addProperty("key", VectorJson.hex(create.ephemeralKey()));
        } else if (message instanceof Created created) {
            identifier(json, created.identifier());
            json.addProperty("key", VectorJson.hex(created.ephemeralKey()));
            json.addProperty("auth", VectorJson.hex(created.auth()));
            json.addProperty("candidates_enc", VectorJson.hex(created.sealedCandidates()));
        } else if (message instanceof Extend extend) {
            identifier(json, extend.identifier());
            json.addProperty("node_public_key", VectorJson.hex(extend.nodePublicKey()));
            json.addProperty("key", VectorJson.hex(extend.ephemeralKey()));
            json.add("node_addr", VectorJson.json(extend.nodeAddress()));
        } else if (message instanceof Extended extended) {
            identifier(json, extended.identifier());
            json.addProperty("key", VectorJson.hex(extended.ephemeralKey()));
            json.addProperty("auth", VectorJson.hex(extended.auth()));
            json.addProperty("candidates_enc", VectorJson.hex(extended.sealedCandidates()));
        } else if (message instanceof Ping ping) {
            identifier(json, ping.identifier());
        } else if (message instanceof Pong pong) {
            identifier(json, pong.identifier());
        } else if (!putTest(message, json)) {
            putHidden(message, json);
        }
        return json;
    }

    private static boolean putTest(CellMessage message, JsonObject json) {
        if (message instanceof TestRequest request) {
            identifier(json, request.identifier());
            json.addProperty("response_size", (long) request.responseSize());
            json.addProperty("data", VectorJson.hex(request.data()));
        } else if (message instanceof TestResponse response) {
            identifier(json, response.identifier());
            json.addProperty("data", VectorJson.hex(response.data()));
        } else if (message instanceof HttpRequest request) {
            identifier(json, request.identifier());
            json.add("target", VectorJson.json(request.target()));
            json.addProperty("request", VectorJson.hex(request.request()));
        } else if (message instanceof HttpResponse response) {
            identifier(json, response.identifier());
            json.addProperty("part", (long) response.part());
            json.addProperty("total", (long) response.total());
            json.addProperty("response", VectorJson.hex(response.chunk()));
        } else {
            return false;
        }
        return true;
    }

    private static void putHidden(CellMessage message, JsonObject json) {
        if (message instanceof EstablishIntro establish) {
            identifier(json, establish.identifier());
            json.addProperty("info_hash", VectorJson.hex(establish.infoHash()));
            json.addProperty("public_key", VectorJson.hex(establish.seederKey()));
        } else if (message instanceof IntroEstablished established) {
            identifier(json, established.identifier());
        } else if (message instanceof EstablishRendezvous establish) {
            identifier(json, establish.identifier());
            json.addProperty("cookie", VectorJson.hex(establish.cookie()));
        } else if (message instanceof RendezvousEstablished established) {
            identifier(json, established.identifier());
            json.add("rendezvous_point_addr", VectorJson.json(established.rendezvousPoint()));
        } else if (message instanceof CreateE2e create) {
            identifier(json, create.identifier());
            json.addProperty("info_hash", VectorJson.hex(create.infoHash()));
            json.addProperty("node_public_key", VectorJson.hex(create.seederKey()));
            json.addProperty("key", VectorJson.hex(create.ephemeralKey()));
        } else if (message instanceof CreatedE2e created) {
            identifier(json, created.identifier());
            json.addProperty("key", VectorJson.hex(created.ephemeralKey()));
            json.addProperty("auth", VectorJson.hex(created.auth()));
            json.addProperty("rp_info_enc", VectorJson.hex(created.sealedRendezvousInfo()));
        } else if (message instanceof LinkE2e link) {
            identifier(json, link.identifier());
            json.addProperty("cookie", VectorJson.hex(link.cookie()));
        } else if (message instanceof LinkedE2e linked) {
            identifier(json, linked.identifier());
        } else if (message instanceof PeersRequest request) {
            identifier(json, request.identifier());
            json.addProperty("info_hash", VectorJson.hex(request.infoHash()));
        } else if (message instanceof PeersResponse response) {
            identifier(json, response.identifier());
            json.addProperty("info_hash", VectorJson.hex(response.infoHash()));
            json.add("peers", points(response.points()));
        }
    }

    static JsonObject of(RendezvousInfo info) {
        JsonObject json = new JsonObject();
        json.add("address", VectorJson.json(info.address()));
        json.addProperty("key", VectorJson.hex(info.key()));
        json.addProperty("cookie", VectorJson.hex(info.cookie()));
        return json;
    }

    private static JsonArray points(List<IntroductionPoint> points) {
        JsonArray list = new JsonArray();
        for (IntroductionPoint point : points) {
            JsonObject json = new JsonObject();
            json.add("address", VectorJson.json(point.address()));
            json.addProperty("key", VectorJson.hex(point.pointKey()));
            json.addProperty("seeder_pk", VectorJson.hex(point.seederKey()));
            json.addProperty("source", (long) point.source());
            list.add(json);
        }
        return list;
    }

    private static void identifier(JsonObject json, int identifier) {
        json.addProperty("identifier", Integer.toUnsignedLong(identifier));
    }
}

package org.tunnel8.wire.walk;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Locale;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.vectors.VectorJson;

/** Decoded walker messages under the names and in the form that the vectors' {@code fields} have. */
final class WalkFieldsJson {
    private WalkFieldsJson() {}

    static JsonObject of(WalkMessage message) {
        JsonObject json = new JsonObject();
        if (message instanceof IntroductionRequest request) {
            putRequest(request, json);
        } else if (message instanceof IntroductionResponse response) {
            putResponse(response, json);
        } else if (message instanceof PunctureRequest request) {
            json.add("lan_walker_address", VectorJson.json(request.walkerLan()));
            json.add("wan_walker_address", VectorJson.json(request.walkerWan()));
        } else if (message instanceof Puncture puncture) {
            json.add("source_lan_address", VectorJson.json(puncture.sourceLan()));
            json.add("source_wan_address", VectorJson.json(puncture.sourceWan()));
        } else if (message instanceof IntroduceToRequest request) {
            putRequest(request.request(), json);
            // The recording program reads no style flag here and always says yes.
            json.addProperty("supports_new_style", 1L);
            json.addProperty("introduce_to", VectorJson.hex(request.mid()));
        } else if (message instanceof SimilarityRequest request) {
            json.add("lan_address", VectorJson.json(request.lan()));
            json.add("wan_address", VectorJson.json(request.wan()));
            json.addProperty("connection_type", name(request.connectionType()));
            json.add("preference_list", communities(request.communities()));
        } else if (message instanceof SimilarityResponse response) {
            json.add("preference_list", communities(response.communities()));
            json.add("tb_overlap", overlaps(response.overlaps()));
        }
        json.addProperty("identifier", (long) message.identifier());
        return json;
    }

    /** The kind's name in the vectors. */
    static String kind(WalkMessage message) {
        String name = message instanceof IntroduceToRequest
                ? "DiscoveryIntroductionRequest"
                : message.getClass().getSimpleName();
        String dashed = name.replaceAll("(?<=.)(?=\\p{Upper})", "-").toLowerCase(Locale.ROOT);
        return message instanceof DiscoveryPing || message instanceof DiscoveryPong
                ? dashed.replace("discovery-", "")
                : dashed;
    }

    private static void putRequest(IntroductionRequest request, JsonObject json) {
        json.add("destination_address", VectorJson.json(request.destination()));
        json.add("source_lan_address", VectorJson.json(request.sourceLan()));
        json.add("source_wan_address", VectorJson.json(request.sourceWan()));
        json.addProperty("advice", number(request.adviceWanted()));
        json.addProperty("supports_new_style", number(request.speaksNewStyle()));
        json.addProperty("extra_bytes", VectorJson.hex(request.extra()));
        if (request.style() == WalkStyle.OLD) {
            json.addProperty("connection_type", name(request.connectionType()));
        } else {
            putBits(
                    request.flags(),
                    json,
                    "connection_type_0",
                    "connection_type_1",
                    "",
                    "dflag1",
                    "dflag2",
                    "tunnel",
                    "sync");
        }
    }

    private static void putResponse(IntroductionResponse response, JsonObject json) {
        json.add("destination_address", VectorJson.json(response.destination()));
        json.add("source_lan_address", VectorJson.json(response.sourceLan()));
        json.add("source_wan_address", VectorJson.json(response.sourceWan()));
        json.add("lan_introduction_address", VectorJson.json(response.introducedLan()));
        json.add("wan_introduction_address", VectorJson.json(response.introducedWan()));
        json.addProperty("intro_supports_new_style", number(response.introducedSpeaksNewStyle()));
        json.addProperty("extra_bytes", VectorJson.hex(response.extra()));
        if (response.style() == WalkStyle.OLD) {
            json.addProperty("connection_type", name(response.connectionType()));
            json.addProperty("supports_new_style", number(response.speaksNewStyle()));
            json.addProperty("peer_limit_reached", number(response.peerLimitReached()));
        } else {
            putBits(response.flags(), json, "", "flag1", "flag2", "flag3", "flag4", "flag5", "flag6", "flag7");
        }
    }

    private static void putBits(int flags, JsonObject json, String... names) {
        for (int i = 0; i < names.length; i++) {
            if (!names[i].isEmpty()) {
                json.addProperty(names[i], number((flags & 0x80 >> i) != 0));
            }
        }
    }

    private static JsonArray communities(List<CommunityId> communities) {
        JsonArray list = new JsonArray();
        communities.forEach(community -> list.add(community.toString()));
        return list;
    }

    private static JsonArray overlaps(List<SimilarityResponse.Overlap> overlaps) {
        JsonArray list = new JsonArray();
        for (SimilarityResponse.Overlap overlap : overlaps) {
            JsonArray pair = new JsonArray();
            pair.add(VectorJson.hex(overlap.id()));
            pair.add(Integer.toUnsignedLong(overlap.value()));
            list.add(pair);
        }
        return list;
    }

    private static String name(ConnectionType type) {
        return switch (type) {
            case UNKNOWN -> "unknown";
            case PUBLIC -> "public";
            case SYMMETRIC_NAT -> "symmetric-NAT";
        };
    }

    private static long number(boolean value) {
        return value ? 1 : 0;
    }
}

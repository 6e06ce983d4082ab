package org.tunnel8.vectors;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.cell.CellMessage;
import org.tunnel8.wire.cell.Create;
import org.tunnel8.wire.cell.CreateE2e;
import org.tunnel8.wire.cell.Created;
import org.tunnel8.wire.cell.CreatedE2e;
import org.tunnel8.wire.cell.Data;
import org.tunnel8.wire.cell.EstablishIntro;
import org.tunnel8.wire.cell.EstablishRendezvous;
import org.tunnel8.wire.cell.Extend;
import org.tunnel8.wire.cell.Extended;
import org.tunnel8.wire.cell.IntroEstablished;
import org.tunnel8.wire.cell.IntroductionPoint;
import org.tunnel8.wire.cell.LinkE2e;
import org.tunnel8.wire.cell.LinkedE2e;
import org.tunnel8.wire.cell.PeersRequest;
import org.tunnel8.wire.cell.PeersResponse;
import org.tunnel8.wire.cell.Ping;
import org.tunnel8.wire.cell.Pong;
import org.tunnel8.wire.cell.RendezvousEstablished;
import org.tunnel8.wire.cell.TestRequest;
import org.tunnel8.wire.cell.TestResponse;
import org.tunnel8.wire.walk.ConnectionType;
import org.tunnel8.wire.walk.IntroductionRequest;
import org.tunnel8.wire.walk.IntroductionResponse;
import org.tunnel8.wire.walk.Puncture;
import org.tunnel8.wire.walk.PunctureRequest;
import org.tunnel8.wire.walk.WalkMessage;
import org.tunnel8.wire.walk.WalkStyle;

/** Decoded messages under the names, and in the form, that {@link Entry#fields()} gives to the recording's. */
final class MessageFields {
    private final Map<String, String> fields = new TreeMap<>();

    private MessageFields() {}

    static Map<String, String> of(WalkMessage message) {
        MessageFields to = new MessageFields();
        if (message instanceof IntroductionRequest request) {
            to.request(request);
        } else if (message instanceof IntroductionResponse response) {
            to.response(response);
        } else if (message instanceof PunctureRequest request) {
            to.put("lan_walker_address", request.walkerLan()).put("wan_walker_address", request.walkerWan());
        } else if (message instanceof Puncture puncture) {
            to.put("source_lan_address", puncture.sourceLan()).put("source_wan_address", puncture.sourceWan());
        }
        to.put("identifier", message.identifier());
        return to.fields;
    }

    /** The fields but for the circuit id, which is the frame's. */
    static Map<String, String> of(CellMessage message) {
        MessageFields to = new MessageFields();
        if (message instanceof Data data) {
            to.put("dest_address", data.destination())
                    .put("org_address", data.origin())
                    .put("data", data.payload());
        } else if (message instanceof Create create) {
            to.put("identifier", create.identifier())
                    .put("node_public_key", create.nodePublicKey())
                    .put("key", create.ephemeralKey());
        } else if (message instanceof Created created) {
            to.put("identifier", created.identifier())
                    .agreement(created.ephemeralKey(), created.auth(), created.sealedCandidates());
        } else if (message instanceof Extend extend) {
            to.put("identifier", extend.identifier())
                    .put("node_public_key", extend.nodePublicKey())
                    .put("key", extend.ephemeralKey())
                    .put("node_addr", extend.nodeAddress());
        } else if (message instanceof Extended extended) {
            to.put("identifier", extended.identifier())
                    .agreement(extended.ephemeralKey(), extended.auth(), extended.sealedCandidates());
        } else if (message instanceof Ping ping) {
            to.put("identifier", ping.identifier());
        } else if (message instanceof Pong pong) {
            to.put("identifier", pong.identifier());
        } else if (message instanceof TestRequest request) {
            to.put("identifier", request.identifier())
                    .put("response_size", request.responseSize())
                    .put("data", request.data());
        } else if (message instanceof TestResponse response) {
            to.put("identifier", response.identifier()).put("data", response.data());
        } else {
            to.hidden(message);
        }
        return to.fields;
    }

    private void request(IntroductionRequest request) {
        put("destination_address", request.destination());
        put("source_lan_address", request.sourceLan());
        put("source_wan_address", request.sourceWan());
        put("advice", request.adviceWanted() ? 1 : 0);
        put("supports_new_style", request.speaksNewStyle() ? 1 : 0);
        put("extra_bytes", request.extra());
        if (request.style() == WalkStyle.OLD) {
            put(request.connectionType());
        } else {
            bits(request.flags(), "connection_type_0", "connection_type_1", "", "dflag1", "dflag2", "tunnel", "sync");
        }
    }

    private void response(IntroductionResponse response) {
        put("destination_address", response.destination());
        put("source_lan_address", response.sourceLan());
        put("source_wan_address", response.sourceWan());
        put("lan_introduction_address", response.introducedLan());
        put("wan_introduction_address", response.introducedWan());
        put("intro_supports_new_style", response.introducedSpeaksNewStyle() ? 1 : 0);
        put("extra_bytes", response.extra());
        if (response.style() == WalkStyle.OLD) {
            put(response.connectionType());
            put("supports_new_style", response.speaksNewStyle() ? 1 : 0);
            put("peer_limit_reached", response.peerLimitReached() ? 1 : 0);
        } else {
            bits(response.flags(), "", "flag1", "flag2", "flag3", "flag4", "flag5", "flag6", "flag7");
        }
    }

    private void hidden(CellMessage message) {
        if (message instanceof EstablishIntro establish) {
            put("identifier", establish.identifier());
            put("info_hash", establish.infoHash()).put("public_key", establish.seederKey());
        } else if (message instanceof IntroEstablished established) {
            put("identifier", established.identifier());
        } else if (message instanceof EstablishRendezvous establish) {
            put("identifier", establish.identifier()).put("cookie", establish.cookie());
        } else if (message instanceof RendezvousEstablished established) {
            put("identifier", established.identifier());
            put("rendezvous_point_addr", established.rendezvousPoint());
        } else if (message instanceof CreateE2e create) {
            put("identifier", create.identifier()).put("info_hash", create.infoHash());
            put("node_public_key", create.seederKey()).put("key", create.ephemeralKey());
        } else if (message instanceof CreatedE2e created) {
            put("identifier", created.identifier()).put("key", created.ephemeralKey());
            put("auth", created.auth()).put("rp_info_enc", created.sealedRendezvousInfo());
        } else if (message instanceof LinkE2e link) {
            put("identifier", link.identifier()).put("cookie", link.cookie());
        } else if (message instanceof LinkedE2e linked) {
            put("identifier", linked.identifier());
        } else if (message instanceof PeersRequest request) {
            put("identifier", request.identifier()).put("info_hash", request.infoHash());
        } else if (message instanceof PeersResponse response) {
            put("identifier", response.identifier()).put("info_hash", response.infoHash());
            fields.put("peers", points(response.points()).toString());
        }
    }

    private static List<Map<String, String>> points(List<IntroductionPoint> points) {
        List<Map<String, String>> list = new ArrayList<>();
        for (IntroductionPoint point : points) {
            MessageFields to = new MessageFields();
            to.put("address", point.address()).put("key", point.pointKey());
            to.put("seeder_pk", point.seederKey()).put("source", point.source());
            list.add(to.fields);
        }
        return list;
    }

    private MessageFields agreement(ByteString key, ByteString auth, ByteString candidates) {
        return put("key", key).put("auth", auth).put("candidates_enc", candidates);
    }

    private void bits(int flags, String... names) {
        for (int i = 0; i < names.length; i++) {
            if (!names[i].isEmpty()) {
                put(names[i], (flags & 0x80 >> i) == 0 ? 0 : 1);
            }
        }
    }

    private void put(ConnectionType type) {
        fields.put(
                "connection_type",
                switch (type) {
                    case UNKNOWN -> "unknown";
                    case PUBLIC -> "public";
                    case SYMMETRIC_NAT -> "symmetric-NAT";
                });
    }

    private MessageFields put(String name, int value) {
        fields.put(name, Integer.toUnsignedString(value));
        return this;
    }

    private MessageFields put(String name, Address value) {
        fields.put(name, value.toString());
        return this;
    }

    private MessageFields put(String name, ByteString value) {
        fields.put(name, HexFormat.of().formatHex(value.toBytes()));
        return this;
    }
}

package org.tunnel8.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.tunnel8.exit.PayloadKind;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.Headroom;
import org.tunnel8.wire.walk.PeerFlags;

/** Runs every entry of exit.json: what a payload looks like, and which exits let it pass. */
final class ExitVectors {
    private ExitVectors() {}

    static int run(VectorFile file) {
        CommunityId own = file.root().overlay("own_prefix");
        Map<String, PeerFlags> flagSets = new LinkedHashMap<>();
        Entry sets = file.root().in("flag_sets");
        for (String set : file.root().names("flag_sets")) {
            int bits = sets.texts(set).stream().mapToInt(Integer::parseInt).reduce(0, (a, b) -> a | b);
            assertThat(bits).as("flags of %s", set).isEqualTo(flagsNamed(set));
            flagSets.put(set, new PeerFlags(bits));
        }
        assertThat(flagSets).isNotEmpty();
        file.each("vectors", entry -> payload(entry, own, flagSets));
        return file.finish();
    }

    private static int flagsNamed(String set) {
        int bits = 0;
        for (String name : set.split("\\+", -1)) {
            bits |= switch (name) {
                case "none" -> 0;
                case "bt" -> PeerFlags.EXIT_BT;
                case "ipv8" -> PeerFlags.EXIT_IPV8;
                default -> throw new AssertionError("unknown role " + name);
            };
        }
        return bits;
    }

    private static void payload(Entry entry, CommunityId own, Map<String, PeerFlags> flagSets) {
        byte[] data = entry.bytes("data");
        // As payloads lie in the engine's buffers: not at the start, and with foreign bytes around.
        int offset = Headroom.FRONT_BYTES;
        byte[] buffer = new byte[offset + data.length + Headroom.BACK_BYTES];
        System.arraycopy(data, 0, buffer, offset, data.length);

        assertThat(PayloadKind.isUtp(buffer, offset, data.length)).as("uTP").isEqualTo(entry.flag("could_be_utp"));
        assertThat(PayloadKind.isTracker(buffer, offset, data.length))
                .as("tracker")
                .isEqualTo(entry.flag("could_be_udp_tracker"));
        assertThat(PayloadKind.isDht(buffer, offset, data.length)).as("DHT").isEqualTo(entry.flag("could_be_dht"));
        assertThat(PayloadKind.isIpv8(buffer, offset, data.length)).as("IPv8").isEqualTo(entry.flag("could_be_ipv8"));
        assertThat(PayloadKind.isBitTorrent(buffer, offset, data.length))
                .as("BitTorrent")
                .isEqualTo(entry.flag("could_be_bt"));
        Entry allowed = entry.in("is_allowed");
        flagSets.forEach((set, flags) -> assertThat(PayloadKind.isAllowed(flags, own, buffer, offset, data.length))
                .as("allowed with %s", set)
                .isEqualTo(allowed.flag(set)));
        entry.describedBy("name");
    }
}

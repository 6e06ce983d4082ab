package org.tunnel8.exit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.walk.PeerFlags;

/** Each protocol passes an exit with its own flag alone (PROTOCOL.md §10). */
class ExitFlagsTest {
    private static final CommunityId OWN = CommunityId.TRIBLER;

    private static byte[] utp() {
        byte[] payload = new byte[60];
        payload[0] = 0x41;
        Arrays.fill(payload, 2, payload.length, (byte) 0x7f);
        return payload;
    }

    private static byte[] tracker() {
        byte[] payload = new byte[16];
        Arrays.fill(payload, (byte) 0x7f);
        Arrays.fill(payload, 8, 12, (byte) 0);
        return payload;
    }

    private static byte[] dht() {
        return "d1:q4:pinge".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    private static byte[] ipv8(boolean own) {
        byte[] payload = new byte[40];
        Arrays.fill(payload, (byte) 0x7f);
        payload[0] = 0;
        payload[1] = 2;
        if (own) {
            System.arraycopy(OWN.toBytes(), 0, payload, 2, 20);
        }
        return payload;
    }

    @ParameterizedTest
    @CsvSource({
        // flags, uTP, tracker, DHT, other IPv8, own prefix
        "0,     false, false, false, false, true",
        "1,     false, false, false, false, true",
        "2,     true,  true,  true,  false, true",
        "4,     false, false, false, true,  true",
        "6,     true,  true,  true,  true,  true",
        "8,     false, false, false, false, true",
        "16384, false, false, false, false, true",
        "32768, false, false, false, false, true",
    })
    void whatPassesWithWhichFlags(int bits, boolean utp, boolean tracker, boolean dht, boolean ipv8, boolean own) {
        PeerFlags flags = new PeerFlags(bits);

        assertThat(passes(flags, utp())).isEqualTo(utp);
        assertThat(passes(flags, tracker())).isEqualTo(tracker);
        assertThat(passes(flags, dht())).isEqualTo(dht);
        assertThat(passes(flags, ipv8(false))).isEqualTo(ipv8);
        assertThat(passes(flags, ipv8(true))).isEqualTo(own);
    }

    private static boolean passes(PeerFlags flags, byte[] payload) {
        return PayloadKind.isAllowed(flags, OWN, payload, 0, payload.length);
    }
}

package org.tunnel8.wire.cell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.crypto.PublicKey;
import org.tunnel8.wire.ByteString;
import org.tunnel8.wire.MalformedMessageException;
import org.tunnel8.wire.WireWriter;

class CandidateListTest {
    private final Random random = new Random(1);
    private final PublicKey relay = key();
    private final PublicKey both = key();
    private final PublicKey exit = key();

    @Test
    void marksTheFirstExitByDoublingIt() throws Exception {
        CandidateList list = new CandidateList(List.of(relay), List.of(both, exit));

        assertThat(list(relay, both, both, exit)).isEqualTo(encoded(list));
        assertThat(decoded(encoded(list))).isEqualTo(list);
    }

    @Test
    void takesAListWithoutEqualNeighboursAsRelays() throws Exception {
        assertThat(decoded(list(relay, both, relay)))
                .isEqualTo(new CandidateList(List.of(relay, both, relay), List.of()));
        assertThat(decoded(new byte[] {0})).isEqualTo(CandidateList.EMPTY);
    }

    @Test
    void keepsTheBorderWhereTheLastRelayIsTheFirstExit() throws Exception {
        CandidateList list = new CandidateList(List.of(relay, both), List.of(both, exit));

        assertThat(decoded(encoded(list))).isEqualTo(new CandidateList(List.of(relay), List.of(both, exit)));
    }

    @Test
    void leavesOutWhatIsNoKeyOfAHop() throws Exception {
        WireWriter writer = new WireWriter(1000);
        writer.u8(3);
        writer.varlenH(ByteString.of(new byte[74]));
        writer.varlenH(ByteString.of(relay.toBytes()));
        writer.varlenH(ByteString.of(new byte[5]));

        assertThat(decoded(writer.toByteArray())).isEqualTo(new CandidateList(List.of(relay), List.of()));
    }

    @Test
    void takesAsManyKeysAsTheCountCanTell() throws Exception {
        List<PublicKey> relays = new ArrayList<>();
        for (int i = 0; i < 255; i++) {
            relays.add(i % 2 == 0 ? relay : both);
        }
        byte[] encoded = list(relays.toArray(PublicKey[]::new));

        assertThat(decoded(encoded).relays()).isEqualTo(relays);
    }

    @Test
    void isMalformedWhenKeysAreMissing() {
        assertThatExceptionOfType(MalformedMessageException.class).isThrownBy(() -> decoded(new byte[] {2, 0, 0}));
        assertThatExceptionOfType(MalformedMessageException.class).isThrownBy(() -> decoded(new byte[0]));
    }

    private PublicKey key() {
        return IdentityKey.generate(random).publicKey();
    }

    private static CandidateList decoded(byte[] bytes) throws MalformedMessageException {
        return CandidateList.decode(bytes, 0, bytes.length);
    }

    private static byte[] encoded(CandidateList list) {
        WireWriter writer = new WireWriter(0x8000);
        list.encode(writer);
        return writer.toByteArray();
    }

    private static byte[] list(PublicKey... keys) {
        WireWriter writer = new WireWriter(0x8000);
        writer.u8(keys.length);
        for (PublicKey key : keys) {
            writer.varlenH(ByteString.of(key.toBytes()));
        }
        return writer.toByteArray();
    }
}

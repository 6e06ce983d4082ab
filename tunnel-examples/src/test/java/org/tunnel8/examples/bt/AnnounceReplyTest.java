package org.tunnel8.examples.bt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import bt.net.Peer;
import bt.tracker.TrackerResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnnounceReplyTest {
    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static List<String> peers(TrackerResponse response) {
        List<String> peers = new ArrayList<>();
        for (Peer peer : response.getPeers()) {
            peers.add(peer.getInetAddress().getHostAddress() + ":" + peer.getPort());
        }
        return peers;
    }

    @Test
    void readsPeersInCompactFormOfBothFamilies() {
        TrackerResponse response = AnnounceReply.http(bytes("d8:completei3e8:intervali900e5:peers12:"
                + "\u00c0\u0000\u0002\u0001\u001a\u00e1\u00c0\u0000\u0002\u0002\u0000\u00006:peers618:"
                + " \u0001\r\u00b8\0\0\0\0\0\0\0\0\0\0\0\u0001\u001a\u00e2e"));
        assertThat(response.isSuccess()).isTrue();
        assertThat(response.getInterval()).isEqualTo(900);
        assertThat(peers(response))
                .as("port 0 is nobody's")
                .containsExactly("192.0.2.1:6881", "2001:db8:0:0:0:0:0:1:6882");
    }

    @Test
    void readsPeersInALongListAndLooksNoNameUp() {
        TrackerResponse response = AnnounceReply.http(bytes("d8:intervali-5e5:peersl"
                + "d2:ip9:192.0.2.14:porti6881ee"
                + "d2:ip12:peer.invalid4:porti6881ee"
                + "d2:ip9:192.0.2.24:porti70000ee"
                + "i7eee"));
        assertThat(peers(response)).containsExactly("192.0.2.1:6881");
        assertThat(response.getInterval()).isZero();
    }

    @Test
    void passesATrackersReasonOnWithoutWhatSteersATerminal() {
        TrackerResponse response = AnnounceReply.http(bytes("d14:failure reason7:go\u001b[2Jee"));
        assertThat(response.isSuccess()).isFalse();
        assertThat(response.getErrorMessage()).isEqualTo("go?[2Je");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "i5e",
                "<html>",
                "d",
                "d8:interval",
                "d8:intervali9999999999999999999999ee",
                "d5:peers99:abce",
                "d5:peers-1:e",
                "di1e1:ae",
                "d1:allllllllllllllleeeeeeeeeeeeeee"
            })
    void whatIsNoAnswerIsAFailureAndNoMore(String body) {
        assertThat(AnnounceReply.http(bytes(body)).isSuccess()).isFalse();
    }

    @Test
    void readsEveryKindOfValue() {
        Map<String, Object> read = Bencoded.dictionary(bytes("d1:ai-7e1:bli1ed1:c0:ee1:d2:xye"));
        assertThat(read.keySet()).containsExactlyInAnyOrder("a", "b", "d");
        assertThat(read.get("a")).isEqualTo(-7L);
        assertThat(read.get("d")).isEqualTo(bytes("xy"));
        assertThatIllegalArgumentException().isThrownBy(() -> Bencoded.dictionary(bytes("l1:ae")));
    }
}

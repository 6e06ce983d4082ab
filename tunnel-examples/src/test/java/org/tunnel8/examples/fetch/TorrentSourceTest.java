package org.tunnel8.examples.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TorrentSourceTest {
    private static final String HASH = "0123456789abcdef0123456789abcdef01234567";

    @TempDir
    Path folder;

    @Test
    void readsWhatAMagnetUriNames() throws Exception {
        MagnetLink magnet = MagnetLink.parse("magnet:?xt=urn:btih:" + HASH.toUpperCase(Locale.ROOT)
                + "&dn=two+words%20and%26more&tr=http%3A%2F%2Ft.example%2Fannounce%3Fkey%3Da%26b%3D1"
                + "&tr.2=udp%3A%2F%2Ft.example%3A6969&tr=https%3A%2F%2Ft.example&tr=wss%3A%2F%2Ft.example"
                + "&x.pe=192.0.2.1:6881&x.pe=[2001:db8::1]:6882&x.pe=peer.example:6883&ws=http%3A%2F%2Fw.example");
        assertThat(magnet.infoHash()).isEqualTo(HASH);
        assertThat(magnet.name()).isEqualTo("two+words and&more");
        assertThat(magnet.trackers()).containsExactly("http://t.example/announce?key=a&b=1", "udp://t.example:6969");
        assertThat(magnet.unreachableTrackers()).isEqualTo(2);
        assertThat(magnet.peers())
                .as("a peer that is named would have to be looked up")
                .containsExactly(
                        new InetSocketAddress(InetAddress.getByName("192.0.2.1"), 6881),
                        new InetSocketAddress(InetAddress.getByName("2001:db8::1"), 6882));
    }

    @Test
    void readsAnInfoHashInBase32() {
        // RFC 4648: 20 bytes are 32 digits.
        assertThat(MagnetLink.parse("magnet:?xt=urn:btih:AAAQEAYEAUDAOCAJBIFQYDIOB4IBCEQT")
                        .infoHash())
                .isEqualTo("000102030405060708090a0b0c0d0e0f10111213");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    magnet:?dn=x | names no version 1 info hash
                    magnet:?xt=urn:btmh:1220aa | names no version 1 info hash
                    magnet:?xt=urn:btih:123 | has 40 hexadecimal or 32 base32 digits
                    magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef01234567&dn=%zz | a broken escape
                    magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef01234567&xt=urn:btih:1123456789abcdef0123456789abcdef01234567 | several info hashes
                    missing.torrent | there is no file 'missing.torrent'
                    """)
    void saysWhatIsWrong(String text, String expected) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TorrentSource.of(text))
                .withMessageContaining(expected);
    }

    @Test
    void takesAFileThatBeginsAsATorrentDoesAndNoOther() throws Exception {
        Path file = Files.writeString(folder.resolve("a.torrent"), "d4:infode", StandardCharsets.US_ASCII);
        assertThat(((MetainfoFile) TorrentSource.of(file.toString())).bytes())
                .asString()
                .isEqualTo("d4:infode");
        Path page = Files.writeString(folder.resolve("b.torrent"), "<html>", StandardCharsets.US_ASCII);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TorrentSource.of(page.toString()))
                .withMessageContaining("is no .torrent file");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TorrentSource.of(folder.toString()))
                .withMessageContaining("cannot be read");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://t.example/announce",
                "HTTP://192.0.2.1:6969/a?b=c",
                "udp://t.example:80",
                "udp://[2001:db8::1]:80/x"
            })
    void plainHttpAndUdpCanBeAsked(String url) {
        assertThat(TrackerUrls.isReachable(url)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://t.example/announce",
                "wss://t.example",
                "udp://t.example",
                "http:///announce",
                "http://user@t.example/",
                "t.example",
                "http://a b/",
                ""
            })
    void nothingElseIsTried(String url) {
        assertThat(TrackerUrls.isReachable(url)).isFalse();
    }
}

package org.tunnel8.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyParserTest {
    private static @Nullable ParsedReply parse(String text) {
        return ReplyParser.parse(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static ParsedReply parsed(String text) {
        return Objects.requireNonNull(parse(text));
    }

    private static String body(ParsedReply reply) {
        return new String(reply.body().toBytes(), StandardCharsets.ISO_8859_1);
    }

    @Test
    void readsABodyOfAGivenLengthChunkedOrUpToTheEnd() {
        assertThat(body(parsed("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nle")))
                .isEqualTo("le");
        assertThat(body(parsed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nl\r\n1\r\ne\r\n0\r\n\r\n")))
                .isEqualTo("le");
        assertThat(body(parsed("HTTP/1.1 200 OK\r\n\r\nle"))).isEqualTo("le");
        assertThat(body(parsed("HTTP/1.1 307 Moved\r\nLocation: http://t/\r\n\r\n")))
                .isEmpty();
    }

    @Test
    void readsStatusAndHeaders() {
        ParsedReply reply = parsed("HTTP/1.0 404 No\r\nX-A: 1\r\nx-a: 2\r\nContent-Length: 0\r\n\r\n");
        assertThat(reply.status()).isEqualTo(404);
        assertThat(reply.headers()).containsEntry("x-a", List.of("1", "2"));
    }

    @Test
    void skipsAnInterimAnswer() {
        assertThat(parsed("HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nle")
                        .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "noise",
                "HTTP/1.1 200 OK\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nle",
                "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nle",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nle",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nle"
            })
    void readsNothingOutOfWhatIsNoWholeAnswer(String text) {
        assertThat(parse(text)).isNull();
    }

    @Test
    void refusesHeadersWithoutMeasure() {
        assertThat(parse("HTTP/1.1 200 OK\r\n" + "X: 123456789\r\n".repeat(2_000) + "\r\nle"))
                .isNull();
        assertThat(parse("HTTP/1.1 200 " + "O".repeat(5_000) + "\r\n\r\nle")).isNull();
    }

    @Test
    void throwsNothingWhateverBytesCome() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] whole = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX: y\r\n\r\n2\r\nle\r\n0\r\n\r\n"
                .getBytes(StandardCharsets.ISO_8859_1);
        for (int run = 0; run < 2_000; run++) {
            byte[] damaged = whole.clone();
            for (int i = 0; i <= random.nextInt(4); i++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            ParsedReply reply = ReplyParser.parse(damaged);
            assertThat(reply == null || reply.body().length() <= whole.length)
                    .as("seed %d, run %d", seed, run)
                    .isTrue();
        }
    }
}

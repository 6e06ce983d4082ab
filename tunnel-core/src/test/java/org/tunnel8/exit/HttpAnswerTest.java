package org.tunnel8.exit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers of servers, whole and byte by byte. */
class HttpAnswerTest {
    private static final String OK = "HTTP/1.1 200 OK\r\n";

    private static HttpAnswer.State answer(String text, boolean closes) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        HttpAnswer whole = new HttpAnswer();
        HttpAnswer.State atOnce = whole.add(bytes, 0, bytes.length);
        HttpAnswer piecemeal = new HttpAnswer();
        HttpAnswer.State inBytes = HttpAnswer.State.HEAD;
        for (int i = 0; i < bytes.length; i++) {
            inBytes = piecemeal.add(bytes, i, 1);
        }
        // After the last byte a longer answer would be refused; one that comes alone is done before.
        boolean settled = atOnce == HttpAnswer.State.REFUSED || inBytes == HttpAnswer.State.REFUSED;
        assertThat(inBytes).as("byte by byte").isEqualTo(settled ? inBytes : atOnce);
        if (atOnce == HttpAnswer.State.PASSED) {
            assertThat(whole.toBytes()).isEqualTo(bytes);
        }
        return closes ? whole.end() : atOnce;
    }

    @Test
    void passesABencodedBodyOfTheAnnouncedLength() {
        assertThat(answer(OK + "Content-Length: 8\r\n\r\nd1:ai1ee", false)).isEqualTo(HttpAnswer.State.PASSED);
    }

    @Test
    void passesABencodedBodyThatEndsWithTheConnection() {
        String text = OK + "Server: x\r\n\r\nd1:ai1ee";
        assertThat(answer(text, false)).isEqualTo(HttpAnswer.State.BODY);
        assertThat(answer(text, true)).isEqualTo(HttpAnswer.State.PASSED);
    }

    @Test
    void passesAChunkedBodyThatIsBencodedOnceTakenApart() {
        String head = OK + "transfer-encoding: Chunked\r\n\r\n";
        assertThat(answer(head + "3\r\nd1:\r\n5;x=y\r\nai1ee\r\n0\r\n\r\n", false))
                .isEqualTo(HttpAnswer.State.PASSED);
        assertThat(answer(head + "8\r\nd1:ai1ee\r\n0\r\nTrailer: x\r\n\r\n", false))
                .isEqualTo(HttpAnswer.State.PASSED);
    }

    @Test
    void passesARedirectionWhateverItsBody() {
        String head = "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://t/\r\n";
        assertThat(answer(head + "Content-Length: 0\r\n\r\n", false)).isEqualTo(HttpAnswer.State.PASSED);
        assertThat(answer(head + "\r\n", true)).isEqualTo(HttpAnswer.State.PASSED);
        assertThat(answer(head + "Content-Length: 5\r\n\r\nmoved", false)).isEqualTo(HttpAnswer.State.PASSED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>",
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nlex",
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nle",
                "HTTP/1.1 200 OK\r\nContent-Length: 70000\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nle",
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nle",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nle",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nle",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nle\r\n0\r\n\r\nmore",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n<html>\r\n0\r\n\r\n",
                "SSH-2.0-x\r\n\r\n",
                "220 mail\r\n\r\n"
            })
    void refusesAtOnce(String text) {
        assertThat(answer(text, false)).isEqualTo(HttpAnswer.State.REFUSED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HTTP/1.1 200 OK\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nd1:ai1ee",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nle\r\n",
                "HTTP/1.1 200 OK\r\n\r\n<html>"
            })
    void refusesWhatIsCutShort(String text) {
        assertThat(answer(text, true)).isEqualTo(HttpAnswer.State.REFUSED);
    }

    @Test
    void refusesAHeadWithoutEnd() {
        HttpAnswer answer = new HttpAnswer();
        byte[] line = "X: 123456789012345678901234567890\r\n".getBytes(StandardCharsets.ISO_8859_1);
        int lines = 0;
        while (answer.add(line, 0, line.length) == HttpAnswer.State.HEAD) {
            lines++;
        }
        assertThat(lines * line.length).isLessThanOrEqualTo(HttpAnswer.MAX_HEAD_BYTES);
    }

    @Test
    void refusesABodyWithoutEnd() {
        HttpAnswer answer = new HttpAnswer();
        byte[] head = (OK + "\r\n99999:").getBytes(StandardCharsets.ISO_8859_1);
        answer.add(head, 0, head.length);
        byte[] more = new byte[1_000];
        int taken = 0;
        while (answer.add(more, 0, more.length) == HttpAnswer.State.BODY) {
            taken += more.length;
        }
        assertThat(taken).isLessThanOrEqualTo(HttpAnswer.MAX_BYTES);
    }
}

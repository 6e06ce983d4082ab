package org.tunnel8.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tunnel8.http.ReplyCollector.State;

class ReplyCollectorTest {
    private static final int MOST = 1_000;

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static State add(ReplyCollector collector, String text) {
        return collector.add(bytes(text), 0, text.length());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ni42e",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ni42e\r\n0\r\n\r\n",
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ni42e",
                "HTTP/1.1 204 No Content\r\n\r\n",
            })
    void isCompleteWithItsLastByteHoweverItComes(String answer) {
        try (ReplyCollector collector = new ReplyCollector(MOST)) {
            for (int i = 0; i < answer.length() - 1; i++) {
                assertThat(add(collector, answer.substring(i, i + 1)))
                        .as("after %d bytes", i + 1)
                        .isEqualTo(State.MORE);
            }
            assertThat(add(collector, answer.substring(answer.length() - 1))).isEqualTo(State.COMPLETE);
            assertThat(collector.bytes()).isEqualTo(bytes(answer));
        }
    }

    @Test
    void aBodyWithoutALengthEndsWithTheConnection() {
        try (ReplyCollector collector = new ReplyCollector(MOST)) {
            assertThat(add(collector, "HTTP/1.1 200 OK\r\n\r\ni42e")).isEqualTo(State.MORE);
            assertThat(collector.end()).isEqualTo(State.COMPLETE);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ni42"})
    void whatIsCutShortIsBroken(String answer) {
        try (ReplyCollector collector = new ReplyCollector(MOST)) {
            assertThat(add(collector, answer)).isEqualTo(State.MORE);
            assertThat(collector.end()).isEqualTo(State.BROKEN);
        }
    }

    @Test
    void whatIsNoHttpOrTooLongIsBroken() {
        try (ReplyCollector collector = new ReplyCollector(MOST)) {
            assertThat(add(collector, "220 mail.example ESMTP\r\n\r\n")).isEqualTo(State.BROKEN);
        }
        try (ReplyCollector collector = new ReplyCollector(MOST)) {
            assertThat(add(collector, "HTTP/1.1 200 OK\r\n\r\n")).isEqualTo(State.MORE);
            assertThat(add(collector, "x".repeat(MOST))).isEqualTo(State.BROKEN);
        }
    }
}

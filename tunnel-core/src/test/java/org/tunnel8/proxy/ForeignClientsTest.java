package org.tunnel8.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients that others wrote ask for a stream, and must see that the proxy refuses it. */
class ForeignClientsTest {
    /** curl: "proxy handshake error". */
    private static final int CURL_PROXY_ERROR = 97;

    private ProxyFixture proxy;

    @BeforeEach
    void start() throws Exception {
        proxy = new ProxyFixture(Socks5Settings.defaults());
    }

    @AfterEach
    void stop() throws Exception {
        proxy.close();
    }

    @Test
    void javaUnderstandsThatStreamsAreNotOffered() throws Exception {
        try (Socket socket = new Socket(new Proxy(Proxy.Type.SOCKS, proxy.server.address()))) {
            socket.setSoTimeout(SocksClient.PATIENCE_MILLIS);
            assertThatThrownBy(() -> socket.connect(InetSocketAddress.createUnresolved("example.org", 80)))
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("Command not supported");
        }
        assertThat(proxy.refused(Socks5Refusal.CONNECT)).isEqualTo(1);
    }

    @Test
    void curlUnderstandsThatStreamsAreNotOffered() throws Exception {
        assertCurlRefused("--socks5");
        assertThat(proxy.refused(Socks5Refusal.CONNECT)).isEqualTo(1);
    }

    @Test
    void curlWithARemoteNameUnderstandsItToo() throws Exception {
        assertCurlRefused("--socks5-hostname");
        assertThat(proxy.refused(Socks5Refusal.CONNECT)).isEqualTo(1);
    }

    private void assertCurlRefused(String option) throws Exception {
        assumeTrue(onPath("curl"), "curl is not installed");
        InetSocketAddress address = proxy.server.address();
        List<String> command = new ArrayList<>(List.of("curl", "-q", "-sS", "--max-time", "10", "--noproxy", ""));
        command.addAll(List.of(option, "127.0.0.1:" + address.getPort(), "http://127.0.0.1:9/"));
        Process curl = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(curl.waitFor(SocksClient.PATIENCE_MILLIS, TimeUnit.MILLISECONDS))
                .isTrue();
        assertThat(curl.exitValue()).as(output).isEqualTo(CURL_PROXY_ERROR);
        assertThat(output).contains("(7)");
    }

    private static boolean onPath(String program) {
        String path = System.getenv("PATH");
        return path != null
                && Arrays.stream(path.split(File.pathSeparator))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }
}

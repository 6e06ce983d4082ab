package org.tunnel8.examples.endure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tunnel8.TunnelNetwork;
import org.tunnel8.crypto.PublicKey;

class NodeProcessTest {
    private static final TunnelNetwork NETWORK =
            TunnelNetwork.of(TunnelNetwork.tribler().communityId(), List.of());

    @Test
    void comesBackAsTheSamePeerAtTheSameAddress(@TempDir Path folder) throws Exception {
        try (NodeProcess node = node(folder)) {
            node.restart().get(60, TimeUnit.SECONDS);
            InetSocketAddress address = node.address();
            PublicKey key = node.key();
            assertThat(address.getPort()).isPositive();
            node.kill();
            node.restart().get(60, TimeUnit.SECONDS);
            assertThat(node.address()).isEqualTo(address);
            assertThat(node.key()).isEqualTo(key);
            assertThat(node.label()).isEqualTo(key.toString());
        }
    }

    @Test
    void saysSoWhenItEndsByItselfInsteadOfStarting(@TempDir Path folder) {
        try (NodeProcess node = node(folder.resolve("missing"))) { // where its key cannot be written
            assertThatThrownBy(() -> node.restart().get(60, TimeUnit.SECONDS))
                    .hasMessageContaining("ended before it was ready");
            assertThatThrownBy(node::kill).hasMessageContaining("had ended by itself, with status 1");
        }
    }

    private static NodeProcess node(Path folder) {
        return new NodeProcess("node", NodeProcess.BOOTSTRAP, ProcessNetwork.freeAddress(9), NETWORK, folder);
    }
}

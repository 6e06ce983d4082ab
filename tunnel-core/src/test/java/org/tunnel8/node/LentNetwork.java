package org.tunnel8.node;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.tunnel8.TunnelClient;
import org.tunnel8.testing.EmbeddedNetwork;
import org.tunnel8.transport.PortRange;

/**
 * A network on real sockets with one relay that the test describes: every circuit of two hops runs through it, to one
 * exit and an outside socket that counts what comes.
 */
final class LentNetwork implements AutoCloseable {
    static final Duration LIMIT = Duration.ofSeconds(30);
    static final int PAYLOAD_BYTES = OutsideLoad.PAYLOAD_BYTES;

    private final EmbeddedNetwork network;
    private final TunnelNode relay;
    private final OutsideLoad outside;
    private final List<TunnelClient> clients = new ArrayList<>();

    LentNetwork(UnaryOperator<TunnelNodeBuilder> described) throws Exception {
        network = EmbeddedNetwork.builder().relays(0).exits(1).build();
        network.start().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        relay = described
                .apply(TunnelNode.builder()
                        .name("lent-relay")
                        .network(network.network())
                        .listen(network.clientAddress(200), PortRange.any()))
                .build();
        relay.start().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        outside = new OutsideLoad(InetAddress.getLoopbackAddress());
    }

    TunnelNode relay() {
        return relay;
    }

    TunnelNode exit() {
        return network.exits().get(0);
    }

    EmbeddedNetwork embedded() {
        return network;
    }

    /** Starts a client and waits for its circuit, the only one it has. */
    TunnelClient client(int hops) throws Exception {
        TunnelClient client = TunnelClient.builder()
                .network(network.network())
                .bind(network.clientAddress(clients.size() + 1))
                .hops(hops)
                .circuits(1, 0)
                .minPeers(hops)
                .build();
        clients.add(client);
        client.start().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        client.whenReady(LIMIT).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        return client;
    }

    Future<?> load(TunnelClient client, int number, long bytesPerSecond, boolean echoed) {
        return outside.load(client, number, bytesPerSecond, echoed);
    }

    long bytesOf(int number) {
        return outside.bytesOf(number);
    }

    long echoesOf(int number) {
        return outside.echoesOf(number);
    }

    CompletableFuture<Void> after(Duration time) {
        return outside.after(time);
    }

    @Override
    public void close() {
        outside.close();
        clients.forEach(TunnelClient::close);
        relay.close();
        network.close();
    }
}

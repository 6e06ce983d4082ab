package org.tunnel8.kernel;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;
import org.tunnel8.TunnelClient;
import org.tunnel8.TunnelNetwork;
import org.tunnel8.node.NodeRole;
import org.tunnel8.node.NodeStatus;
import org.tunnel8.node.OutsideLoad;
import org.tunnel8.node.TunnelNode;
import org.tunnel8.transport.PortRange;
import org.tunnel8.transport.SendFailure;

/**
 * Both sides of {@code src/test/nat/full-line.sh}, each in a process of its own. With a process id as its argument it is
 * everybody but the relay: bootstrap server, exit, ten clients and the outside; it starts the relay on the other host. With
 * {@code relay} and the server's port it is that relay, answers each line with its counts, and ends with its input.
 */
final class FullLineAgent {
    /** Before each line that is meant for the test. */
    static final String ANSWER = "answer ";

    /** What 40 Mbit/s carry. */
    private static final long LINE_BYTES_PER_SECOND = 5_000_000;

    private static final int CLIENTS = 10;
    private static final String COMMUNITY = "66756c6c2d6c696e652d746573742d2d2d2d2d2d";
    private static final Duration LIMIT = Duration.ofSeconds(30);
    /** The sockets' own buffers take a second or two to fill. */
    private static final Duration WARM_UP = Duration.ofSeconds(6);

    private static final Duration MEASURED = Duration.ofSeconds(6);

    private FullLineAgent() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments[0].equals("relay")) {
            relay(Integer.parseInt(arguments[1]));
        } else {
            everybodyElse(arguments[0]);
        }
    }

    private static InetAddress host(int number) throws Exception {
        return InetAddress.getByAddress(new byte[] {10, 9, 0, (byte) number});
    }

    private static TunnelNode node(int host, Collection<NodeRole> roles, List<InetSocketAddress> bootstrap)
            throws Exception {
        TunnelNode node = TunnelNode.builder()
                .roles(roles)
                .listen(host(host), PortRange.any())
                .network(TunnelNetwork.of(COMMUNITY, bootstrap))
                .build();
        node.start().join();
        return node;
    }

    private static void relay(int bootstrapPort) throws Exception {
        try (TunnelNode relay =
                node(200, List.of(NodeRole.RELAY), List.of(new InetSocketAddress(host(3), bootstrapPort)))) {
            System.out.println("ready");
            BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            while (questions.readLine() != null) {
                NodeStatus status = relay.status();
                System.out.println(status.drops().getOrDefault("UPLINK_FULL", 0L) + " "
                        + status.port().dropped(SendFailure.SEND_QUEUE_FULL) + " "
                        + status.port().sentBytes());
            }
        }
    }

    private static void everybodyElse(String relayHost) throws Exception {
        List<AutoCloseable> open = new ArrayList<>();
        TunnelNode server = node(3, List.of(NodeRole.BOOTSTRAP), List.of());
        open.add(server);
        open.add(node(2, List.of(NodeRole.EXIT_BT), List.of(server.address())));
        Process relay = new ProcessBuilder(
                        "nsenter",
                        "-t",
                        relayHost,
                        "-n",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        FullLineAgent.class.getName(),
                        "relay",
                        Integer.toString(server.address().getPort()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader told = relay.inputReader(StandardCharsets.UTF_8);
        hear(told, "ready");
        OutsideLoad load = new OutsideLoad(host(1));
        for (int i = 0; i < CLIENTS; i++) {
            TunnelClient client = TunnelClient.builder()
                    .network(TunnelNetwork.of(COMMUNITY, List.of(server.address())))
                    .bind(host(11 + i))
                    .hops(2)
                    .circuits(1, 0)
                    .minPeers(2)
                    .build();
            open.add(client);
            client.start().join();
            client.whenReady(LIMIT).join();
            // From 1 to 3.25 times an equal share.
            var unused = load.load(client, i, LINE_BYTES_PER_SECOND / CLIENTS * (4 + i) / 4, false);
        }
        load.after(WARM_UP).join();
        List<Long> before = IntStream.range(0, CLIENTS).mapToObj(load::bytesOf).toList();
        load.after(MEASURED).join();
        List<Long> shares = IntStream.range(0, CLIENTS)
                .mapToObj(i -> load.bytesOf(i) - before.get(i))
                .toList();
        relay.outputWriter(StandardCharsets.UTF_8).append('\n').flush();
        String counts = hear(told, "");
        long all = shares.stream().mapToLong(Long::longValue).sum();
        System.out.println(
                ANSWER + OutsideLoad.jain(shares) + " " + all / MEASURED.toSeconds() + " " + counts + " " + shares);
        relay.destroy();
        load.close();
        for (AutoCloseable one : open) {
            one.close();
        }
    }

    private static String hear(BufferedReader from, String prefix) throws Exception {
        for (String line = from.readLine(); line != null; line = from.readLine()) {
            if (line.startsWith(prefix) && !(prefix.isEmpty() && !line.matches("[0-9 ]+"))) {
                return line;
            }
        }
        throw new IllegalStateException("the relay has ended");
    }
}

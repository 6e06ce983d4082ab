package org.tunnel8.examples.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.tunnel8.TunnelNetwork;
import org.tunnel8.node.NodeRole;
import org.tunnel8.node.NodeStatus;
import org.tunnel8.node.TunnelNode;
import org.tunnel8.node.TunnelNodeBuilder;
import org.tunnel8.transport.PortRange;

/**
 * Relays in a process of their own, so that its heap holds nothing of what loads them. {@link RelayUnderTest} is the other
 * end of its standard input and output:
 *
 * <pre>
 * at the start    for each relay: its port, its public key in hexadecimal digits, its layer cipher's name
 * "heap"          bytes of the heap that are used after a collection
 * "work N"        of relay N: its thread's CPU time in nanoseconds, the cells it passed on, the circuits that run through it
 * end of input    the process ends
 * </pre>
 */
public final class RelayProcess {
    /** Far more than are built in a second: what is measured is not how creates are rationed. */
    private static final int CREATES_PER_SECOND = 10_000;

    /** Besides the circuits wanted, some that were given up and have not been forgotten yet. */
    private static final int SPARE_ENTRIES = 1_000;

    private static final int COLLECTIONS = 3;

    private RelayProcess() {}

    /**
     * Runs relays until the end of standard input.
     *
     * @param arguments how many circuits each is to carry, the layer cipher or {@code -} for the fastest, and the loopback
     *     addresses to listen on, one for each relay
     * @throws IOException if standard input cannot be read
     */
    public static void main(String[] arguments) throws IOException {
        int circuits = Integer.parseInt(arguments[0]);
        List<TunnelNode> relays = new ArrayList<>();
        try {
            for (int i = 2; i < arguments.length; i++) {
                TunnelNode relay = relay(circuits, arguments[1], InetAddress.getByName(arguments[i]));
                relays.add(relay);
                relay.start().join();
                System.out.println(relay.address().getPort() + " "
                        + HexFormat.of().formatHex(relay.publicKey()) + " "
                        + relay.status().layerCipher());
            }
            BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            answer(questions, System.out, relays);
        } finally {
            relays.forEach(TunnelNode::close);
        }
    }

    private static TunnelNode relay(int circuits, String cipher, InetAddress address) {
        TunnelNodeBuilder builder = TunnelNode.builder()
                .name("bench-relay")
                .roles(List.of(NodeRole.RELAY))
                .listen(address, PortRange.any())
                .network(TunnelNetwork.of(TunnelNetwork.tribler().communityId(), List.of()))
                .maxJoinedCircuits(2 * circuits + SPARE_ENTRIES)
                // The load may have one address for all circuits.
                .maxPerAddress(2 * circuits + SPARE_ENTRIES)
                .maxPerNeighbour(2 * circuits + SPARE_ENTRIES)
                .createsPerSecond(CREATES_PER_SECOND);
        if (!cipher.equals("-")) {
            builder.layerCipher(cipher);
        }
        return builder.build();
    }

    private static void answer(BufferedReader questions, PrintStream answers, List<TunnelNode> relays)
            throws IOException {
        for (String line = questions.readLine(); line != null; line = questions.readLine()) {
            String[] words = line.split(" ", -1);
            if (words[0].equals("heap")) {
                answers.println(usedHeapBytes());
            } else {
                TunnelNode relay = relays.get(Integer.parseInt(words[1]));
                NodeStatus status = relay.status();
                answers.println(relay.cpuTime().toNanos() + " "
                        + status.traffic().cellsRelayed() + " " + status.relayedCircuits());
            }
        }
    }

    private static long usedHeapBytes() {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}

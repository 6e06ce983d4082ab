package org.tunnel8.simulation;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.tunnel8.node.NodeRole;

/**
 * Which nodes get to know each other that are behind which NATs: each kind against each, introduced by one bootstrap
 * server, over ways that lose nothing; and two behind one router. Immutable.
 *
 * <p>Where two get to know each other, a handshake was complete in both tables: packets pass both ways. The one that comes
 * second is introduced to the first; each pair is tried in both orders.
 */
public final class NatMatrix {
    private static final int SERVER_PORT = 6_421;
    private static final int CELL_COLUMNS = 20;

    /** Long enough for a handshake with all its repetitions (FR-012), and for the first to ask again. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** The first is known to the bootstrap server by then. */
    private static final Duration HEAD_START = Duration.ofSeconds(2);

    private final Map<Placement, Map<Placement, Boolean>> apart;
    private final Map<Placement, Boolean> together;
    private final Map<Placement, Boolean> hairpinned;

    private NatMatrix(
            Map<Placement, Map<Placement, Boolean>> apart,
            Map<Placement, Boolean> together,
            Map<Placement, Boolean> hairpinned) {
        this.apart = apart;
        this.together = together;
        this.hairpinned = hairpinned;
    }

    /**
     * Tries every pair.
     *
     * @param seed decides ports and the like
     * @param signatures what nodes sign with
     * @return what came out
     */
    public static NatMatrix measure(long seed, SignatureMode signatures) {
        Map<Placement, Map<Placement, Boolean>> apart = new EnumMap<>(Placement.class);
        Map<Placement, Boolean> together = new EnumMap<>(Placement.class);
        Map<Placement, Boolean> hairpinned = new EnumMap<>(Placement.class);
        for (Placement first : Placement.values()) {
            Map<Placement, Boolean> row = new EnumMap<>(Placement.class);
            for (Placement second : Placement.values()) {
                row.put(second, new Trial(seed, signatures).apart(first, second));
            }
            apart.put(first, row);
            NatKind kind = first.natKind();
            if (kind != null) {
                together.put(first, new Trial(seed, signatures).together(kind, false));
                hairpinned.put(first, new Trial(seed, signatures).together(kind, true));
            }
        }
        return new NatMatrix(apart, together, hairpinned);
    }

    /**
     * Tells whether two got to know each other that were behind routers of their own.
     *
     * @param first who was there first
     * @param second who was introduced to the first
     * @return true if they did
     */
    public boolean connects(Placement first, Placement second) {
        return Boolean.TRUE.equals(apart.getOrDefault(first, Map.of()).get(second));
    }

    /**
     * Tells whether two got to know each other that were behind the same router.
     *
     * @param router its kind; a public address is no router
     * @param hairpin whether the router sends back what is sent to its outside
     * @return true if they did
     */
    public boolean connectsTogether(Placement router, boolean hairpin) {
        return Boolean.TRUE.equals((hairpin ? hairpinned : together).get(router));
    }

    /**
     * The matrix as a table: a row for each way of being connected that the first may have, a column for the second's; then
     * two columns for two behind one router, without and with hairpinning.
     *
     * @return the heading, and one line for each row
     */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        StringBuilder heading = new StringBuilder(cell(""));
        for (Placement second : Placement.values()) {
            heading.append(cell(second.label()));
        }
        lines.add(heading.append(cell("one router")).append("with hairpin").toString());
        for (Placement first : Placement.values()) {
            StringBuilder row = new StringBuilder(cell(first.label()));
            for (Placement second : Placement.values()) {
                row.append(cell(yes(connects(first, second))));
            }
            boolean router = first.natKind() != null;
            row.append(cell(router ? yes(connectsTogether(first, false)) : "-"));
            lines.add(row.append(router ? yes(connectsTogether(first, true)) : "-")
                    .toString());
        }
        return lines;
    }

    private static String cell(String text) {
        return text + " ".repeat(CELL_COLUMNS - text.length());
    }

    private static String yes(boolean connects) {
        return connects ? "yes" : "no";
    }

    /** One pair and one bootstrap server. */
    private static final class Trial {
        private final SimulatedNetwork network;
        private final InetSocketAddress server;

        Trial(long seed, SignatureMode signatures) {
            network = new SimulatedNetwork(seed, signatures);
            SimulatedHost host = network.host(address(130, 161, 119, 206));
            server = new InetSocketAddress(host.address(), SERVER_PORT);
            SimulatedNode.builder(host)
                    .port(SERVER_PORT)
                    .roles(List.of(NodeRole.BOOTSTRAP))
                    .start();
        }

        boolean apart(Placement first, Placement second) {
            return meet(host(first, 20), host(second, 30));
        }

        boolean together(NatKind kind, boolean hairpin) {
            NatBox box = network.nat(NatSettings.of(kind).withHairpin(hairpin), address(20, 1, 1, 1));
            return meet(network.behind(box, address(192, 168, 1, 2)), network.behind(box, address(192, 168, 1, 3)));
        }

        private SimulatedHost host(Placement placement, int firstOctet) {
            NatKind kind = placement.natKind();
            InetAddress outside = address(firstOctet, 1, 1, 1);
            return kind == null
                    ? network.host(outside)
                    : network.behind(network.nat(NatSettings.of(kind), outside), address(192, 168, 1, 2));
        }

        private boolean meet(SimulatedHost one, SimulatedHost other) {
            SimulatedNode first = node(one);
            network.runFor(HEAD_START);
            SimulatedNode second = node(other);
            return network.runUntil(() -> knows(first, second) && knows(second, first), PATIENCE);
        }

        private SimulatedNode node(SimulatedHost host) {
            return SimulatedNode.builder(host).bootstrap(List.of(server)).start();
        }

        private static boolean knows(SimulatedNode node, SimulatedNode other) {
            return node.engine().peers().byKey(other.publicKey()) != null;
        }

        private static InetAddress address(int a, int b, int c, int d) {
            try {
                return InetAddress.getByAddress(new byte[] {(byte) a, (byte) b, (byte) c, (byte) d});
            } catch (UnknownHostException e) {
                throw new AssertionError("four bytes are an address", e);
            }
        }
    }
}

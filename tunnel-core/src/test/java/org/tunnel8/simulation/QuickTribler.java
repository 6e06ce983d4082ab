package org.tunnel8.simulation;

import static org.tunnel8.simulation.Mailbox.ip;

import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.tunnel8.node.NodeRole;

/** A network like Tribler's with one measured client: what a run costs, and that it repeats. */
final class QuickTribler {
    static final int SERVERS = 13;
    private static final int DEAD_SERVERS = 4;
    private static final Duration MEAN_UPTIME = Duration.ofMinutes(40);

    private final SimulatedNetwork network;
    private final SeededRandom random;
    private final List<InetSocketAddress> bootstrap = new ArrayList<>();
    private final List<SimulatedNode> peers = new ArrayList<>();

    QuickTribler(long seed, int size, SignatureMode signatures, Duration joining) {
        network = new SimulatedNetwork(seed, signatures).links(LinkSettings.internet());
        random = network.random();
        for (int i = 0; i < SERVERS; i++) {
            SimulatedHost host = network.host(network.publicAddress());
            bootstrap.add(new InetSocketAddress(host.address(), 6421));
            if (i >= DEAD_SERVERS) {
                SimulatedNode.builder(host)
                        .port(6421)
                        .roles(EnumSet.of(NodeRole.BOOTSTRAP))
                        .start();
            }
        }
        for (int i = 0; i < size; i++) {
            boolean exit = i < size * 8 / 100;
            SimulatedHost host = hostOf(exit ? 0 : random.nextInt(100));
            network.after(Duration.ofNanos(random.nextLong(joining.toNanos())), () -> live(host, exit));
        }
    }

    private void live(SimulatedHost host, boolean exit) {
        Set<NodeRole> roles = EnumSet.of(NodeRole.RELAY, NodeRole.SPEED_TEST);
        if (exit) {
            roles.add(NodeRole.EXIT_BT);
        }
        SimulatedNode node =
                SimulatedNode.builder(host).roles(roles).bootstrap(bootstrap).start();
        peers.add(node);
        long uptime = (long) (-StrictMath.log(1 - random.nextDouble()) * MEAN_UPTIME.toNanos());
        network.after(Duration.ofNanos(uptime), () -> {
            node.die();
            peers.remove(node);
            network.after(Duration.ofSeconds(5), () -> live(host, exit));
        });
    }

    /** A host behind nothing or a NAT box of its own, by a number below 100. */
    SimulatedHost hostOf(int drawn) {
        if (drawn < 20) {
            return network.host(network.publicAddress());
        }
        NatKind kind = drawn < 80 ? NatKind.PORT_RESTRICTED : NatKind.SYMMETRIC;
        return network.behind(network.nat(NatSettings.of(kind), network.publicAddress()), ip("192.168.1.2"));
    }

    SimulatedNetwork network() {
        return network;
    }

    SimulatedNode client(SimulatedHost host) {
        return SimulatedNode.builder(host)
                .roles(Set.of())
                .bootstrap(bootstrap)
                .circuits(3, 1, 20)
                .start();
    }

    /** Of the running thread alone: what the machine does besides does not count, nor what the compiler takes. */
    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    /** Arguments: first seed, seeds, peers, seconds of joining, seconds of measuring, REAL or REPLACED. */
    public static void main(String[] args) {
        long first = Long.parseLong(args[0]);
        for (long seed = first; seed < first + Long.parseLong(args[1]); seed++) {
            long began = cpuNanos();
            QuickTribler run = new QuickTribler(
                    seed,
                    Integer.parseInt(args[2]),
                    SignatureMode.valueOf(args[5]),
                    Duration.ofSeconds(Long.parseLong(args[3])));
            SimulatedNetwork network = run.network();
            java.util.Map<String, Integer> kinds = new java.util.TreeMap<>();
            if (args.length > 6) {
                network.observe(p -> kinds.merge(
                        java.util.HexFormat.of().toHexDigits((short) p.bytes()[20]) + " " + p.messageId(),
                        1,
                        Integer::sum));
            }
            network.runFor(Duration.ofSeconds(Long.parseLong(args[3])));
            long joined = cpuNanos();
            String before = network.log().datagrams() + " datagrams";
            SimulatedNode client = run.client(run.hostOf((int) (seed % 100) * 37 % 100));
            long start = network.nowNanos();
            StringBuilder known = new StringBuilder();
            for (int i = 0; i < Long.parseLong(args[4]); i += 5) {
                network.runFor(Duration.ofSeconds(5));
                if (known.length() < 60) {
                    known.append(' ').append(client.engine().peers().size());
                }
            }
            if (args.length > 6) {
                System.out.println(kinds);
            }
            int most = 0;
            long sum = 0;
            for (SimulatedNode peer : run.peers) {
                int size = peer.engine().peers().size();
                sum += size;
                most = Math.max(most, size);
            }
            System.out.printf(
                    "seed %d: %s, %d datagrams, %d events, digest %s; peers of client%s, of others %.1f, at most %d;"
                            + " %.2f s of processor time joining + %.2f s for %d s%n",
                    seed,
                    before,
                    network.log().datagrams(),
                    network.events(),
                    network.log().digest(),
                    known,
                    sum / (double) run.peers.size(),
                    most,
                    (joined - began) / 1e9,
                    (cpuNanos() - joined) / 1e9,
                    (network.nowNanos() - start) / 1_000_000_000);
        }
    }
}

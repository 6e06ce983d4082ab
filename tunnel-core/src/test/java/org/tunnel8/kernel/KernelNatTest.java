package org.tunnel8.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.tunnel8.walk.NatType;
import org.tunnel8.wire.walk.PeerFlags;

/** Nodes of ours behind the NATs of the kernel connect, and are named, as the simulator's matrix says. */
@Tag("netns")
class KernelNatTest {
    private static final Duration LIMIT = Duration.ofSeconds(40);
    /** For pairs that cannot connect: time to try in vain. */
    private static final Duration PATIENCE = Duration.ofSeconds(8);

    private static final String RELAY = Integer.toString(PeerFlags.RELAY);
    private static final String EXIT = Integer.toString(PeerFlags.RELAY | PeerFlags.EXIT_BT);

    private static final Map<String, NatType> NODES = Map.of(
            "relay", NatType.OPEN,
            "exit", NatType.OPEN,
            "cone1", NatType.CONE,
            "cone2", NatType.CONE,
            "symmetric1", NatType.SYMMETRIC,
            "symmetric2", NatType.SYMMETRIC);

    private static NatLab lab;

    @BeforeAll
    static void startNodes() throws Exception {
        NatLab.assumePossible();
        lab = NatLab.open();
        lab.start("bootstrap", "server", "-", 0);
        lab.start("relay", RELAY, "bootstrap", 0);
        lab.start("exit", EXIT, "bootstrap", 0);
        lab.start("cone1", RELAY, "bootstrap", 2);
        lab.start("cone2", RELAY, "bootstrap", 0);
        lab.start("symmetric1", RELAY, "bootstrap", 2);
        lab.start("symmetric2", RELAY, "bootstrap", 0);
        lab.awaitStarted();
    }

    @AfterAll
    static void endAll() throws IOException {
        if (lab != null) {
            lab.close();
        }
    }

    /** Whether two nodes can connect: port-restricted and symmetric NATs as in the simulator's matrix. */
    private static boolean canConnect(NatType one, NatType other) {
        return one == NatType.OPEN || other == NatType.OPEN || (one == NatType.CONE && other == NatType.CONE);
    }

    @Test
    void connectAsTheMatrixSaysAndKnowWhatTheyAreBehind() throws Exception {
        long begin = System.nanoTime();
        await().atMost(LIMIT).pollInterval(Duration.ofMillis(500)).untilAsserted(() -> {
            assertThat(missing()).as("pairs that can connect and did not").isEmpty();
            for (Map.Entry<String, NatType> node : NODES.entrySet()) {
                assertThat(lab.natOf(node.getKey())).as(node.getKey()).startsWith(node.getValue() + " ");
            }
        });
        System.out.printf("kernel NAT: connected and named after %d ms%n", (System.nanoTime() - begin) / 1_000_000);
        await().atMost(LIMIT).untilAsserted(() -> {
            assertThat(lab.circuitsOf("cone1")).as("circuits of cone1").isEqualTo(1);
            assertThat(lab.circuitsOf("symmetric1"))
                    .as("circuits of symmetric1")
                    .isEqualTo(1);
        });
        await().during(PATIENCE)
                .atMost(PATIENCE.plusSeconds(5))
                .pollInterval(Duration.ofSeconds(1))
                .untilAsserted(() -> assertThat(unexpected())
                        .as("pairs that cannot connect and did")
                        .isEmpty());
        for (String node : NODES.keySet()) {
            System.out.println("kernel NAT: " + node + ": " + lab.natOf(node) + " knows " + lab.peersOf(node));
        }
    }

    private static List<String> missing() throws IOException {
        return pairs(true);
    }

    private static List<String> unexpected() throws IOException {
        return pairs(false);
    }

    /** The pairs whose connection is not what it could be. */
    private static List<String> pairs(boolean possible) throws IOException {
        List<String> wrong = new ArrayList<>();
        for (Map.Entry<String, NatType> node : NODES.entrySet()) {
            Set<String> known = lab.peersOf(node.getKey());
            for (Map.Entry<String, NatType> other : NODES.entrySet()) {
                if (!node.equals(other)
                        && canConnect(node.getValue(), other.getValue()) == possible
                        && known.contains(other.getKey()) != possible) {
                    wrong.add(node.getKey() + " and " + other.getKey());
                }
            }
        }
        return wrong;
    }
}

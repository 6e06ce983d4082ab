package org.tunnel8.kernel;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.tunnel8.circuit.CircuitPool;
import org.tunnel8.circuit.CircuitSettings;
import org.tunnel8.crypto.IdentityKey;
import org.tunnel8.driver.DriverSettings;
import org.tunnel8.driver.EngineDriver;
import org.tunnel8.driver.LocalAddresses;
import org.tunnel8.engine.EngineListener;
import org.tunnel8.engine.TunnelEngine;
import org.tunnel8.peer.Peer;
import org.tunnel8.relay.RelaySettings;
import org.tunnel8.transport.PortRange;
import org.tunnel8.walk.DiscoverySettings;
import org.tunnel8.wire.Address;
import org.tunnel8.wire.CommunityId;
import org.tunnel8.wire.IpAddress;
import org.tunnel8.wire.walk.PeerFlags;

/**
 * A node of ours as a process of its own: the driver that clients and nodes run on, on a real port. It answers questions
 * on its standard input, and ends with that.
 *
 * <p>Arguments: the address to bind, the port, the flags to announce or {@code server}, the bootstrap server's address and
 * port or {@code -}, and the hops of own circuits, 0 for none.
 */
final class NatLabAgent {
    /** Before each line that is meant for the test. */
    static final String ANSWER = "answer ";

    private static final int MIN_PEERS = 2;

    private final EngineDriver driver;
    private final IdentityKey identity = IdentityKey.generate(new SecureRandom());

    private NatLabAgent(InetAddress bind, int port, PeerFlags flags, List<IpAddress> bootstrap, int hops) {
        boolean server = flags.equals(PeerFlags.NONE);
        DriverSettings settings = new DriverSettings(
                "agent",
                bind,
                PortRange.of(port),
                bind,
                identity,
                "jdk",
                CommunityId.TRIBLER,
                local -> DiscoverySettings.builder(CommunityId.TRIBLER, local)
                        .interfaces(LocalAddresses.all())
                        .member(!server)
                        .bootstrapServer(server)
                        .flags(flags)
                        .bootstrap(bootstrap)
                        .build(),
                RelaySettings.of(flags),
                List.of(),
                hops == 0 ? null : CircuitSettings.of(hops, 0, MIN_PEERS),
                null);
        driver = new EngineDriver(settings, new EngineListener() {}, event -> {});
    }

    public static void main(String[] arguments) throws Exception {
        InetAddress bind = endpoint(arguments[0] + ":1").getAddress();
        boolean server = arguments[2].equals("server");
        NatLabAgent agent = new NatLabAgent(
                bind,
                Integer.parseInt(arguments[1]),
                server ? PeerFlags.NONE : new PeerFlags(Integer.parseInt(arguments[2])),
                arguments[3].equals("-") ? List.of() : List.of(new IpAddress(endpoint(arguments[3]))),
                Integer.parseInt(arguments[4]));
        agent.driver.start().join();
        say(HexFormat.of().formatHex(agent.identity.publicKey().toBytes()));
        BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String question = questions.readLine(); question != null; question = questions.readLine()) {
            String asked = question;
            say(agent.driver.ask(() -> agent.answer(asked)).join());
        }
        agent.driver.closeAndWait();
    }

    private static InetSocketAddress endpoint(String text) {
        int colon = text.lastIndexOf(':');
        Address parsed = Address.parse(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
        return ((IpAddress) parsed).endpoint();
    }

    private static void say(String answer) {
        System.out.println(ANSWER + answer);
        System.out.flush();
    }

    private String answer(String question) {
        TunnelEngine engine = driver.engine();
        return switch (question) {
            case "peers" ->
                engine.peers().all().stream()
                        .filter(peer -> peer.isConfirmed() && peer.isReachable())
                        .map(Peer::key)
                        .map(key -> HexFormat.of().formatHex(key.toBytes()))
                        .collect(Collectors.joining(" "));
            case "nat" ->
                engine.discoveryStatus().natType() + " "
                        + engine.discoveryStatus().natEvidence();
            case "circuits" -> Integer.toString(readyCircuits(engine));
            default -> "unknown question";
        };
    }

    private static int readyCircuits(TunnelEngine engine) {
        CircuitPool pool = engine.circuits();
        return pool == null ? 0 : pool.ready();
    }
}

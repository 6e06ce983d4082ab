package org.tunnel8.transport.udp;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.tunnel8.transport.PortRange;

/**
 * A UDP port in a process of its own, so that a test can put it into a network namespace and make trouble there.
 *
 * <p>It obeys lines on its standard input and answers each with one line that begins with {@link #ANSWER}.
 */
final class NamespaceAgent {
    /** Tells answers from the log. */
    static final String ANSWER = "=> ";

    private final LoopFixture fixture;
    private final Received received = new Received();
    private UdpTransport port;

    private NamespaceAgent(TransportLoop.Io io) {
        fixture = new LoopFixture(io);
    }

    public static void main(String[] arguments) throws Exception {
        NamespaceAgent agent = new NamespaceAgent(TransportLoop.Io.valueOf(arguments[0]));
        System.out.println(ANSWER + "ready");
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String command = commands.readLine(); command != null; command = commands.readLine()) {
            System.out.println(ANSWER + agent.obey(command.split(" ")));
        }
        agent.fixture.close();
    }

    private String obey(String[] words) throws Exception {
        return switch (words[0]) {
            case "bind" -> bind(words[1]);
            case "send" -> send(words);
            case "plain" -> sendPlainly(words);
            case "received" -> received.lengths().toString();
            case "events" -> received.events.toString();
            case "counters" -> port.counters().toString();
            default -> throw new IOException("unknown command " + words[0]);
        };
    }

    private String bind(String address) throws Exception {
        port = fixture.bind(UdpSettings.of(InetAddress.getByName(address), PortRange.any()), received);
        return Integer.toString(port.localAddress().getPort());
    }

    /** {@code send ADDRESS PORT COUNT LENGTH...}: of each length so many, all in one turn. */
    private String send(String[] words) throws Exception {
        InetSocketAddress to = new InetSocketAddress(InetAddress.getByName(words[1]), Integer.parseInt(words[2]));
        CompletableFuture<Void> done = new CompletableFuture<>();
        fixture.loop.execute(() -> {
            for (int i = 4; i < words.length; i++) {
                byte[] datagram = new byte[Integer.parseInt(words[i])];
                for (int repeat = Integer.parseInt(words[3]); repeat > 0; repeat--) {
                    port.send(to, datagram, 0, datagram.length);
                }
            }
            done.complete(null);
        });
        done.get(10, TimeUnit.SECONDS);
        return "ok";
    }

    /** {@code plain ADDRESS PORT LENGTH...}: with the JDK's socket. */
    private static String sendPlainly(String[] words) throws IOException {
        InetSocketAddress to = new InetSocketAddress(InetAddress.getByName(words[1]), Integer.parseInt(words[2]));
        try (DatagramSocket socket = new DatagramSocket()) {
            for (int i = 3; i < words.length; i++) {
                int length = Integer.parseInt(words[i]);
                socket.send(new DatagramPacket(new byte[length], length, to));
            }
        }
        return "ok";
    }
}

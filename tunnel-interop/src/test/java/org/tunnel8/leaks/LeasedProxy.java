package org.tunnel8.leaks;

import com.google.gson.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.tunnel8.DirectConsent;
import org.tunnel8.DirectLease;
import org.tunnel8.TunnelClient;
import org.tunnel8.TunnelNetwork;

/**
 * An application that has a client and its proxy, and asks its user about direct connections: a process of its own that is
 * told his answers on standard input, "grant" and "revoke". Ends with its input.
 */
final class LeasedProxy {
    private static final Duration LONGEST = Duration.ofMinutes(10);

    private LeasedProxy() {}

    /** @param arguments the proxy's port on loopback, the community, address and port of the bootstrap server */
    public static void main(String[] arguments) throws IOException {
        InetSocketAddress listen =
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0]));
        InetSocketAddress bootstrap = new InetSocketAddress(arguments[2], Integer.parseInt(arguments[3]));
        try (TunnelClient client = TunnelClient.builder()
                        .network(TunnelNetwork.of(arguments[1], List.of(bootstrap)))
                        .minPeers(3)
                        .socks5(listen)
                        .build();
                BufferedReader answers = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            client.start().join();
            tell("proxy");
            client.whenReady(LONGEST).thenRun(() -> tell("ready"));
            obey(client, answers);
        }
    }

    private static void obey(TunnelClient client, BufferedReader answers) throws IOException {
        DirectLease lease = null;
        for (String answer = answers.readLine(); answer != null; answer = answers.readLine()) {
            if (answer.equals("grant")) {
                lease = client.directConnections(DirectConsent.userAcceptsIpExposure(LONGEST));
                tell("granted");
            } else if (lease != null) {
                lease.revoke();
                tell("revoked");
            }
        }
    }

    private static void tell(String event) {
        JsonObject line = new JsonObject();
        line.addProperty("event", event);
        System.out.println(line);
    }
}

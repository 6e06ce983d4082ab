package org.tunnel8.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tunnel8.TunnelNetwork;
import org.tunnel8.driver.Endpoints;

/** py-ipv8's client on a network of our command line's processes alone: bootstrap server, relays and exit. */
@RequiresIpv8
class CommandLineNodesTest {
    private static final String CLIENT = "client";
    private static final int ROUND_TRIPS = 20;
    private static final int MEET_SECONDS = 90;

    @Test
    void circuitsOfOneToThreeHopsCarry() {
        String community = TunnelNetwork.tribler().communityId();
        List<OurProcess> nodes = new ArrayList<>();
        try (OutsidePeer outside = new OutsidePeer();
                PythonHost client = PythonHost.start();
                OurProcess bootstrap = OurProcess.startBootstrap(community)) {
            InetSocketAddress entry = Endpoints.parse(bootstrap.member().address());
            TunnelNetwork network = TunnelNetwork.of(community, List.of(entry));
            for (boolean exit : new boolean[] {false, false, true}) {
                nodes.add(OurProcess.start("node", exit, network));
            }
            client.call("node", "name", CLIENT, "flags", 0, "community", community, "bootstrap", entry.getPort());
            List<String> keys = nodes.stream().map(node -> node.member().key()).toList();
            client.call("meet", "name", CLIENT, "keys", keys, "limit", MEET_SECONDS);
            for (int hops = 1; hops <= 3; hops++) {
                JsonObject built = client.callForObject("build", "name", CLIENT, "hops", hops);
                JsonObject trips = client.callForObject(
                        "echo",
                        "name",
                        CLIENT,
                        "circuit",
                        built.get("circuit").getAsLong(),
                        "port",
                        outside.port(),
                        "count",
                        ROUND_TRIPS);
                Figures.print(
                        "their client, our processes, %d hops: built in %.2f s, %s",
                        hops, built.get("seconds").getAsDouble(), trips);
                assertThat(trips.get("echoed").getAsInt()).isEqualTo(ROUND_TRIPS);
            }
        } finally {
            nodes.forEach(OurProcess::close);
        }
    }
}

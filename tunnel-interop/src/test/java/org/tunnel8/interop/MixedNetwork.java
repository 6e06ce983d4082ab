package org.tunnel8.interop;

import com.google.gson.JsonObject;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.tunnel8.TunnelNetwork;
import org.tunnel8.driver.Endpoints;
import org.tunnel8.node.NodeRole;
import org.tunnel8.node.TunnelNode;
import org.tunnel8.transport.PortRange;

/**
 * A network on 127.0.0.1 of py-ipv8's nodes and ours, with the bootstrap server of either. Ready once every member knows
 * every other, as far as py-ipv8's members can tell.
 */
final class MixedNetwork implements AutoCloseable {
    static final int RELAY_FLAGS = 1 | 8;
    static final int EXIT_FLAGS = 1 | 2 | 4 | 8 | 32_768;
    private static final Set<NodeRole> RELAY_ROLES = EnumSet.of(NodeRole.RELAY, NodeRole.SPEED_TEST);
    private static final Set<NodeRole> EXIT_ROLES =
            EnumSet.complementOf(EnumSet.of(NodeRole.BOOTSTRAP, NodeRole.EXIT_BACKUP));
    private static final int MEET_SECONDS = 90;

    /** Where a node comes from. */
    enum Make {
        OURS,
        THEIRS
    }

    /** One relay or exit; our ones can be asked directly, theirs through their host. */
    record Member(
            String name,
            Make make,
            boolean isExit,
            String key,
            String address,
            @Nullable TunnelNode ours,
            @Nullable PythonHost host) {
        TunnelNode node() {
            if (ours == null) {
                throw new IllegalStateException(name + " is not ours");
            }
            return ours;
        }

        JsonObject pythonStatus() {
            if (host == null) {
                throw new IllegalStateException(name + " is ours");
            }
            return host.callForObject("status", "name", name);
        }

        /** What host.py wants to know of a node that is asked about. */
        Map<String, String> description() {
            return Map.of("key", key, "address", address);
        }
    }

    private final Builder settings;
    private final List<PythonHost> hosts = new ArrayList<>();
    private final List<Member> members = new ArrayList<>();
    private final Map<String, PythonHost> clients = new LinkedHashMap<>();
    private @Nullable TunnelNode ourBootstrap;
    private InetSocketAddress bootstrap = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    /** Collects how many of which make there are; by default none. */
    static final class Builder {
        private Make bootstrap = Make.THEIRS;
        private int ourRelays;
        private int ourExits;
        private int theirRelays;
        private int theirExits;
        private boolean processes = Boolean.getBoolean("tunnel8.interop.processes");
        private boolean discovery;
        private boolean dht;
        private int maxJoinedCircuits = 100;
        private Map<String, Object> pythonSettings = Map.of();
        private String community = TunnelNetwork.tribler().communityId();

        Builder bootstrap(Make make) {
            bootstrap = make;
            return this;
        }

        Builder ours(int relays, int exits) {
            ourRelays = relays;
            ourExits = exits;
            return this;
        }

        Builder theirs(int relays, int exits) {
            theirRelays = relays;
            theirExits = exits;
            return this;
        }

        /** As many relays and exits of one make as given. */
        Builder of(Make make, int relays, int exits) {
            return make == Make.OURS ? ours(relays, exits) : theirs(relays, exits);
        }

        /** Whether each python node has a process of its own. */
        Builder processes(boolean yes) {
            processes = yes;
            return this;
        }

        /** Whether python nodes run the discovery overlay, and so drop whom they have not heard for 57.5 s. */
        Builder discovery() {
            discovery = true;
            return this;
        }

        /** Whether python nodes run the DHT, and so ping strangers before they extend to them. */
        Builder dht() {
            dht = true;
            return this;
        }

        Builder maxJoinedCircuits(int entries) {
            maxJoinedCircuits = entries;
            pythonSettings = Map.of("max_joined_circuits", entries);
            return this;
        }

        MixedNetwork start() {
            MixedNetwork network = new MixedNetwork(this);
            try {
                network.startAll();
            } catch (RuntimeException | AssertionError e) {
                network.close();
                throw e;
            }
            return network;
        }
    }

    private MixedNetwork(Builder settings) {
        this.settings = settings;
    }

    static Builder builder() {
        return new Builder();
    }

    private void startAll() {
        hosts.add(PythonHost.start());
        if (settings.bootstrap == Make.THEIRS) {
            bootstrap = Endpoints.parse(
                    hosts.get(0).callForObject("tracker").get("address").getAsString());
        } else {
            TunnelNode server = TunnelNode.builder()
                    .name("bootstrap")
                    .roles(EnumSet.of(NodeRole.BOOTSTRAP))
                    .listen(InetAddress.getLoopbackAddress(), PortRange.any())
                    .network(TunnelNetwork.of(settings.community, List.of()))
                    .build();
            server.start().join();
            ourBootstrap = server;
            bootstrap = server.address();
        }
        for (int i = 0; i < settings.theirRelays + settings.theirExits; i++) {
            boolean exit = i >= settings.theirRelays;
            addTheirs((exit ? "their-exit" : "their-relay") + i, exit);
        }
        for (int i = 0; i < settings.ourRelays + settings.ourExits; i++) {
            boolean exit = i >= settings.ourRelays;
            addOurs((exit ? "our-exit" : "our-relay") + i, exit);
        }
        awaitMet();
    }

    Member addTheirs(String name, boolean exit) {
        if (settings.processes) {
            hosts.add(PythonHost.start());
        }
        PythonHost host = hosts.get(hosts.size() - 1);
        JsonObject started = startPython(host, name, exit ? EXIT_FLAGS : RELAY_FLAGS, true);
        Member member = new Member(
                name,
                Make.THEIRS,
                exit,
                started.get("key").getAsString(),
                started.get("address").getAsString(),
                null,
                host);
        members.add(member);
        return member;
    }

    private JsonObject startPython(PythonHost host, String name, int flags, boolean walks) {
        return host.callForObject(
                "node",
                "name",
                name,
                "flags",
                flags,
                "community",
                settings.community,
                "bootstrap",
                bootstrap.getPort(),
                "discovery",
                settings.discovery,
                "dht",
                settings.dht,
                "settings",
                settings.pythonSettings,
                "walks",
                walks);
    }

    private void addOurs(String name, boolean exit) {
        TunnelNode node = TunnelNode.builder()
                .name(name)
                .roles(exit ? EXIT_ROLES : RELAY_ROLES)
                .listen(InetAddress.getLoopbackAddress(), PortRange.any())
                .network(network())
                .maxJoinedCircuits(settings.maxJoinedCircuits)
                .build();
        node.start().join();
        String address = "127.0.0.1:" + node.address().getPort();
        String key = HexFormat.of().formatHex(node.publicKey());
        members.add(new Member(name, Make.OURS, exit, key, address, node, null));
    }

    /** Adds a member that runs elsewhere, our command line for example, and is closed by whoever started it. */
    void addForeign(Member member) {
        members.add(member);
    }

    /** Waits until every member knows all the others. */
    void awaitMet() {
        List<CompletableFuture<?>> meetings = new ArrayList<>();
        for (Member member : members) {
            List<String> others = members.stream()
                    .filter(other -> other != member)
                    .map(Member::key)
                    .toList();
            if (member.host != null) {
                meetings.add(member.host.ask("meet", "name", member.name, "keys", others, "limit", MEET_SECONDS));
            }
        }
        CompletableFuture.allOf(meetings.toArray(CompletableFuture<?>[]::new)).join();
        for (Member member : members) {
            if (member.ours != null) {
                Eventually.holds(
                        Duration.ofSeconds(MEET_SECONDS),
                        () -> member.ours.status().peers() >= members.size() - 1);
            }
        }
    }

    /** Starts a py-ipv8 client in a process of its own and waits until it knows all members. */
    PythonHost startTheirClient(String name) {
        PythonHost host = PythonHost.start();
        hosts.add(host);
        clients.put(name, host);
        startPython(host, name, 0, true);
        meetAll(host, name);
        return host;
    }

    /** Starts a py-ipv8 client that never looks for anybody. */
    PythonHost startSilentClient(String name) {
        PythonHost host = PythonHost.start();
        hosts.add(host);
        startPython(host, name, 0, false);
        return host;
    }

    void meetAll(PythonHost host, String name) {
        host.call(
                "meet", "name", name, "keys", members.stream().map(Member::key).toList(), "limit", MEET_SECONDS);
    }

    TunnelNetwork network() {
        return TunnelNetwork.of(settings.community, List.of(bootstrap));
    }

    List<Member> members() {
        return List.copyOf(members);
    }

    List<Member> relays() {
        return members.stream().filter(member -> !member.isExit).toList();
    }

    List<Member> exits() {
        return members.stream().filter(member -> member.isExit).toList();
    }

    Member byKey(String key) {
        return members.stream()
                .filter(member -> member.key.equals(key))
                .findFirst()
                .orElseThrow(() -> new AssertionError("a hop that is no member"));
    }

    @Override
    public void close() {
        hosts.forEach(PythonHost::close);
        for (Member member : members) {
            if (member.ours != null) {
                member.ours.close();
            }
        }
        if (ourBootstrap != null) {
            ourBootstrap.close();
        }
    }
}

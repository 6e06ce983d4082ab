package org.tunnel8.examples.endure;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.tunnel8.TunnelNetwork;

/**
 * A network on this machine in which every node is a process and has a loopback address of its own. Thread-safe.
 */
public final class ProcessNetwork implements AutoCloseable {
    /** Not the id of any network that is deployed. */
    private static final String COMMUNITY = "74756e6e656c382d70726f636573732d6e657431";

    private static final int SERVER_GROUP = 0;
    private static final int RELAY_GROUP = 1;
    private static final int EXIT_GROUP = 2;
    private static final int CLIENT_GROUP = 3;

    private final NodeProcess bootstrap;
    private final List<NodeProcess> relays = new ArrayList<>();
    private final List<NodeProcess> exits = new ArrayList<>();
    private final Path folder;
    private boolean closed;

    /**
     * Describes a network; {@link #start} starts it.
     *
     * @param folder where the nodes' keys are kept
     */
    public ProcessNetwork(Path folder) {
        this.folder = folder;
        this.bootstrap = new NodeProcess(
                "bootstrap",
                NodeProcess.BOOTSTRAP,
                address(SERVER_GROUP, 1),
                TunnelNetwork.of(COMMUNITY, List.of()),
                folder);
    }

    /**
     * Starts the bootstrap server and, when it is there, all the others.
     *
     * @param relayCount relays, 0 to 100
     * @param exitCount exits, 1 to 100
     * @return completes when all can be used; fails if one cannot be started
     */
    public CompletableFuture<Void> start(int relayCount, int exitCount) {
        return bootstrap.restart().thenCompose(server -> startMembers(relayCount, exitCount));
    }

    private synchronized CompletableFuture<Void> startMembers(int relayCount, int exitCount) {
        if (closed) {
            throw new IllegalStateException("the network was closed while it started");
        }
        for (int i = 1; i <= relayCount; i++) {
            relays.add(new NodeProcess("relay" + i, NodeProcess.RELAY, address(RELAY_GROUP, i), network(), folder));
        }
        for (int i = 1; i <= exitCount; i++) {
            exits.add(new NodeProcess("exit" + i, NodeProcess.EXIT, address(EXIT_GROUP, i), network(), folder));
        }
        return CompletableFuture.allOf(members().stream().map(Member::restart).toArray(CompletableFuture<?>[]::new));
    }

    /**
     * What a client needs to join; once the network has started.
     *
     * @return the community and its bootstrap server
     */
    public TunnelNetwork network() {
        return TunnelNetwork.of(COMMUNITY, List.of(bootstrap.address()));
    }

    /**
     * The relays and exits.
     *
     * @return relays first
     */
    public synchronized List<Member> members() {
        List<Member> members = new ArrayList<>(relays);
        members.addAll(exits);
        return members;
    }

    /**
     * An address that no node has.
     *
     * @param number 1 to 200
     * @return a loopback address
     */
    public static InetAddress freeAddress(int number) {
        return address(CLIENT_GROUP, number);
    }

    private static InetAddress address(int group, int number) {
        try {
            return InetAddress.getByAddress(new byte[] {127, 81, (byte) group, (byte) number});
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }

    /** Ends all processes, also while they are being started. */
    @Override
    public synchronized void close() {
        closed = true;
        members().forEach(Member::close);
        bootstrap.close();
    }
}
